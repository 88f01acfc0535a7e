//! From rows to what is shown, a page at a time: as many queries whatever the length.

use std::collections::{HashMap, HashSet};

use carefolk_domain::{ActorId, Audience, GroupId, Html, Lang, PostId, PostState, RenditionKind};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, post, rendition, team_member};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::visible::visible_to;
use super::{Cover, EventView, PostView, RenditionView, ReplyRef, attachments, polls, remove};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error};
use crate::placed::{self, PictureView};
use crate::{grouped, insiders};

/// The page of a post on this server.
pub(crate) fn page_of(row: &post::Model, author: &actor::Model) -> String {
    match &row.slug {
        Some(slug) => format!("/@{}/{slug}", author.handle),
        None => format!("/@{}@{}/{}", author.handle, author.host, row.id),
    }
}

/// Shows `rows`, in their order. The caller has already asked who may see them.
pub(crate) async fn views(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: Vec<post::Model>,
) -> Result<Vec<PostView>, Error> {
    let parents = parents(conn, viewer, &rows).await?;
    let authors = authors(conn, rows.iter().chain(parents.values())).await?;
    let mut texts = texts(conn, &rows).await?;
    let mut with = attachments::of(conn, &rows).await?;
    let ours = rows.iter().filter(|row| row.slug.is_some()).map(|row| row.id).collect();
    let mut pictures = placed::of(conn, ours).await?;
    let mut polls = polls::views(conn, viewer, &rows).await?;
    let voices = voices(conn, viewer).await?;
    let groups = grouped::names_of(conn, &rows).await?;
    let outside = outside(conn, viewer, &rows).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(author) = authors.get(&row.actor_id) else { continue };
        let reply = row.in_reply_to_uri.clone().map(|uri| {
            let parent = row.in_reply_to_id.and_then(|id| parents.get(&id));
            let who = parent.and_then(|parent| authors.get(&parent.actor_id));
            ReplyRef {
                page: parent.zip(who).map(|(parent, who)| page_of(parent, who)),
                uri,
                name: who.map(|who| actors::view(who.clone()).name_and_origin()),
            }
        });
        let text = texts.remove(&row.id).unwrap_or_default();
        let is_own = voices.contains(&row.actor_id);
        let may_change = row.slug.is_some() && is_own;
        let attachments = with.remove(&row.id).unwrap_or_default();
        let stand = pictures.remove(&row.id).unwrap_or_default();
        let poll = polls.remove(&row.id);
        let group = row.group_id.and_then(|group| groups.get(&group)).cloned();
        let mut shown = view(row, author, text, reply, may_change);
        if !shown.deleted {
            shown.attachments = attachments;
            shown.pictures = stand.iter().map(PictureView::of).collect();
        }
        shown.poll = poll.filter(|_| !shown.deleted);
        shown.group = group;
        shown.is_own = is_own;
        if outside.contains(&shown.id) {
            // Numbers would tell what goes on there (S-172).
            (shown.replies, shown.likes, shown.poll, shown.group) = (0, 0, None, None);
        }
        out.push(shown);
    }
    Ok(out)
}

/// The posts among these that are said in a group which the viewer is not in: one's own, after one left.
async fn outside(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: &[post::Model],
) -> Result<HashSet<PostId>, Error> {
    let inside: Vec<&post::Model> =
        rows.iter().filter(|row| row.audience == Audience::Group).collect();
    let Caller::Member(member) = viewer else { return Ok(HashSet::new()) };
    if inside.is_empty() {
        return Ok(HashSet::new());
    }
    let mine: HashSet<GroupId> = insiders::groups_among(conn, member.actor, &inside).await?;
    let is_outside = |row: &&post::Model| row.group_id.is_none_or(|group| !mine.contains(&group));
    Ok(inside.into_iter().filter(is_outside).map(|row| row.id).collect())
}

