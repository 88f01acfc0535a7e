//! Keeping what we know of an actor's followers here like what its own server knows (FEP-8fcf).
//!
//! Messages get lost, and a restored backup knows of follows that ended long ago. Then what is for
//! followers would be shown to who no longer is one.
//!
//! Invariant: an actor's server is believed about that actor's followers and about nobody else's.

use std::collections::HashSet;

use carefolk_domain::{FollowId, Span, UriHash, followers, uri};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, outbox_activity};
use carefolk_wire::synchronization::Synchronization;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::commands::{between, end, turn};
use super::{Follows, wire_map};
use crate::App;
use crate::actors::queries as actors;
use crate::blocked;
use crate::kernel::jobs::{self, Job};
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients};

/// How long a difference is given to pass by itself: an `Accept` may be on its way. It is also how
/// often one actor's list is read at most, whatever its server announces.
const WAIT: Span = Span::minutes(1);

/// How many follows that only the other server knows are taken back in one run.
const DISOWNED_MAX: usize = 20;

/// How long the same one is not taken back again.
const DISOWN_AGAIN: Span = Span::days(7);

impl Follows<'_> {
    /// Heeds what the server of `actor`, who signed, announces of its followers here; compares
    /// later if it differs. What does not fit is nobody's fault that this could mend.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Busy`].
    pub async fn announced(&self, actor: &str, header: &str) -> Result<(), Error> {
        let network = self.0.actors().network();
        let Some(said) = Synchronization::parse(header, network) else { return Ok(()) };
        let Some(row) = actors::by_uri(self.0.read(), actor).await? else { return Ok(()) };
        let is_theirs = row.followers_uri.as_ref() == Some(&said.collection_id)
            && uri::same_origin(&said.url, &row.uri);
        // Who is followed by nobody here has nothing to compare, and cannot make us work.
        if !is_theirs || !super::queries::is_followed_on(self.0.read(), row.id).await? {
            return Ok(());
        }
        if is_alike(self.0.read(), actor, &said.digest).await? {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        let job = Job::SynchronizeFollowers { actor: row.uri, url: said.url, digest: said.digest };
        jobs::after(self.0, &tx, &job, WAIT).await?;
        tx.commit().await
    }
}

/// Whether we know the followers here that a digest stands for; also where there is no such actor.
pub(crate) async fn is_alike(
    conn: &impl ConnectionTrait,
    actor: &str,
    digest: &str,
) -> Result<bool, Error> {
    let Some(row) = elsewhere(conn, actor).await? else { return Ok(true) };
    let ours = ours(conn, &row).await?;
    Ok(followers::digest(ours.iter().map(|(_, uri)| uri.as_str())) == digest)
}

/// Makes the followers here of an actor elsewhere those in `listed`: others no longer follow, who
/// waited for an answer has it, and of whom we know nothing the other server is told so.
pub(crate) async fn apply(app: &App, tx: &Tx, actor: &str, listed: &[String]) -> Result<(), Error> {
    let Some(followee) = elsewhere(tx.conn(), actor).await? else { return Ok(()) };
    let wanted: HashSet<&str> = listed.iter().map(String::as_str).collect();
    let ours = ours(tx.conn(), &followee).await?;
    for (row, _) in ours.iter().filter(|(_, uri)| !wanted.contains(uri.as_str())) {
        end(tx, row).await?;
    }
    let known: HashSet<&str> = ours.iter().map(|(_, uri)| uri.as_str()).collect();
    let mut disowned = 0;
    for id in wanted.difference(&known) {
        let follower = actors::by_uri(tx.conn(), id).await?;
        let follower = follower.filter(|row| row.domain_id.is_some() && actors::is_shown(row));
        let Some(follower) = follower else { continue };
        match between(tx.conn(), &follower, &followee).await? {
            Some(row) if row.state == FollowState::Pending => {
                turn(tx, &row, FollowState::Accepted).await?;
            }
            _ if disowned >= DISOWNED_MAX => {}
            _ if is_apart(tx, &follower, &followee).await? => {}
            _ => {
                disowned += 1;
                disown(app, tx, &follower, &followee).await?;
            }
        }
    }
    Ok(())
}

/// Whether nothing is to be said to them: who blocks them is silent, and what was said once is not
/// said again for a while, for their list may be as false as it likes.
async fn is_apart(
    tx: &Tx,
    follower: &actor::Model,
    followee: &actor::Model,
) -> Result<bool, Error> {
    if blocked::is_blocked(tx.conn(), follower.id, followee.id).await? {
        return Ok(true);
    }
    let said = outbox_activity::Entity::find()
        .filter(outbox_activity::Column::ActorId.eq(follower.id))
        .filter(outbox_activity::Column::OrderKey.eq(wire_map::order_key(follower, followee)))
        .filter(outbox_activity::Column::Kind.eq("Undo"))
        .filter(outbox_activity::Column::CreatedAt.gte(tx.now() - DISOWN_AGAIN))
        .one(tx.conn())
        .await?;
    Ok(said.is_some())
}

/// Takes back a follow that only the other server knows. We have no id for it: who wants one finds
/// it by its ends.
async fn disown(
    app: &App,
    tx: &Tx,
    follower: &actor::Model,
    followee: &actor::Model,
) -> Result<(), Error> {
    let follow_uri = outbox::activity_uri(app, &app.slug());
    let row = follow::Model {
        id: FollowId(app.id()),
        follower_id: follower.id,
        followee_id: followee.id,
        state: FollowState::Rejected,
        activity_hash: UriHash::of(&follow_uri),
        activity_uri: follow_uri,
        created_at: tx.now(),
        answered_at: None,
    };
    let slug = app.slug();
    let said =
        wire_map::undo_follow(follower, followee, &row, outbox::activity_uri(app, &slug), slug);
    let to = Recipients::one(followee);
    outbox::say(app, tx, said, to).await
}

/// The actor of another server with that id.
async fn elsewhere(
    conn: &impl ConnectionTrait,
    actor: &str,
) -> Result<Option<actor::Model>, Error> {
    let row = actors::by_uri(conn, actor).await?;
    Ok(row.filter(|row| row.domain_id.is_none() && actors::is_shown(row)))
}

/// Those of ours who follow somebody, with their ids.
async fn ours(
    conn: &impl ConnectionTrait,
    followee: &actor::Model,
) -> Result<Vec<(follow::Model, String)>, Error> {
    let follows = || {
        follow::Entity::find()
            .filter(follow::Column::FolloweeId.eq(followee.id))
            .filter(follow::Column::State.eq(FollowState::Accepted))
            .filter(follow::Column::FollowerId.in_subquery(actors::local_ids()))
    };
    let followers = follows().select_only().column(follow::Column::FollowerId).into_query();
    let people = actor::Entity::find().filter(actor::Column::Id.in_subquery(followers));
    let people: std::collections::HashMap<_, _> =
        people.all(conn).await?.into_iter().map(|row| (row.id, row.uri)).collect();
    let rows = follows().all(conn).await?.into_iter();
    Ok(rows.filter_map(|row| people.get(&row.follower_id).cloned().map(|uri| (row, uri))).collect())
}
