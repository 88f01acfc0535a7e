//! Liking and boosting.

use carefolk_domain::{Invalid, PostState, ReactionKind};
use carefolk_store::entity::{actor, post};

use super::Reactions;
use super::rows::{self, New};
use super::wire_map::Whole;
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox::{self, Recipients};
use crate::posts::PostRef;
use crate::{audit, blocked, posts};

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
        let mut tx = self.0.begin().await?;
        if rows::find(&tx, &actor, &post, kind).await?.is_some() {
            return Ok(());
        }
        let post = posts::held(&tx, post.id).await?;
        let slug = self.0.slug();
        let uri = outbox::activity_uri(self.0, &slug);
        let new = New { actor: &actor, post: &post, kind, uri };
        let written = rows::insert(self.0, &tx, vec![new]).await?;
        let row = written.first().ok_or(Error::NotFound("post"))?;
        let whole = Whole { row, actor: &actor, post: &post, author: &author };
        self.say(&mut tx, whole, |whole| whole.said(slug)).await?;
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
        let mut tx = self.0.begin().await?;
        let Some(row) = rows::find(&tx, &actor, &post, kind).await? else { return Ok(()) };
        rows::delete(&tx, &row).await?;
        let slug = self.0.slug();
        let uri = outbox::activity_uri(self.0, &slug);
        let whole = Whole { row: &row, actor: &actor, post: &post, author: &author };
        self.say(&mut tx, whole, |whole| whole.undone(uri, slug)).await?;
        let act = if kind == ReactionKind::Like { "post.unlike" } else { "post.unboost" };
        audit::record_operator(self.0, &tx, caller, act, &post.uri).await?;
        tx.commit().await
    }

    async fn ends(
        &self,
        caller: &Caller,
        handle: &str,
        post: &PostRef,
    ) -> Result<(actor::Model, post::Model, actor::Model), Error> {
        let actor = self.0.follows().voice(caller, handle).await?;
        let post = self.0.posts().find_row(caller, post).await?;
        if post.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        let author = actors::by_id(self.0.read(), post.actor_id).await?;
        if blocked::is_blocked(self.0.read(), author.id, actor.id).await? {
            return Err(Error::NotFound("post"));
        }
        Ok((actor, post, author))
    }

    /// Queues it for who is to hear of it: of a like the author alone, of a boost one's followers, too.
    async fn say(
        &self,
        tx: &mut Tx,
        whole: Whole<'_>,
        saying: impl FnOnce(Whole<'_>) -> outbox::Saying,
    ) -> Result<(), Error> {
        let remote = whole.author.domain_id.is_none().then(|| whole.author.inbox.clone());
        let boost = whole.row.kind == ReactionKind::Boost;
        if remote.is_none() && !boost {
            return Ok(());
        }
        let to = Recipients {
            followers_of: boost.then_some(whole.actor.id),
            inboxes: remote.into_iter().collect(),
        };
        outbox::say(self.0, tx, saying(whole), to).await
    }
}
