//! Taking away the files of pictures that nobody may see any more (S-131).

use carefolk_domain::{PictureId, Span};
use carefolk_store::entity::picture;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{PictureSize, file};
use crate::App;
use crate::kernel::error::Error;

/// How long a picture may stand nowhere: somebody may be writing what it belongs to.
const LOOSE_KEPT: Span = Span::hours(24);

/// How many are forgotten at one sweep.
const FORGOTTEN_MAX: u64 = 500;

/// Forgets some of them; returns how many. The row goes last: as long as it is there, somebody knows what to
/// take away.
pub(crate) async fn forget(app: &App) -> Result<u64, Error> {
    let tx = app.begin().await?;
    let unused = picture::Entity::update_many()
        .col_expr(picture::Column::GoneAt, Expr::value(tx.now()))
        .filter(picture::Column::PostId.is_null())
        .filter(picture::Column::GoneAt.is_null())
        .filter(picture::Column::CreatedAt.lt(tx.now() - LOOSE_KEPT))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    let gone = picture::Entity::find()
        .filter(picture::Column::GoneAt.is_not_null())
        .order_by_asc(picture::Column::GoneAt)
        .limit(FORGOTTEN_MAX)
        .all(app.read())
        .await?;
    let mut removed: Vec<PictureId> = Vec::with_capacity(gone.len());
    for row in gone {
        match remove(app, &row).await {
            Ok(()) => removed.push(row.id),
            Err(error) => {
                tracing::warn!(%error, picture = %row.id, "the file of a picture could not be removed");
            }
        }
    }
    if removed.is_empty() {
        return Ok(unused.rows_affected);
    }
    let tx = app.begin().await?;
    let forgotten = picture::Entity::delete_many()
        .filter(picture::Column::Id.is_in(removed))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(unused.rows_affected + forgotten.rows_affected)
}

async fn remove(app: &App, row: &picture::Model) -> Result<(), crate::kernel::ports::PortError> {
    app.files().remove(&file(row, PictureSize::Full)).await?;
    app.files().remove(&file(row, PictureSize::Small)).await
}
