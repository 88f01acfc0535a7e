//! Posts that come from other servers.
//!
//! Invariants: a stranger's post is kept only where somebody here follows, is named or is
//! answered (ADR-0008); what was deleted stays deleted (S-042); only its author changes a post,
//! and never its author, its id, or to a wider audience (S-037).

use std::collections::HashSet;

use carefolk_domain::post::MENTIONS_MAX;
use carefolk_domain::{ActorId, Audience, Moment, PostId, PostState};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, addressed, post};
use carefolk_wire::ObjectKind;
use carefolk_wire::read::Note;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};

use super::arrive::{self, Arriving};
use super::concern::{Surroundings, people};
use super::policy::Policies;
use super::words::{self, Words};
use super::{attachments, named, polls, queries, text};
use crate::kernel::jobs::Climb;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::{App, blocked};

/// Who a note from elsewhere is for (docs/federation/peers.md).
pub(crate) fn audience(note: &Note, author: &actor::Model) -> Audience {
    let public = |list: &[String]| list.iter().any(|to| to == carefolk_wire::PUBLIC);
    let followers = author.followers_uri.as_deref();
    if public(&note.to) {
        Audience::Public
    } else if public(&note.cc) {
        Audience::Quiet
    } else if note.to.iter().chain(&note.cc).any(|to| Some(to.as_str()) == followers) {
        Audience::Followers
    } else {
        Audience::Direct
    }
}

/// As what a thing is kept, if it is kept at all.
pub(crate) fn kept_as(note: &Note) -> Option<&'static str> {
    Some(match note.kind {
        ObjectKind::Note | ObjectKind::Question => polls::kind_of(note),
        ObjectKind::Article => "article",
        ObjectKind::Page => "page",
        ObjectKind::Event => "event",
        ObjectKind::Video => "video",
        _ => return None,
    })
}

/// What a note from elsewhere means here.
pub(super) struct Heard {
    /// Who it is for.
    pub(super) audience: Audience,
    /// What it answers, if that is here.
    pub(super) parent: Option<post::Model>,
    /// Whom of ours it is addressed to or names, without those who block its author.
    pub(super) locals: Vec<actor::Model>,
}

/// `Create{Note}`, one by itself.
pub(crate) async fn create(app: &App, tx: &Tx, arriving: Arriving) -> Result<Outcome, Error> {
    let mut outcomes = arrive::create_all(app, tx, vec![arriving]).await?;
    outcomes.pop().ok_or(Error::Bug("nothing came of a post"))
}

/// Nothing becomes something else (S-037), but for a note to which its author adds a poll.
fn stays_what_it_is(row: &post::Model, note: &Note) -> bool {
    let may_ask = row.kind == polls::NOTE || row.kind == polls::QUESTION;
    kept_as(note) == Some(row.kind.as_str()) || (may_ask && note.kind == ObjectKind::Question)
}

/// Whether it is folded behind its warning.
pub(super) fn is_folded(note: &Note) -> bool {
    note.sensitive || (note.kind == ObjectKind::Note && note.summary.is_some())
}

async fn hear(
    conn: &impl ConnectionTrait,
    author: &actor::Model,
    note: &Note,
) -> Result<Heard, Error> {
    let parent = match &note.in_reply_to {
        Some(uri) => queries::by_uri(conn, uri).await?,
        None => None,
    };
    let parent = parent.filter(|parent| parent.state == PostState::Published);
    let locals = locals(conn, note, author.id).await?;
    Ok(Heard { audience: audience(note, author), parent, locals })
}

/// Whom of ours a note is addressed to or names, without those who block its author.
async fn locals(
    conn: &impl ConnectionTrait,
    note: &Note,
    author: ActorId,
) -> Result<Vec<actor::Model>, Error> {
    Ok(actor::Entity::find()
        .filter(actor::Column::UriHash.is_in(padded(people(note))))
        .filter(actor::Column::DomainId.is_not_null())
        .filter(actor::Column::Id.not_in_subquery(blocked::blockers_of(author)))
        .limit(u64::try_from(MENTIONS_MAX).unwrap_or(u64::MAX))
        .all(conn)
        .await?)
}

