//! Follows that come from other servers, and their answers to ours.

use carefolk_domain::{UriHash, uri};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow};
use carefolk_wire::read::{Network, Node};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::commands::{between, count, end, insert};
use super::wire_map;
use crate::actors::{bury, is_tombstone, queries as actors};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::{App, blocked, timelines};

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
}

impl Named {
    pub(crate) fn read(node: &Node, network: Network) -> Self {
        let id = node.id(network).ok().flatten();
        let Some(document) = node.document() else { return Self { id, ..Self::default() } };
        let Ok(inner) = carefolk_wire::read::Activity::read(document.clone(), network) else {
            let kind = document.text("type").map(str::to_owned);
            return Self { id, kind, ..Self::default() };
        };
        let object = inner.object.as_ref().and_then(|node| node.id(network).ok().flatten());
        Self { id, kind: Some(inner.kind.as_str().to_owned()), actor: Some(inner.actor), object }
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
    tx: &mut Tx,
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
        // As to anybody who is not wanted: without an answer it would wait for ever (as Mastodon).
        let slug = app.slug();
        let id = outbox::activity_uri(app, &slug);
        let said = wire_map::reject(&followee, follower, uri, id, slug);
        outbox::say(app, tx, said, to_one(follower)).await?;
        return Ok(Outcome::Refused("whom it follows blocks them"));
    }
    let wanted =
        if followee.manually_approves { FollowState::Pending } else { FollowState::Accepted };
    match between(tx.conn(), follower, &followee).await? {
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
    outbox::say(app, tx, said, to_one(follower)).await?;
    Ok(Outcome::Applied)
}

fn to_one(actor: &actor::Model) -> Recipients {
    Recipients { inboxes: vec![actor.inbox.clone()], ..Recipients::default() }
}

/// Somebody elsewhere answers a Follow of ours. Only who was asked can answer (S-046).
pub(crate) async fn answer(
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
    if !accepted {
        end(tx, &row).await?;
        return Ok(Outcome::Applied);
    }
    if row.state != FollowState::Accepted {
        hold(tx, &row).await?;
    }
    Ok(Outcome::Applied)
}

/// A follow of ours that waited holds from now on.
pub(super) async fn hold(tx: &Tx, row: &follow::Model) -> Result<(), Error> {
    follow::Entity::update_many()
        .col_expr(follow::Column::State, Expr::value(FollowState::Accepted))
        .col_expr(follow::Column::AnsweredAt, Expr::value(tx.now()))
        .filter(follow::Column::Id.eq(row.id))
        .exec(tx.conn())
        .await?;
    count(tx, row, 1).await?;
    timelines::add_author(tx, row.follower_id, row.followee_id).await
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
    Ok(Outcome::Applied)
}

async fn find(
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
        }
    }
    Ok(())
}

/// Takes a follow away because one of its ends is gone.
pub(crate) async fn drop_follow(tx: &Tx, row: &follow::Model) -> Result<(), Error> {
    end(tx, row).await
}
