//! Pinned posts: those that stand first on the page of their author, and in its `featured`
//! collection, which is all that a new follower elsewhere sees at first.

use carefolk_domain::post::PINS_MAX;
use carefolk_domain::{ActorId, GroupId, Invalid, Moment, PostId, PostState, Span};
use carefolk_store::entity::{actor, group_pin, pin, post};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set,
};

use super::visible::visible_to;
use super::{PostRef, PostView, Posts, queries, views, wire_map};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::{audit, grouped};

/// How many pinned posts of one actor elsewhere are remembered.
pub(crate) const REMOTE_PINS_MAX: u64 = 20;

impl Posts<'_> {
    /// Pins a post of ours that anybody may read. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] on `post` if not everybody may read
    /// it; [`Error::Conflict`] if [`PINS_MAX`] posts are pinned already.
    pub async fn pin(&self, caller: &Caller, post: &PostRef) -> Result<(), Error> {
        let (row, author) = self.own(caller, post).await?;
        if !row.audience.is_open() {
            return Err(Error::field("post", Invalid::Choice));
        }
        let tx = self.0.begin().await?;
        if find(&tx, author.id, row.id).await?.is_some() {
            return Ok(());
        }
        queries::held(&tx, row.id).await?;
        if count(tx.conn(), author.id).await? >= PINS_MAX {
            return Err(Error::Conflict("five posts are pinned already; unpin one of them first"));
        }
        write(&tx, author.id, row.id).await?;
        let said = wire_map::pin(self.0, &author, &row, true);
        outbox::say(self.0, &tx, said, followers(&author)).await?;
        audit::record_operator(self.0, &tx, caller, "post.pin", &row.uri).await?;
        tx.commit().await
    }

    /// Unpins it; one that is not pinned is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn unpin(&self, caller: &Caller, post: &PostRef) -> Result<(), Error> {
        let (row, author) = self.own(caller, post).await?;
        let tx = self.0.begin().await?;
        if !erase(&tx, author.id, row.id).await? {
            return Ok(());
        }
        let said = wire_map::pin(self.0, &author, &row, false);
        outbox::say(self.0, &tx, said, followers(&author)).await?;
        audit::record_operator(self.0, &tx, caller, "post.unpin", &row.uri).await?;
        tx.commit().await
    }

    async fn own(
        &self,
        caller: &Caller,
        post: &PostRef,
    ) -> Result<(post::Model, actor::Model), Error> {
        let row = self.find_row(caller, post).await?;
        if row.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        self.allow_to_change(caller, &row).await?;
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        Ok((row, author))
    }

    /// What an actor pinned, as far as `viewer` may see it; the last pinned first.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn pinned(&self, viewer: &Caller, actor: ActorId) -> Result<Vec<PostView>, Error> {
        let rows = self.pinned_rows(viewer, actor).await?;
        views(self.0.read(), viewer, rows).await
    }

    pub(super) async fn pinned_rows(
        &self,
        viewer: &Caller,
        actor: ActorId,
    ) -> Result<Vec<post::Model>, Error> {
        let pins = pin::Entity::find()
            .filter(pin::Column::ActorId.eq(actor))
            .order_by_desc(pin::Column::CreatedAt)
            .order_by_desc(pin::Column::PostId)
            .limit(REMOTE_PINS_MAX)
            .all(self.0.read())
            .await?;
        let ids: Vec<PostId> = pins.iter().map(|pin| pin.post_id).collect();
        let mut rows = post::Entity::find()
            .filter(post::Column::Id.is_in(ids.clone()))
            .filter(visible_to(viewer))
            .all(self.0.read())
            .await?;
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        Ok(rows)
    }

    /// The `featured` collection of a local actor: what it pinned, whole.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn featured_document(&self, slug: &str) -> Result<String, Error> {
        let actor = self.0.actors().by_slug(slug).await?;
        let mut items = Vec::new();
        let rows = match grouped::of_actor(self.0.read(), actor.id).await? {
            Some(group) => pinned_in(self.0.read(), &Caller::Visitor, group.id).await?,
            None => self.pinned_rows(&Caller::Visitor, actor.id).await?,
        };
        for row in rows {
            if row.slug.is_none() {
                items.push(carefolk_wire::write::Object::Iri(row.uri));
                continue;
            }
            let loaded = wire_map::load(self.0, self.0.read(), &row).await?;
            items.push(carefolk_wire::write::Object::Note(Box::new(loaded.note())));
        }
        let id = actor.featured_uri.unwrap_or_default();
        Ok(carefolk_wire::write::OrderedCollection::whole(id, items).to_json())
    }
}

