//! What others made us say or tell, long ago (S-104).

use carefolk_domain::{KeyId, NotificationId, OutboxId, Span};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{notification, outbox_activity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::PAUSE;
use super::strangers::none_of;
use crate::App;
use crate::kernel::error::Error;

/// How long the text of an answer is kept, for who takes it back.
const ANSWERS_KEPT: Span = Span::days(400);

/// How long somebody's notices are kept.
const NOTICES_KEPT: Span = Span::days(400);

/// The kinds of activity that answer somebody.
const ANSWERS: [&str; 2] = ["Accept", "Reject"];

/// How many of each go at one sweep: a writer must not wait for it.
const FORGOTTEN_MAX: u64 = 2_000;

/// Forgets some of them; returns how many.
pub(super) async fn forget(app: &App) -> Result<u64, Error> {
    // Looked for outside of the transaction, which then looks at a few rows only.
    let answers: Vec<OutboxId> = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::Kind.is_in(ANSWERS))
        .filter(outbox_activity::Column::CreatedAt.lt(app.now() - ANSWERS_KEPT))
        .filter(none_of(
            delivery::Entity::find(),
            delivery::Column::ActivityId,
            outbox_activity::Column::Id,
        ))
        .order_by_asc(outbox_activity::Column::Id)
        .limit(FORGOTTEN_MAX)
        .into_tuple()
        .all(app.read())
        .await?;
    let notices: Vec<NotificationId> = notification::Entity::find()
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::CreatedAt.lt(app.now() - NOTICES_KEPT))
        .order_by_asc(notification::Column::Id)
        .limit(FORGOTTEN_MAX)
        .into_tuple()
        .all(app.read())
        .await?;
    if answers.is_empty() && notices.is_empty() {
        return Ok(0);
    }
    let tx = app.begin().await?;
    let answers = outbox_activity::Entity::delete_many()
        .filter(outbox_activity::Column::Id.is_in(answers))
        .exec(tx.conn())
        .await?;
    let notices = notification::Entity::delete_many()
        .filter(notification::Column::Id.is_in(notices))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(answers.rows_affected + notices.rows_affected)
}

/// Forgets texts with their proof of which nothing is sent any more: where one is sent again it is proven
/// again, with the same bytes. No row goes.
pub(super) async fn forget_proven(app: &App) -> Result<(), Error> {
    while forget_some_proven(app).await? >= FORGOTTEN_MAX {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Forgets some of them; returns of how many.
async fn forget_some_proven(app: &App) -> Result<u64, Error> {
    let proven: Vec<OutboxId> = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::ProvenBy.is_not_null())
        .filter(none_of(
            delivery::Entity::find().filter(delivery::Column::State.eq(DeliveryState::Waiting)),
            delivery::Column::ActivityId,
            outbox_activity::Column::Id,
        ))
        .limit(FORGOTTEN_MAX)
        .into_tuple()
        .all(app.read())
        .await?;
    if proven.is_empty() {
        return Ok(0);
    }
    let tx = app.begin().await?;
    let forgotten = outbox_activity::Entity::update_many()
        .col_expr(outbox_activity::Column::ProvenBody, Expr::value(Option::<String>::None))
        .col_expr(outbox_activity::Column::ProvenBy, Expr::value(Option::<KeyId>::None))
        .filter(outbox_activity::Column::Id.is_in(proven))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(forgotten.rows_affected)
}
