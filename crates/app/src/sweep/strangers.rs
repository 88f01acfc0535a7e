//! Forgetting whom nothing here is about: whoever signs leaves a row of their own and one of their
//! server, and a name below a domain costs nothing (S-104). Who comes again is read again.

use carefolk_domain::{ActorId, ActorState, PeerId, Span, Standing};
use carefolk_store::entity::{
    actor, addressed, block, delivery, follow, group_member, home, mention, notification, peer,
    pin, poll_vote, post, quote_stamp, reaction, report,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::App;
use crate::kernel::error::Error;

/// How long an actor elsewhere is kept whom nothing here is about, after it was last read.
const ACTORS_KEPT: Span = Span::days(30);

/// How long a server is kept that nothing here is about and nobody decided anything about, after it
/// was last heard.
const PEERS_KEPT: Span = Span::days(90);

/// How many of each go at one sweep: a writer must not wait for it.
const FORGOTTEN_MAX: u64 = 2_000;

/// Forgets some of them; returns how many.
pub(super) async fn forget(app: &App) -> Result<u64, Error> {
    // Looked for outside of the transaction, which then looks at a few rows only.
    let unused: Vec<ActorId> = actor::Entity::find()
        .select_only()
        .column(actor::Column::Id)
        .filter(idle_actors(app))
        .order_by_asc(actor::Column::FetchedAt)
        .limit(FORGOTTEN_MAX)
        .into_tuple()
        .all(app.read())
        .await?;
    let silent: Vec<PeerId> = peer::Entity::find()
        .select_only()
        .column(peer::Column::Id)
        .filter(idle_peers(app))
        .limit(FORGOTTEN_MAX)
        .into_tuple()
        .all(app.read())
        .await?;
    if unused.is_empty() && silent.is_empty() {
        return Ok(0);
    }
    let tx = app.begin().await?;
    // What is quickly asked is asked once more: who came meanwhile was read anew.
    let actors = actor::Entity::delete_many()
        .filter(actor::Column::Id.is_in(unused))
        .filter(idle_actors(app))
        .exec(tx.conn())
        .await?;
    let peers = peer::Entity::delete_many()
        .filter(peer::Column::Id.is_in(silent))
        .filter(idle_peers(app))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(actors.rows_affected + peers.rows_affected)
}

/// Actors elsewhere that were read long ago and have nothing here. Each of these columns has an index.
/// Who was suspended here stays, for that is a decision.
fn idle_actors(app: &App) -> Condition {
    let id = actor::Column::Id;
    Condition::all()
        .add(actor::Column::DomainId.is_null())
        .add(actor::Column::State.ne(ActorState::Suspended))
        .add(actor::Column::FetchedAt.lt(app.now() - ACTORS_KEPT))
        .add(none_of(post::Entity::find(), post::Column::ActorId, id))
        .add(none_of(follow::Entity::find(), follow::Column::FollowerId, id))
        .add(none_of(follow::Entity::find(), follow::Column::FolloweeId, id))
        .add(none_of(reaction::Entity::find(), reaction::Column::ActorId, id))
        .add(none_of(addressed::Entity::find(), addressed::Column::ActorId, id))
        .add(none_of(block::Entity::find(), block::Column::ActorId, id))
        .add(none_of(block::Entity::find(), block::Column::TargetId, id))
        .add(none_of(poll_vote::Entity::find(), poll_vote::Column::ActorId, id))
        .add(none_of(group_member::Entity::find(), group_member::Column::ActorId, id))
        .add(none_of(mention::Entity::find(), mention::Column::ActorId, id))
        .add(none_of(home::Entity::find(), home::Column::BoostedBy, id))
        .add(none_of(notification::Entity::find(), notification::Column::ActorId, id))
        .add(none_of(pin::Entity::find(), pin::Column::ActorId, id))
        .add(none_of(quote_stamp::Entity::find(), quote_stamp::Column::ActorId, id))
        .add(none_of(report::Entity::find(), report::Column::AboutId, id))
}

/// Servers that nobody decided or noted anything about, that were silent for long, and of which
/// neither an actor nor a delivery is here.
fn idle_peers(app: &App) -> Condition {
    let long_ago = app.now() - PEERS_KEPT;
    let not_since =
        |column: peer::Column| Condition::any().add(column.is_null()).add(column.lt(long_ago));
    Condition::all()
        .add(peer::Column::Standing.eq(Standing::Unknown))
        .add(peer::Column::Note.is_null())
        .add(peer::Column::Reason.is_null())
        .add(peer::Column::CreatedAt.lt(long_ago))
        .add(not_since(peer::Column::LastHeardAt))
        .add(not_since(peer::Column::LastOkAt))
        .add(none_of(actor::Entity::find(), actor::Column::Host, peer::Column::Host))
        .add(none_of(delivery::Entity::find(), delivery::Column::PeerId, peer::Column::Id))
}

/// Whether no row has in `column` what the row that is looked at has in `of`.
pub(super) fn none_of<E: EntityTrait>(
    rows: Select<E>,
    column: impl ColumnTrait,
    of: impl ColumnTrait,
) -> Expr {
    let same = Expr::col(column.as_column_ref()).equals(of.as_column_ref());
    Expr::exists(rows.select_only().expr(Expr::val(1)).filter(same).into_query()).not()
}