/// What is pinned in a group, as far as `viewer` may see it, the last pinned first.
pub(crate) async fn pinned_in(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    group: GroupId,
) -> Result<Vec<post::Model>, Error> {
    let pins = group_pin::Entity::find()
        .filter(group_pin::Column::GroupId.eq(group))
        .order_by_desc(group_pin::Column::CreatedAt)
        .order_by_desc(group_pin::Column::PostId)
        .all(conn)
        .await?;
    if pins.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PostId> = pins.iter().map(|pin| pin.post_id).collect();
    let mut rows = post::Entity::find()
        .filter(post::Column::Id.is_in(ids.clone()))
        .filter(post::Column::GroupId.eq(group))
        .filter(visible_to(viewer))
        .all(conn)
        .await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Whether the group that a post is in pinned it.
pub(super) async fn is_pinned(
    conn: &impl ConnectionTrait,
    row: &post::Model,
) -> Result<bool, Error> {
    let Some(group) = row.group_id else { return Ok(false) };
    Ok(group_pin::Entity::find_by_id((group, row.id)).one(conn).await?.is_some())
}

fn followers(author: &actor::Model) -> Recipients {
    Recipients { followers_of: Some(author.id), ..Recipients::default() }
}

async fn find(tx: &Tx, actor: ActorId, post: PostId) -> Result<Option<pin::Model>, Error> {
    Ok(pin::Entity::find_by_id((actor, post)).one(tx.conn()).await?)
}

/// How many posts of an actor are pinned and still there.
async fn count(conn: &impl ConnectionTrait, actor: ActorId) -> Result<u64, Error> {
    let there = post::Entity::find()
        .select_only()
        .column(post::Column::Id)
        .filter(post::Column::ActorId.eq(actor))
        .filter(post::Column::State.eq(PostState::Published))
        .into_query();
    Ok(pin::Entity::find()
        .filter(pin::Column::ActorId.eq(actor))
        .filter(pin::Column::PostId.in_subquery(there))
        .count(conn)
        .await?)
}

async fn write(tx: &Tx, actor: ActorId, post: PostId) -> Result<(), Error> {
    write_at(tx, actor, post, tx.now()).await
}

async fn write_at(tx: &Tx, actor: ActorId, post: PostId, at: Moment) -> Result<(), Error> {
    pin::ActiveModel { actor_id: Set(actor), post_id: Set(post), created_at: Set(at) }
        .insert(tx.conn())
        .await?;
    Ok(())
}

/// Whether there was one to take away.
async fn erase(tx: &Tx, actor: ActorId, post: PostId) -> Result<bool, Error> {
    let gone = pin::Entity::delete_by_id((actor, post)).exec(tx.conn()).await?;
    Ok(gone.rows_affected > 0)
}

/// Makes what an actor elsewhere pinned those of `uris`, the first of them first, that are here and
/// their own (S-049). What was pinned since `begun`, when the list began to be read, stays.
pub(crate) async fn replace(
    tx: &Tx,
    actor: ActorId,
    uris: &[String],
    begun: Moment,
) -> Result<(), Error> {
    pin::Entity::delete_many()
        .filter(pin::Column::ActorId.eq(actor))
        .filter(pin::Column::CreatedAt.lt(begun))
        .exec(tx.conn())
        .await?;
    let mut at = begun - Span::seconds(1);
    for uri in uris {
        let found = queries::by_uri(tx.conn(), uri).await?;
        let own = found.filter(|row| row.actor_id == actor && row.state == PostState::Published);
        if let Some(row) = own {
            if pin::Entity::find_by_id((actor, row.id)).one(tx.conn()).await?.is_none() {
                write_at(tx, actor, row.id, at).await?;
            }
            at = at - Span::seconds(1);
        }
    }
    Ok(())
}

/// `Add` or `Remove` at the `featured` collection of who says so: posts of their own alone (S-049).
pub(crate) async fn receive(
    tx: &Tx,
    actor: &actor::Model,
    object: &str,
    pinned: bool,
) -> Result<Outcome, Error> {
    let Some(row) = queries::by_uri(tx.conn(), object).await? else {
        return Ok(Outcome::Ignored("we do not have it"));
    };
    if row.actor_id != actor.id {
        return Ok(Outcome::Refused("it pins somebody else's post"));
    }
    if !pinned {
        let gone = erase(tx, actor.id, row.id).await?;
        return Ok(if gone { Outcome::Applied } else { Outcome::Ignored("it was not pinned") });
    }
    if row.state != PostState::Published {
        return Ok(Outcome::Ignored("it was deleted"));
    }
    if find(tx, actor.id, row.id).await?.is_some() {
        return Ok(Outcome::Ignored("we know it already"));
    }
    if count(tx.conn(), actor.id).await? >= REMOTE_PINS_MAX {
        return Ok(Outcome::Refused("too many posts are pinned there"));
    }
    write(tx, actor.id, row.id).await?;
    Ok(Outcome::Applied)
}
