//! Follows that come from other servers, and their answers to ours.

use carefolk_domain::{Span, UriHash, uri};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, outbox_activity};
use carefolk_wire::ActivityKind;
use carefolk_wire::read::{Network, Node};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::commands::{between, end, insert, turn};
use super::{queries, wire_map};
use crate::actors::{bury, is_tombstone, queries as actors};
use crate::kernel::jobs::{self, Job};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::{App, blocked};

/// How long somebody who is blocked is not told so again, however often they ask.
const REFUSE_AGAIN: Span = Span::days(1);

/// How an Accept, Reject or Undo names the Follow it is about: by id, by its ends, or both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// The Follow's id.
    pub id: Option<String>,
    /// Its type, when embedded.
    pub kind: Option<String>,
    /// Who follows, when embedded.
    pub actor: Option<String>,
    /// Who is followed, when embedded.
    pub object: Option<String>,
    /// What an answer that is taken back was about.
    pub answered: Option<Box<Self>>,
}

impl Named {
    pub(crate) fn read(node: &Node, network: Network) -> Self {
        Self::read_with(node, network, true)
    }

    /// `whole`: also what an answer is about, and nothing further inside.
    fn read_with(node: &Node, network: Network, whole: bool) -> Self {
        let id = node.id(network).ok().flatten();
        let Some(document) = node.document() else { return Self { id, ..Self::default() } };
        let Ok(inner) = carefolk_wire::read::Activity::read(document.clone(), network) else {
            let kind = document.text("type").map(str::to_owned);
            return Self { id, kind, ..Self::default() };
        };
        let object = inner.object.as_ref().and_then(|node| node.id(network).ok().flatten());
        let is_answer = matches!(inner.kind, ActivityKind::Accept | ActivityKind::Reject);
        let about = inner.object.as_ref().filter(|_| whole && is_answer);
        let answered = about.map(|node| Box::new(Self::read_with(node, network, false)));
        let kind = Some(inner.kind.as_str().to_owned());
        Self { id, kind, actor: Some(inner.actor), object, answered }
    }

    /// That `actor` boosted `object`, whatever the id of the boost.
    pub(crate) fn boost(actor: &actor::Model, object: String) -> Self {
        Self {
            kind: Some("Announce".to_owned()),
            actor: Some(actor.uri.clone()),
            object: Some(object),
            ..Self::default()
        }
    }

    /// Whether `actor` did it, as far as it says.
    pub(crate) fn is_by(&self, actor: &actor::Model) -> bool {
        self.actor.as_deref() == Some(actor.uri.as_str())
    }

    /// Whether it says that it is a follow, or does not say what it is.
    pub(crate) fn may_be_a_follow(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == "Follow")
    }
}

/// Somebody elsewhere follows an actor of ours. A repeated Follow is answered again.
pub(crate) async fn follow(
    app: &App,
    tx: &Tx,
    follower: &actor::Model,
    uri: &str,
    object: &str,
) -> Result<Outcome, Error> {
    let followee = actors::by_uri(tx.conn(), object).await?;
    let Some(followee) = followee.filter(|row| row.domain_id.is_some() && actors::is_shown(row))
    else {
        return Ok(Outcome::Ignored("it follows nobody here"));
    };
    if is_tombstone(tx, uri, &follower.uri).await? {
        return Ok(Outcome::Ignored("it was taken back before it came"));
    }
    if blocked::is_blocked(tx.conn(), followee.id, follower.id).await? {
        refuse_blocked(app, tx, follower, &followee, uri).await?;
        return Ok(Outcome::Refused("whom it follows blocks them"));
    }
    let wanted =
        if followee.manually_approves { FollowState::Pending } else { FollowState::Accepted };
    let mut known = between(tx.conn(), follower, &followee).await?;
    if let Some(old) = known.take_if(|row| row.state == FollowState::Rejected) {
        // Who was refused may ask again, and stands where everybody else does.
        end(tx, &old).await?;
    }
    match known {
        Some(row) => {
            follow::Entity::update_many()
                .col_expr(follow::Column::ActivityUri, Expr::value(uri))
                .col_expr(follow::Column::ActivityHash, Expr::value(UriHash::of(uri)))
                .filter(follow::Column::Id.eq(row.id))
                .exec(tx.conn())
                .await?;
            if row.state != FollowState::Accepted {
                return Ok(Outcome::Applied);
            }
        }
        None => {
            insert(app, tx, follower, &followee, uri.to_owned(), wanted).await?;
            if wanted == FollowState::Pending {
                return Ok(Outcome::Applied);
            }
        }
    }
    let slug = app.slug();
    let id = outbox::activity_uri(app, &slug);
    let said = wire_map::accept(&followee, follower, uri, id, slug);
    outbox::say(app, tx, said, Recipients::one(follower)).await?;
    Ok(Outcome::Applied)
}

