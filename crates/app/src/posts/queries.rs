//! Reading posts. The viewer comes first, always.

use std::collections::{BTreeSet, HashMap, HashSet};

use carefolk_domain::{Address, PostId, PostState, RenditionKind, UriHash};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{actor, post, rendition, revision};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::visible::{traces_for, visible_to};
use super::{PostRef, PostView, Posts, RevisionView, SourceView, Thread, pins, views};
use crate::actors::{handles, queries as actors};
use crate::kernel::{caller::Caller, error::Error, page::Page, tx::Tx};
use crate::locked;

/// How many posts above one are shown.
const ANCESTORS_MAX: usize = 40;

/// How many earlier texts of one post are shown, and of one from elsewhere kept.
pub(super) const REVISIONS_MAX: u64 = 100;

/// The row of an id on the wire.
pub(crate) async fn by_uri(
    conn: &impl ConnectionTrait,
    uri: &str,
) -> Result<Option<post::Model>, Error> {
    Ok(post::Entity::find().filter(post::Column::UriHash.eq(UriHash::of(uri))).one(conn).await?)
}

/// A published post, held for this change alone: whoever deletes it at the same time waits, or was
/// first, and then there is none.
pub(crate) async fn held(tx: &Tx, id: PostId) -> Result<post::Model, Error> {
    held_in(tx, id, &[PostState::Published]).await
}

/// The same of a post that is in one of these states.
pub(crate) async fn held_in(
    tx: &Tx,
    id: PostId,
    states: &[PostState],
) -> Result<post::Model, Error> {
    post::Entity::find_by_id(id)
        .filter(post::Column::State.is_in(states.iter().copied()))
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .ok_or(Error::NotFound("post"))
}

/// The published ones among these posts, by the hash of each one's id.
pub(crate) async fn published(
    conn: &impl ConnectionTrait,
    hashes: HashSet<UriHash>,
) -> Result<HashMap<UriHash, post::Model>, Error> {
    let found = post::Entity::find()
        .filter(post::Column::UriHash.is_in(padded(hashes)))
        .filter(post::Column::State.eq(PostState::Published))
        .all(conn)
        .await?;
    Ok(found.into_iter().map(|row| (row.uri_hash.clone(), row)).collect())
}

