//! What others made us say or tell, long ago (S-104).

use carefolk_domain::{NotificationId, OutboxId, Span};
use carefolk_store::entity::{delivery, notification, outbox_activity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