/// Answers somebody who is blocked as anybody who is not wanted: without an answer it would wait for
/// ever (as Mastodon). Where everybody waits until somebody has decided, an answer at once would tell
/// who is blocked; and who asks again and again is answered once.
async fn refuse_blocked(
    app: &App,
    tx: &Tx,
    follower: &actor::Model,
    followee: &actor::Model,
    uri: &str,
) -> Result<(), Error> {
    if followee.manually_approves {
        return Ok(());
    }
    let said = outbox_activity::Entity::find()
        .filter(outbox_activity::Column::ActorId.eq(followee.id))
        .filter(outbox_activity::Column::OrderKey.eq(wire_map::order_key(follower, followee)))
        .filter(outbox_activity::Column::Kind.eq("Reject"))
        .filter(outbox_activity::Column::CreatedAt.gte(tx.now() - REFUSE_AGAIN));
    if said.one(tx.conn()).await?.is_some() {
        return Ok(());
    }
    let slug = app.slug();
    let id = outbox::activity_uri(app, &slug);
    let said = wire_map::reject(followee, follower, uri, id, slug);
    outbox::say(app, tx, said, Recipients::one(follower)).await
}

/// Somebody elsewhere answers a Follow of ours. Only who was asked can answer (S-046).
pub(crate) async fn answer(
    app: &App,
    tx: &Tx,
    from: &actor::Model,
    named: &Named,
    accepted: bool,
) -> Result<Outcome, Error> {
    if !named.may_be_a_follow() {
        return Ok(Outcome::Ignored("it answers something else"));
    }
    let Some(row) = find(tx, named, |row| row.followee_id == from.id).await? else {
        return Ok(Outcome::Ignored("it answers no follow of ours"));
    };
    match (accepted, row.state) {
        (_, FollowState::Rejected) => return Ok(Outcome::Ignored("it was refused before")),
        (true, FollowState::Accepted) => {}
        (true, FollowState::Pending) => {
            // An answer that comes and goes makes nobody new.
            let is_new =
                row.answered_at.is_none() && !queries::is_followed_on(tx.conn(), from.id).await?;
            turn(tx, &row, FollowState::Accepted).await?;
            if is_new && from.featured_uri.is_some() {
                jobs::later(app, tx, &Job::FetchFeatured { actor: from.uri.clone() }).await?;
            }
        }
        (false, _) => {
            turn(tx, &row, FollowState::Rejected).await?;
        }
    }
    Ok(Outcome::Applied)
}

/// Somebody elsewhere takes a Follow back. Only who followed can (S-045).
pub(crate) async fn undo(tx: &Tx, from: &actor::Model, named: &Named) -> Result<Outcome, Error> {
    if !named.may_be_a_follow() {
        return Ok(Outcome::Ignored("it undoes something we never did"));
    }
    let Some(row) = find(tx, named, |row| row.follower_id == from.id).await? else {
        // It may have overtaken its Follow.
        if let Some(id) = named.id.as_deref().filter(|id| uri::same_origin(id, &from.uri)) {
            bury(tx, id, &from.uri).await?;
        }
        return Ok(Outcome::Ignored("it undoes nothing here"));
    };
    end(tx, &row).await?;
    let followee = actors::by_id(tx.conn(), row.followee_id).await?;
    outbox::cancel_for(tx, &followee, from).await?;
    Ok(Outcome::Applied)
}

pub(super) async fn find(
    tx: &Tx,
    named: &Named,
    allowed: impl Fn(&follow::Model) -> bool,
) -> Result<Option<follow::Model>, Error> {
    if let Some(id) = &named.id {
        let found = follow::Entity::find()
            .filter(follow::Column::ActivityHash.eq(UriHash::of(id)))
            .one(tx.conn())
            .await?;
        if let Some(row) = found {
            return Ok(Some(row).filter(allowed));
        }
    }
    let (Some(actor), Some(object)) = (&named.actor, &named.object) else { return Ok(None) };
    let follower = actors::by_uri(tx.conn(), actor).await?;
    let followee = actors::by_uri(tx.conn(), object).await?;
    let (Some(follower), Some(followee)) = (follower, followee) else { return Ok(None) };
    Ok(between(tx.conn(), &follower, &followee).await?.filter(allowed))
}

/// Takes away the follows between two actors, whoever follows whom.
pub(crate) async fn drop_between(
    tx: &Tx,
    one: &actor::Model,
    other: &actor::Model,
) -> Result<(), Error> {
    for (follower, followee) in [(one, other), (other, one)] {
        if let Some(row) = between(tx.conn(), follower, followee).await? {
            end(tx, &row).await?;
            outbox::cancel_for(tx, followee, follower).await?;
        }
    }
    Ok(())
}

/// Takes a follow away because one of its ends is gone, and what waits for a follower that is.
pub(crate) async fn drop_follow(
    tx: &Tx,
    row: &follow::Model,
    gone: &actor::Model,
) -> Result<(), Error> {
    end(tx, row).await?;
    if row.follower_id == gone.id {
        let followee = actors::by_id(tx.conn(), row.followee_id).await?;
        outbox::cancel_for(tx, &followee, gone).await?;
    }
    Ok(())
}
