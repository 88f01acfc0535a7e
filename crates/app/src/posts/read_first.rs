//! Posts that were written here and wait until moderators of their group have read them.
//!
//! What waits is kept as it was written, and published like any other once it was read: with the address, the time
//! and everything else of that moment.

use carefolk_domain::{Audience, Denial, Focus, Invalid, Lang, NotificationKind, Reach, Span};
use carefolk_store::entity::{actor, held_post, picture, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{NewPoll, NewPost, Policies, PostView, Posts};
use crate::grouped::{self, GroupName};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::news::{self, News};
use crate::placed::{self, NewPicture};
use crate::waiting::{self, Unread};
use crate::{App, audit};

/// What became of a post that was sent.
#[derive(Debug)]
pub enum Submitted {
    /// It is published.
    Published(Box<PostView>),
    /// It waits until moderators of this group have read it.
    Waits(GroupName),
}

/// A post as it was written.
#[derive(Serialize, Deserialize)]
pub(crate) struct Said {
    pub author: String,
    pub text: String,
    pub lang: Option<String>,
    pub audience: Audience,
    pub warning: Option<String>,
    pub title: Option<String>,
    pub group: Option<String>,
    pub in_reply_to: Option<String>,
    replies: Reach,
    quotes: Reach,
    poll: Option<SaidPoll>,
    pub pictures: Vec<SaidPicture>,
}

#[derive(Serialize, Deserialize)]
struct SaidPoll {
    options: Vec<String>,
    multiple: bool,
    open_for_ms: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SaidPicture {
    pub key: String,
    pub description: Option<String>,
    focus: String,
}

impl Said {
    /// What stands in a row.
    ///
    /// # Errors
    ///
    /// [`Error::Bug`] if it is none of ours.
    pub(crate) fn read(row: &held_post::Model) -> Result<Self, Error> {
        serde_json::from_str(&row.said).map_err(|_error| Error::Bug("what waits cannot be read"))
    }

    fn of(new: &NewPost) -> Self {
        let picture = |it: &NewPicture| SaidPicture {
            key: it.key.clone(),
            description: it.description.clone(),
            focus: it.focus.word().to_owned(),
        };
        Self {
            author: new.author.clone(),
            text: new.text.clone(),
            lang: new.lang.as_ref().map(|lang| lang.as_str().to_owned()),
            audience: new.audience,
            warning: new.warning.clone(),
            title: new.title.clone(),
            group: new.group.clone(),
            in_reply_to: new.in_reply_to.clone(),
            replies: new.policies.replies,
            quotes: new.policies.quotes,
            poll: new.poll.as_ref().map(|poll| SaidPoll {
                options: poll.options.clone(),
                multiple: poll.multiple,
                open_for_ms: poll.open_for.map(|span| span.0),
            }),
            pictures: new.pictures.iter().map(picture).collect(),
        }
    }

    fn into_new(self) -> NewPost {
        let picture = |it: SaidPicture| NewPicture {
            key: it.key,
            description: it.description,
            focus: Focus::from_word(&it.focus).unwrap_or_default(),
        };
        NewPost {
            author: self.author,
            text: self.text,
            lang: self.lang.as_deref().and_then(Lang::parse),
            audience: self.audience,
            warning: self.warning,
            title: self.title,
            group: self.group,
            in_reply_to: self.in_reply_to,
            policies: Policies { replies: self.replies, quotes: self.quotes },
            poll: self.poll.map(|poll| NewPoll {
                options: poll.options,
                multiple: poll.multiple,
                open_for: poll.open_for_ms.map(Span),
            }),
            pictures: self.pictures.into_iter().map(picture).collect(),
            at: None,
        }
    }
}

/// Whether moderators of the group have read it, where they do that first.
#[derive(Clone, Copy)]
pub(super) enum Reading<'a> {
    /// It is asked whether they have to.
    Asked,
    /// They have read it: this waited, and the caller let it through.
    Done(&'a held_post::Model, &'a Caller),
}

impl<'a> Reading<'a> {
    pub(super) async fn check(
        self,
        tx: &Tx,
        place: Option<&grouped::Place>,
        author: &actor::Model,
    ) -> Result<Option<(&'a held_post::Model, &'a Caller)>, Error> {
        match (self, place) {
            (Self::Done(held, by), Some(place)) if place.row.id == held.group_id => {
                Ok(Some((held, by)))
            }
            // It was taken out of its group meanwhile.
            (Self::Done(..), _) => Err(Error::field("in_reply_to", Invalid::Unknown)),
            (Self::Asked, Some(place)) if waiting::must_wait(tx.conn(), place, author).await? => {
                Err(Denial::ReadFirst.into())
            }
            (Self::Asked, _) => Ok(None),
        }
    }
}

/// What waited is published: it waits no longer, who wrote it is told, and who let it through stands in the record.
pub(super) async fn was_let_through(
    app: &App,
    tx: &Tx,
    (held, by): (&held_post::Model, &Caller),
    row: &post::Model,
) -> Result<(), Error> {
    waiting::end(tx, held).await?;
    if let Some(account) = held.account_id {
        let (kind, post) = (NotificationKind::PostLetThrough, Some(row.id));
        let news = News { kind, by: None, post, group: Some(held.group_id) };
        news::tell_account(app, tx, account, news).await?;
    }
    audit::record(app, tx, by, "group.let_through", &row.uri, "").await
}

impl Posts<'_> {
    /// Publishes a post, or lets it wait where moderators of its group read it first.
    ///
    /// # Errors
    ///
    /// As [`Posts::publish`]; [`Error::Throttled`] if twenty of theirs wait in that group.
    pub async fn submit(&self, caller: &Caller, new: NewPost) -> Result<Submitted, Error> {
        match self.publish(caller, new.clone()).await {
            Ok(view) => Ok(Submitted::Published(Box::new(view))),
            Err(Error::Denied(Denial::ReadFirst)) => {
                self.hold(caller, &new).await.map(Submitted::Waits)
            }
            Err(other) => Err(other),
        }
    }

    async fn hold(&self, caller: &Caller, new: &NewPost) -> Result<GroupName, Error> {
        let (author, place) = Box::pin(self.checked(caller, new)).await?;
        let place = place.ok_or(Error::Bug("what waits is in a group"))?;
        let said = serde_json::to_string(&Said::of(new));
        let said = said.map_err(|_error| Error::Bug("a post cannot be written down"))?;
        let tx = self.0.begin().await?;
        let (group, actor, account) = (place.row.id, author.id, caller.account());
        let unread = Unread { group, actor, account, post: None, said };
        let id = waiting::keep(self.0, &tx, unread).await?;
        for new in &new.pictures {
            let kept = picture::Entity::update_many()
                .col_expr(picture::Column::HeldId, Expr::value(id))
                .filter(picture::Column::Key.eq(new.key.as_str()))
                .filter(placed::loose(account, None))
                .exec(tx.conn())
                .await?;
            if kept.rows_affected != 1 {
                return Err(placed::unknown());
            }
        }
        tx.commit().await?;
        Ok(place.name())
    }

    /// Publishes what waited, in the name of who wrote it.
    ///
    /// # Errors
    ///
    /// As [`Posts::publish`]: what was possible then may not be any more.
    pub(crate) async fn publish_held(
        &self,
        by: &Caller,
        row: &held_post::Model,
    ) -> Result<PostView, Error> {
        let writer = match row.account_id {
            Some(account) => self.0.accounts().caller_of(account).await?,
            None => Caller::Operator("what waited".to_owned()),
        };
        let new = Said::read(row)?.into_new();
        Box::pin(self.publish_read(&writer, new, Reading::Done(row, by))).await
    }
}