fn view(
    row: post::Model,
    author: &actor::Model,
    mut texts: Vec<rendition::Model>,
    in_reply_to: Option<ReplyRef>,
    may_change: bool,
) -> PostView {
    let deleted = row.state != PostState::Published;
    let removed = remove::reason_of(&row);
    let first = texts.iter().position(|text| text.kind == RenditionKind::Original);
    let original = first.map(|at| texts.remove(at)).filter(|_| !deleted);
    let (lang, title, warning, html) = match original {
        Some(text) => (text.lang, text.title, text.summary, text.html),
        None => (Lang::unknown(), None, None, Html::default()),
    };
    let others = texts.into_iter().filter(|_| !deleted).map(|text| RenditionView {
        lang: text.lang,
        kind: text.kind,
        title: text.title,
        html: text.html,
    });
    PostView {
        id: row.id,
        page: page_of(&row, author),
        uri: row.uri,
        url: row.url,
        origin: author.domain_id.is_none().then(|| author.host.clone()),
        author: actors::view(author.clone()),
        audience: row.audience,
        group: None,
        lang,
        title,
        warning,
        html,
        renditions: others.collect(),
        attachments: Vec::new(),
        pictures: Vec::new(),
        cover: if row.sensitive { Cover::Sensitive } else { Cover::Open },
        event: row.starts_at.filter(|_| !deleted).map(|starts| EventView {
            starts,
            ends: row.ends_at,
            place: row.place,
        }),
        poll: None,
        published: row.published.unwrap_or(row.created_at),
        edited: row.edited_at,
        in_reply_to,
        replies: u64::try_from(row.reply_count).unwrap_or(0),
        likes: u64::try_from(row.like_count).unwrap_or(0),
        boosts: u64::try_from(row.boost_count).unwrap_or(0),
        boosted_by: None,
        may_change: may_change && !deleted,
        deleted,
        removed,
        is_own: false,
    }
}

async fn parents(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    rows: &[post::Model],
) -> Result<HashMap<PostId, post::Model>, Error> {
    let mut ids: HashSet<PostId> = rows.iter().filter_map(|row| row.in_reply_to_id).collect();
    // Of a conversation most of it is there, and was asked for already.
    let here: HashMap<PostId, post::Model> = rows
        .iter()
        .filter(|row| ids.contains(&row.id) && row.state == PostState::Published)
        .map(|row| (row.id, row.clone()))
        .collect();
    ids.retain(|id| !here.contains_key(id));
    if ids.is_empty() {
        return Ok(here);
    }
    let found = post::Entity::find()
        .filter(post::Column::Id.is_in(padded(ids)))
        .filter(visible_to(viewer))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).chain(here).collect())
}

async fn authors<'a>(
    conn: &impl ConnectionTrait,
    rows: impl Iterator<Item = &'a post::Model>,
) -> Result<HashMap<ActorId, actor::Model>, Error> {
    let ids: HashSet<ActorId> = rows.map(|row| row.actor_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found =
        actor::Entity::find().filter(actor::Column::Id.is_in(padded(ids))).all(conn).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

async fn texts(
    conn: &impl ConnectionTrait,
    rows: &[post::Model],
) -> Result<HashMap<PostId, Vec<rendition::Model>>, Error> {
    let mut out: HashMap<PostId, Vec<rendition::Model>> = HashMap::new();
    if rows.is_empty() {
        return Ok(out);
    }
    let found = rendition::Entity::find()
        .filter(rendition::Column::PostId.is_in(padded(rows.iter().map(|row| row.id))))
        .all(conn)
        .await?;
    for row in found {
        out.entry(row.post_id).or_default().push(row);
    }
    Ok(out)
}

/// The actors the viewer may speak as.
async fn voices(conn: &impl ConnectionTrait, viewer: &Caller) -> Result<HashSet<ActorId>, Error> {
    let Caller::Member(member) = viewer else { return Ok(HashSet::new()) };
    let rows = team_member::Entity::find()
        .filter(Condition::all().add(team_member::Column::AccountId.eq(member.account)))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.provider_id).chain([member.actor]).collect())
}