/// The published ones among these posts, held as by [`held`], in the order of their rows: two who hold several
/// then wait, and not for each other.
pub(crate) async fn held_all(
    tx: &Tx,
    ids: BTreeSet<PostId>,
) -> Result<HashMap<PostId, post::Model>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = post::Entity::find()
        .filter(post::Column::Id.is_in(padded(ids)))
        .filter(post::Column::State.eq(PostState::Published))
        .order_by_asc(post::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// Which of these posts are here, by the hash of each one's id.
pub(crate) async fn known(
    conn: &impl ConnectionTrait,
    hashes: impl Iterator<Item = UriHash>,
) -> Result<HashSet<UriHash>, Error> {
    let hashes: Vec<UriHash> = hashes.collect();
    if hashes.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<UriHash> = post::Entity::find()
        .select_only()
        .column(post::Column::UriHash)
        .filter(post::Column::UriHash.is_in(padded(hashes)))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// The original text of a post.
pub(crate) async fn original(
    conn: &impl ConnectionTrait,
    id: PostId,
) -> Result<Option<rendition::Model>, Error> {
    Ok(rendition::Entity::find()
        .filter(rendition::Column::PostId.eq(id))
        .filter(rendition::Column::Kind.eq(RenditionKind::Original))
        .one(conn)
        .await?)
}

impl Posts<'_> {
    /// One post that `viewer` may see; a tombstone where it was deleted.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also where the viewer may not know that it exists.
    pub async fn find(&self, viewer: &Caller, by: &PostRef) -> Result<PostView, Error> {
        let row = self.find_row(viewer, by).await?;
        let views = views(self.0.read(), viewer, vec![row]).await?;
        views.into_iter().next().ok_or(Error::NotFound("post"))
    }

    /// The row of a post that `viewer` may see.
    pub(crate) async fn find_row(
        &self,
        viewer: &Caller,
        by: &PostRef,
    ) -> Result<post::Model, Error> {
        self.find_among(traces_for(viewer), by).await
    }

    /// The row of a post that is `shown`, whoever asks: for who asks what else they may first.
    pub(crate) async fn find_among(
        &self,
        shown: Condition,
        by: &PostRef,
    ) -> Result<post::Model, Error> {
        let query = post::Entity::find().filter(shown.clone());
        let query = match by {
            PostRef::Id(id) => query.filter(post::Column::Id.eq(*id)),
            PostRef::Uri(uri) => match self.own_page(uri) {
                Some((handle, slug)) => {
                    return Box::pin(self.find_among(shown, &PostRef::Page { handle, slug })).await;
                }
                None => query.filter(post::Column::UriHash.eq(UriHash::of(uri))),
            },
            PostRef::Page { handle, slug } => {
                let authors = self.page_authors(handle).await?;
                let is_ours = authors.iter().any(|author| author.domain_id.is_some());
                let query = query
                    .filter(post::Column::ActorId.is_in(authors.iter().map(|author| author.id)));
                if is_ours {
                    query.filter(post::Column::Slug.eq(slug))
                } else {
                    let id: i64 = slug.parse().map_err(|_not_ours| Error::NotFound("post"))?;
                    query.filter(post::Column::Id.eq(PostId(id)))
                }
            }
        };
        query.one(self.0.read()).await?.ok_or(Error::NotFound("post"))
    }

    /// The two parts of `/@handle/slug`, if `uri` is a page of this server.
    fn own_page(&self, uri: &str) -> Option<(String, String)> {
        let settings = self.0.settings();
        let path = uri
            .strip_prefix(settings.uri_base())
            .or_else(|| uri.strip_prefix(&settings.local_base_url))
            .unwrap_or(uri);
        let path = path.strip_prefix("/cy").unwrap_or(path);
        let (handle, slug) = path.strip_prefix("/@")?.split_once('/')?;
        Some((handle.to_owned(), slug.to_owned()))
    }

    /// The one of ours, or all of another server, whom a page is named after.
    async fn page_authors(&self, handle: &str) -> Result<Vec<actor::Model>, Error> {
        if !handle.contains('@') {
            return Ok(actors::by_handle(self.0.read(), handle).await?.into_iter().collect());
        }
        let address = Address::parse(handle).map_err(|_no_one| Error::NotFound("post"))?;
        handles::all(self.0.read(), &address).await
    }

    /// A post with what it answers and a page of what answers it.
    ///
    /// # Errors
    ///
    /// As [`Posts::find`].
    pub async fn thread(&self, viewer: &Caller, by: &PostRef, page: Page) -> Result<Thread, Error> {
        let row = self.find_row(viewer, by).await?;
        let look = self.0.look().await?;
        let locked = locked::since(look.conn(), &row).await?;
        let is_pinned = pins::is_pinned(look.conn(), &row).await?;
        let mut rows = ancestors(look.conn(), viewer, &row).await?;
        let (replies, next) = replies(look.conn(), viewer, &row, page).await?;
        // All at once: as many questions as for one of them.
        let (above, own) = (rows.len(), row.id);
        rows.push(row);
        rows.extend(replies);
        let mut views = views(look.conn(), viewer, rows).await?;
        look.end().await?;
        let at = views.iter().take(above + 1).position(|view| view.id == own);
        let at = at.ok_or(Error::NotFound("post"))?;
        let replies = views.split_off(at + 1);
        let post = views.pop().ok_or(Error::NotFound("post"))?;
        Ok(Thread { locked, is_pinned, ancestors: views, post, replies, next })
    }

    /// The texts a post has had, the newest first.
    ///
    /// # Errors
    ///
    /// As [`Posts::find`].
    pub async fn history(&self, viewer: &Caller, by: &PostRef) -> Result<Vec<RevisionView>, Error> {
        let row = self.find_row(viewer, by).await?;
        if row.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        let rows = revision::Entity::find()
            .filter(revision::Column::PostId.eq(row.id))
            .order_by_desc(revision::Column::Id)
            .limit(REVISIONS_MAX)
            .all(self.0.read())
            .await?;
        let show = |row: revision::Model| RevisionView {
            at: row.at,
            lang: row.lang,
            warning: row.summary,
            html: row.html,
        };
        Ok(rows.into_iter().map(show).collect())
    }

    /// What its author wrote, for who may change it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn source(&self, caller: &Caller, id: PostId) -> Result<SourceView, Error> {
        let row = post::Entity::find_by_id(id)
            .filter(visible_to(caller))
            .one(self.0.read())
            .await?
            .ok_or(Error::NotFound("post"))?;
        self.allow_to_change(caller, &row).await?;
        let text = original(self.0.read(), id).await?.ok_or(Error::NotFound("post"))?;
        Ok(SourceView {
            text: text.source.unwrap_or_else(|| text.html.to_plain()),
            lang: text.lang,
            warning: text.summary,
            audience: row.audience,
            state: row.state,
        })
    }
}

/// What a post answers, and what that answers, the first of them first.
async fn ancestors(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    row: &post::Model,
) -> Result<Vec<post::Model>, Error> {
    let mut above = Vec::new();
    let mut next = row.in_reply_to_id;
    while let Some(id) = next.filter(|_| above.len() < ANCESTORS_MAX) {
        let found = post::Entity::find_by_id(id).filter(traces_for(viewer)).one(conn).await?;
        let Some(parent) = found else { break };
        next = parent.in_reply_to_id;
        above.push(parent);
    }
    above.reverse();
    Ok(above)
}

/// What answers a post. It comes oldest first, so the cursor counts upward.
async fn replies(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    row: &post::Model,
    page: Page,
) -> Result<(Vec<post::Model>, Option<String>), Error> {
    let root = row.root_id.unwrap_or(row.id);
    let rows = page.rows();
    let mut query =
        post::Entity::find().filter(traces_for(viewer)).filter(post::Column::RootId.eq(root));
    if let Some(after) = page.before {
        query = query.filter(post::Column::Id.gt(PostId(after)));
    }
    // A reply deep in a thread shows what answers it directly.
    if row.root_id.is_some() {
        query = query.filter(post::Column::InReplyToId.eq(row.id));
    }
    let mut found = query.order_by_asc(post::Column::Id).limit(rows + 1).all(conn).await?;
    let more = u64::try_from(found.len()).unwrap_or(0) > rows;
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok((found, next))
}