/// A post comes that was found before its author's server brought it: now it is news.
pub(super) async fn said_after_all(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: &Note,
    known: post::Model,
) -> Result<Outcome, Error> {
    if known.actor_id != author.id || known.state != PostState::Published {
        return Ok(Outcome::Ignored("we have it already"));
    }
    let heard = hear(tx.conn(), author, note).await?;
    let mut changed = known.into_active_model();
    changed.fetched_at = Set(None);
    let row = changed.update(tx.conn()).await?;
    arrive::bring_news(app, tx, &[(&row, &heard, None)]).await?;
    Ok(Outcome::Applied)
}

fn width(audience: Audience) -> u8 {
    match audience {
        Audience::Public => 3,
        Audience::Quiet => 2,
        Audience::Followers | Audience::Local => 1,
        Audience::Group | Audience::Direct => 0,
    }
}

/// `Update{Note}`. One that overtook its `Create` takes its place.
pub(crate) async fn update(
    app: &App,
    tx: &Tx,
    author: &actor::Model,
    note: Note,
    words: Words,
) -> Result<Outcome, Error> {
    let Some(row) = queries::by_uri(tx.conn(), &note.id).await? else {
        let around = Surroundings::of(tx.conn(), &[(author.id, &note)]).await?;
        if around.concern(author.id, &note) {
            let author = author.clone();
            return create(
                app,
                tx,
                Arriving { author, note, words, climb: Climb::START, said: None },
            )
            .await;
        }
        return Ok(Outcome::Ignored("we do not have it"));
    };
    if row.actor_id != author.id || row.slug.is_some() {
        return Ok(Outcome::Refused("it changes somebody else's post"));
    }
    if row.state != PostState::Published {
        return Ok(Outcome::Ignored("it was deleted"));
    }
    if !stays_what_it_is(&row, &note) {
        return Ok(Outcome::Refused("it would be something else"));
    }
    if width(audience(&note, author)) > width(row.audience) {
        return Ok(Outcome::Refused("it would make the post wider"));
    }
    if let Some(outcome) = polls::update(tx, &row, &note).await? {
        return Ok(outcome);
    }
    let said = note.updated.map_or(tx.now(), |at| Moment(at).min(tx.now()));
    if row.edited_at.is_some_and(|known| said <= known) {
        return Ok(Outcome::Ignored("we know a later text"));
    }
    let mut heard = hear(tx.conn(), author, &note).await?;
    if !row.audience.is_open() {
        // Whoever was not addressed at first must not be let in by a change (S-037).
        let addressed = addressed_in(tx, row.id).await?;
        heard.locals.retain(|local| addressed.contains(&local.id));
    }
    let mut changed = row.into_active_model();
    changed.edited_at = Set(Some(said));
    changed.sensitive = Set(is_folded(&note));
    let policies = Policies::heard(&note, author);
    changed.reply_policy = Set(policies.replies);
    changed.quote_policy = Set(policies.quotes);
    changed.starts_at = Set(note.start_time.map(Moment));
    changed.ends_at = Set(note.end_time.map(Moment));
    changed.place = Set(note.place.clone());
    let row = changed.update(tx.conn()).await?;
    words::write(app, tx, row.id, words, said).await?;
    attachments::write(tx, row.id, &note).await?;
    text::detach(tx, row.id).await?;
    named::attach(app, tx, &[(row.id, &note, &heard)]).await?;
    Ok(Outcome::Applied)
}

/// Whom of ours a post was addressed to so far.
async fn addressed_in(tx: &Tx, post: PostId) -> Result<HashSet<ActorId>, Error> {
    let rows =
        addressed::Entity::find().filter(addressed::Column::PostId.eq(post)).all(tx.conn()).await?;
    Ok(rows.into_iter().map(|row| row.actor_id).collect())
}
