//! Whether posts from elsewhere concern anybody here (ADR-0008).

use std::collections::{BTreeSet, HashSet};

use carefolk_domain::post::MENTIONS_MAX;
use carefolk_domain::{ActorId, PostState, UriHash};
use carefolk_store::dialect::padded;
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, post};
use carefolk_wire::read::{Note, Tag};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::kernel::error::Error;

/// How many people of one post are looked for here.
const PEOPLE_MAX: usize = MENTIONS_MAX * 4;

/// How many values one statement looks for.
const VALUES_MAX: usize = 1_000;

/// What is known here around some posts: as many questions for one as for a hundred, because most
/// of what arrives concerns nobody, and a busy server is told a lot.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// Authors that somebody here follows.
    followed: HashSet<ActorId>,
    /// Actors of ours whom a post addresses or names.
    ours: HashSet<UriHash>,
    /// Posts that came to us, or belong to a conversation that did.
    held: HashSet<UriHash>,
}

impl Surroundings {
    /// Looks around these posts and their authors.
    pub(crate) async fn of(
        conn: &impl ConnectionTrait,
        posts: &[(ActorId, &Note)],
    ) -> Result<Self, Error> {
        let authors: HashSet<ActorId> = posts.iter().map(|(author, _)| *author).collect();
        let people: HashSet<UriHash> = posts.iter().flat_map(|(_, note)| people(note)).collect();
        let parents: HashSet<UriHash> = posts.iter().filter_map(|(_, note)| parent(note)).collect();
        let mut found = Self::default();
        for authors in chunks(authors) {
            found.followed.extend(followed(conn, authors).await?);
        }
        for people in chunks(people) {
            found.ours.extend(ours(conn, people).await?);
        }
        for parents in chunks(parents) {
            found.held.extend(held(conn, parents).await?);
        }
        Ok(found)
    }

    /// Whether somebody here follows the author, is named, or is answered: an answer to what came
    /// to us is part of a conversation that is read here.
    pub(crate) fn concern(&self, author: ActorId, note: &Note) -> bool {
        self.followed.contains(&author)
            || people(note).any(|person| self.ours.contains(&person))
            || parent(note).is_some_and(|parent| self.held.contains(&parent))
    }
}

/// Whom a post is addressed to or names, each once and not without end (S-056).
pub(super) fn people(note: &Note) -> impl Iterator<Item = UriHash> {
    let named = note.tags.iter().filter_map(|tag| match tag {
        Tag::Mention { href, .. } => Some(href),
        _ => None,
    });
    let wanted: BTreeSet<&String> =
        note.to.iter().chain(&note.cc).chain(named).take(PEOPLE_MAX).collect();
    wanted.into_iter().map(|uri| UriHash::of(uri))
}

fn parent(note: &Note) -> Option<UriHash> {
    note.in_reply_to.as_deref().map(UriHash::of)
}

fn chunks<T: Clone>(all: HashSet<T>) -> Vec<Vec<T>> {
    let all: Vec<T> = all.into_iter().collect();
    all.chunks(VALUES_MAX).map(<[T]>::to_vec).collect()
}

async fn followed(
    conn: &impl ConnectionTrait,
    authors: Vec<ActorId>,
) -> Result<Vec<ActorId>, Error> {
    let ours = crate::actors::queries::local_ids();
    Ok(follow::Entity::find()
        .select_only()
        .column(follow::Column::FolloweeId)
        .distinct()
        .filter(follow::Column::FolloweeId.is_in(padded(authors)))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .filter(follow::Column::FollowerId.in_subquery(ours))
        .into_tuple()
        .all(conn)
        .await?)
}

async fn ours(conn: &impl ConnectionTrait, people: Vec<UriHash>) -> Result<Vec<UriHash>, Error> {
    Ok(actor::Entity::find()
        .select_only()
        .column(actor::Column::UriHash)
        .filter(actor::Column::UriHash.is_in(padded(people)))
        .filter(actor::Column::DomainId.is_not_null())
        .into_tuple()
        .all(conn)
        .await?)
}

async fn held(conn: &impl ConnectionTrait, parents: Vec<UriHash>) -> Result<Vec<UriHash>, Error> {
    let came_to_us = Condition::any()
        .add(post::Column::Slug.is_not_null())
        .add(post::Column::RootId.is_not_null())
        .add(post::Column::GroupId.is_not_null());
    Ok(post::Entity::find()
        .select_only()
        .column(post::Column::UriHash)
        .filter(post::Column::UriHash.is_in(padded(parents)))
        .filter(post::Column::State.eq(PostState::Published))
        .filter(came_to_us)
        .into_tuple()
        .all(conn)
        .await?)
}
