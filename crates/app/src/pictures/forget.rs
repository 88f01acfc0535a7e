//! Taking away the files of pictures that nobody may see any more (S-131).

use carefolk_domain::{PictureId, Span};
use carefolk_store::entity::{held_post, picture, remote_picture};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::elsewhere::copy_file;
use super::{PictureSize, file};
use crate::App;
use crate::kernel::error::Error;
use crate::kernel::ports::PortError;
use crate::kernel::tx::Tx;

/// How long a picture may stand nowhere: somebody may be writing what it belongs to.
const LOOSE_KEPT: Span = Span::hours(24);

/// How long taking one in may last: what did not come to its end by then never will.
const BEGUN_KEPT: Span = Span::hours(1);

/// How many are forgotten at one sweep.
const FORGOTTEN_MAX: u64 = 500;

/// How long a copy of a picture elsewhere is kept after it was last looked at.
const COPIES_KEPT: Span = Span::days(30);

/// How much room all copies take at most; those that were not looked at for longest go first.
const COPIES_MAX_BYTES: i64 = 2 * 1024 * 1024 * 1024;

/// Forgets some copies of pictures elsewhere; returns how many.
pub(crate) async fn forget_copies(app: &App) -> Result<u64, Error> {
    let all: Option<Option<i64>> = remote_picture::Entity::find()
        .select_only()
        // PostgreSQL sums up to a number without end.
        .expr_as(remote_picture::Column::Bytes.sum().cast_as("bigint"), "bytes")
        .into_tuple()
        .one(app.read())
        .await?;
    let mut over = all.flatten().unwrap_or(0).saturating_sub(COPIES_MAX_BYTES);
    let before = app.now() - COPIES_KEPT;
    let oldest = remote_picture::Entity::find()
        .order_by_asc(remote_picture::Column::UsedAt)
        .limit(FORGOTTEN_MAX)
        .all(app.read())
        .await?;
    let mut removed = Vec::new();
    for row in oldest {
        if row.used_at >= before && over <= 0 {
            break;
        }
        match remove_copy(app, &row).await {
            Ok(()) => {
                over -= row.bytes;
                removed.push((row.url_hash, row.used_at));
            }
            // The row stays, and with it who knows what to take away. Nothing else waits for that.
            Err(error) => tracing::warn!(%error, "the file of a copy could not be removed"),
        }
    }
    if removed.is_empty() {
        return Ok(0);
    }
    let tx = app.begin().await?;
    let mut forgotten = 0;
    for (url_hash, used_at) in removed {
        // What somebody looked at meanwhile is copied again when its file is found to be missing.
        let same = remote_picture::Column::UsedAt.eq(used_at);
        let gone = remote_picture::Entity::delete_by_id(url_hash).filter(same);
        forgotten += gone.exec(tx.conn()).await?.rows_affected;
    }
    tx.commit().await?;
    Ok(forgotten)
}

/// Forgets some of them; returns how many. The row goes last: as long as it is there, somebody knows what to
/// take away.
pub(crate) async fn forget(app: &App) -> Result<u64, Error> {
    if let Err(error) = app.files().tidy(app.now() - BEGUN_KEPT).await {
        tracing::warn!(%error, "what was begun and not ended could not be tidied away");
    }
    let tx = app.begin().await?;
    let held = held_post::Entity::find().select_only().column(held_post::Column::Id).into_query();
    // What waited is there no more.
    picture::Entity::update_many()
        .col_expr(picture::Column::GoneAt, Expr::value(tx.now()))
        .filter(picture::Column::HeldId.is_not_null())
        .filter(picture::Column::GoneAt.is_null())
        .filter(picture::Column::HeldId.not_in_subquery(held))
        .exec(tx.conn())
        .await?;
    let unused = let_go(&tx).await?;
    tx.commit().await?;
    let gone = picture::Entity::find()
        .filter(picture::Column::GoneAt.is_not_null())
        .order_by_asc(picture::Column::GoneAt)
        .limit(FORGOTTEN_MAX)
        .all(app.read())
        .await?;
    let mut stuck: Vec<PictureId> = Vec::new();
    let mut removed: Vec<PictureId> = Vec::with_capacity(gone.len());
    for row in gone {
        match remove(app, &row).await {
            Ok(()) => removed.push(row.id),
            Err(error) => {
                tracing::warn!(%error, picture = %row.id, "the file of a picture could not be removed");
                stuck.push(row.id);
            }
        }
    }
    if removed.is_empty() && stuck.is_empty() {
        return Ok(unused);
    }
    let tx = app.begin().await?;
    // Behind the others, which must not wait for it.
    picture::Entity::update_many()
        .col_expr(picture::Column::GoneAt, Expr::value(tx.now()))
        .filter(picture::Column::Id.is_in(stuck))
        .exec(tx.conn())
        .await?;
    let forgotten = picture::Entity::delete_many()
        .filter(picture::Column::Id.is_in(removed))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(unused + forgotten.rows_affected)
}

/// What stands nowhere for long goes, and what was begun and not ended sooner; returns how many.
async fn let_go(tx: &Tx) -> Result<u64, Error> {
    let gone = picture::Entity::update_many()
        .col_expr(picture::Column::GoneAt, Expr::value(tx.now()))
        .filter(picture::Column::PostId.is_null())
        .filter(picture::Column::HeldId.is_null())
        .filter(picture::Column::ActorId.is_null())
        .filter(picture::Column::GroupId.is_null())
        .filter(picture::Column::GoneAt.is_null())
        .filter(
            picture::Column::CreatedAt.lt(tx.now() - LOOSE_KEPT).or(picture::Column::ReadyAt
                .is_null()
                .and(picture::Column::CreatedAt.lt(tx.now() - BEGUN_KEPT))),
        )
        .exec(tx.conn())
        .await?;
    Ok(gone.rows_affected)
}

async fn remove_copy(app: &App, row: &remote_picture::Model) -> Result<(), PortError> {
    for size in PictureSize::ALL {
        app.files().remove(&copy_file(&row.url_hash, size)).await?;
    }
    Ok(())
}

async fn remove(app: &App, row: &picture::Model) -> Result<(), PortError> {
    for size in PictureSize::ALL {
        app.files().remove(&file(row, size)).await?;
    }
    Ok(())
}
