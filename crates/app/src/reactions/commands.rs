//! Liking and boosting.

use carefolk_domain::{Audience, Invalid, PostState, ReactionKind};
use carefolk_store::entity::{actor, post};

use super::Reactions;
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error};
use crate::posts::PostRef;
use crate::{abroad, audit, blocked, insiders, posts, reacted};

impl Reactions<'_> {
    /// Lets the local actor `handle` like or boost a post that the caller may see. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as `handle`; [`Error::NotFound`];
    /// [`Error::Invalid`] on `post` if it may not be passed on.
    pub async fn add(
        &self,
        caller: &Caller,
        handle: &str,
        post: &PostRef,
        kind: ReactionKind,
    ) -> Result<(), Error> {
        let (actor, post, author) = self.ends(caller, handle, post).await?;
        if kind == ReactionKind::Boost && !post.audience.is_open() {
            return Err(Error::field("post", Invalid::Choice));
        }
        let group = self.group_of(&post, &actor, kind).await?;
        let tx = self.0.begin().await?;
        if reacted::find(&tx, &actor, &post, kind).await?.is_some() {
            return Ok(());
        }
        let post = posts::held(&tx, post.id).await?;
        reacted::write(self.0, &tx, [&actor, &author], &post, (kind, group.as_ref())).await?;
        let act = if kind == ReactionKind::Like { "post.like" } else { "post.boost" };
        audit::record_operator(self.0, &tx, caller, act, &post.uri).await?;
        tx.commit().await
    }

    /// Takes it back; taking back what is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`].
    pub async fn remove(
        &self,
        caller: &Caller,
        handle: &str,
        post: &PostRef,
        kind: ReactionKind,
    ) -> Result<(), Error> {
        let (actor, post, author) = self.ends(caller, handle, post).await?;
        let group = self.group_of(&post, &actor, kind).await?;
        let tx = self.0.begin().await?;
        let Some(row) = reacted::find(&tx, &actor, &post, kind).await? else { return Ok(()) };
        reacted::unwrite(self.0, &tx, [&actor, &author], &post, (&row, group.as_ref())).await?;
        let act = if kind == ReactionKind::Like { "post.unlike" } else { "post.unboost" };
        audit::record_operator(self.0, &tx, caller, act, &post.uri).await?;
        tx.commit().await
    }

    /// The group elsewhere that hears of a like of something in it: there it is a vote.
    async fn group_of(
        &self,
        post: &post::Model,
        by: &actor::Model,
        kind: ReactionKind,
    ) -> Result<Option<actor::Model>, Error> {
        if kind != ReactionKind::Like || !post.audience.is_open() {
            return Ok(None);
        }
        abroad::group_of(self.0.read(), post, by.id).await
    }

    async fn ends(
        &self,
        caller: &Caller,
        handle: &str,
        post: &PostRef,
    ) -> Result<(actor::Model, post::Model, actor::Model), Error> {
        let actor = self.0.follows().voice(caller, handle).await?;
        let viewer = self.0.accounts().viewer(caller, &actor).await?;
        let post = self.0.posts().find_row(&viewer, post).await?;
        if post.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        // Who asks may see more than in whose name they do it.
        if post.audience == Audience::Group
            && !insiders::has(self.0.read(), post.group_id, actor.id).await?
        {
            return Err(Error::NotFound("post"));
        }
        let author = actors::by_id(self.0.read(), post.actor_id).await?;
        if blocked::is_blocked(self.0.read(), author.id, actor.id).await? {
            return Err(Error::NotFound("post"));
        }
        Ok((actor, post, author))
    }
}
