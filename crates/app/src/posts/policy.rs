//! Who may answer and who may quote a post (`interactionPolicy` of GoToSocial and FEP-044f), and who has to describe
//! its pictures.

use carefolk_domain::{ActorKind, Reach, Role};
use carefolk_store::entity::follow::{self, FollowState};
use carefolk_store::entity::{actor, mention, post};
use carefolk_wire::read::{self, Note};
use carefolk_wire::write;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::kernel::{caller::Caller, error::Error};

/// Who may do what with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policies {
    /// Who may answer.
    pub replies: Reach,
    /// Who may quote.
    pub quotes: Reach,
}

impl Default for Policies {
    fn default() -> Self {
        Self { replies: Reach::Anyone, quotes: Reach::Anyone }
    }
}

impl Policies {
    /// What a post from elsewhere says; who says nothing may be answered, and not quoted (FEP-044f).
    pub(super) fn heard(note: &Note, author: &actor::Model) -> Self {
        let reach = |who: &Option<read::Approval>, unsaid: Reach| {
            let Some(who) = who else { return unsaid };
            let holds = |uri: &str| who.automatic.iter().any(|it| it == uri);
            if holds(carefolk_wire::PUBLIC) {
                Reach::Anyone
            } else if author.followers_uri.as_deref().is_some_and(holds) {
                Reach::Followers
            } else {
                Reach::Nobody
            }
        };
        Self {
            replies: reach(&note.can_reply, Reach::Anyone),
            quotes: reach(&note.can_quote, Reach::Nobody),
        }
    }

    /// As it is sent.
    pub(super) fn said(row: &post::Model, author: &actor::Model) -> write::InteractionPolicy {
        let list = |reach: Reach| match reach {
            Reach::Anyone => carefolk_wire::PUBLIC.to_owned(),
            Reach::Followers => author.followers_uri.clone().unwrap_or_default(),
            // A list of nobody is one of the author alone.
            Reach::Nobody => author.uri.clone(),
        };
        // What only some may read is quoted by nobody.
        let quotes = if row.audience.is_open() { row.quote_policy } else { Reach::Nobody };
        write::InteractionPolicy::new(list(quotes), list(row.reply_policy))
    }
}

/// Whether `by` may answer `row`: its author, and who is named in it, always may.
pub(super) async fn may_answer(
    conn: &impl ConnectionTrait,
    row: &post::Model,
    by: &actor::Model,
) -> Result<bool, Error> {
    if is_within(conn, row, row.reply_policy, by).await? {
        return Ok(true);
    }
    let named = mention::Entity::find()
        .filter(mention::Column::PostId.eq(row.id))
        .filter(mention::Column::HrefHash.eq(by.uri_hash.clone()));
    Ok(named.one(conn).await?.is_some())
}

/// Whether `by` may quote `row`.
pub(super) async fn may_quote(
    conn: &impl ConnectionTrait,
    row: &post::Model,
    by: &actor::Model,
) -> Result<bool, Error> {
    Ok(row.audience.is_open() && is_within(conn, row, row.quote_policy, by).await?)
}

async fn is_within(
    conn: &impl ConnectionTrait,
    row: &post::Model,
    reach: Reach,
    by: &actor::Model,
) -> Result<bool, Error> {
    if row.actor_id == by.id || reach == Reach::Anyone {
        return Ok(true);
    }
    if reach == Reach::Nobody {
        return Ok(false);
    }
    let follows = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(by.id))
        .filter(follow::Column::FolloweeId.eq(row.actor_id))
        .filter(follow::Column::State.eq(FollowState::Accepted));
    Ok(follows.one(conn).await?.is_some())
}

/// Whether the pictures of a post have to be described: providers and who runs the community write for
/// everybody.
pub(super) fn must_describe(caller: &Caller, author: &actor::Model) -> bool {
    let is_staff = caller.member().is_ok_and(|member| member.role != Role::Member);
    author.kind == ActorKind::Organization || is_staff
}
