//! Who elsewhere is told of a post, and of its changes.

use carefolk_domain::Audience;
use carefolk_store::entity::{actor, post};

use crate::grouped;
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::Recipients;

/// Who elsewhere hears of a post: the author's followers, and who is named or answered.
pub(super) fn of(row: &post::Model, named: &[&actor::Model]) -> Recipients {
    let inbox = |actor: &&actor::Model| match row.audience {
        Audience::Public | Audience::Quiet => {
            actor.shared_inbox.clone().unwrap_or_else(|| actor.inbox.clone())
        }
        _ => actor.inbox.clone(),
    };
    let remote = named.iter().copied().filter(|actor| actor.domain_id.is_none());
    Recipients {
        followers_of: (row.audience != Audience::Direct).then_some(row.actor_id),
        inboxes: remote.map(|actor| inbox(&actor)).collect(),
        ..Recipients::default()
    }
}

/// Who elsewhere hears of a change or the end of a post: the same, and who follows the group that it is in.
pub(super) async fn of_change(
    tx: &Tx,
    row: &post::Model,
    named: &[&actor::Model],
) -> Result<Recipients, Error> {
    let mut to = of(row, named);
    to.inboxes.extend(grouped::inboxes(tx.conn(), row).await?);
    Ok(to)
}
