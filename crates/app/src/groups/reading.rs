//! What moderators of a group read before anybody else does.

use carefolk_domain::{
    Audience, Denial, HeldId, Html, Lang, Moment, PostId, RemovalReason, Standing,
};
use carefolk_store::entity::{held_post, picture, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Groups;
use super::rows::hold;
use crate::actors::{ActorView, queries as actors};
use crate::grouped::{self, Place};
use crate::kernel::{caller::Caller, error::Error};
use crate::pictures::PictureView;
use crate::posts::read_first::Said;
use crate::posts::{self, PostRef, PostView, views};
use crate::relayed::What;
use crate::{audit, relayed, waiting};

/// How much that waits is shown at once, the oldest first.
const SHOWN_MAX: u64 = 100;

/// Something that waits, or was not taken.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The row.
    pub id: HeldId,
    /// Who says it.
    pub author: ActorView,
    /// The language of the text.
    pub lang: Lang,
    /// A title.
    pub title: Option<String>,
    /// A content warning.
    pub warning: Option<String>,
    /// The text.
    pub html: Html,
    /// The text as it was written, for who wrote it.
    pub source: Option<String>,
    /// Its pictures.
    pub pictures: Vec<PictureView>,
    /// The page of what it answers, as a path.
    pub answers: Option<String>,
    /// Its page, if it is a post already.
    pub page: Option<String>,
    /// When it was written.
    pub at: Moment,
    /// Why moderators did not take it, if they did not.
    pub refused: Option<RemovalReason>,
    /// Whether the viewer wrote it.
    pub is_own: bool,
}

impl Groups<'_> {
    /// What waits in a group: for those who keep order in it all of it, for others what they wrote, with what was not
    /// taken of that.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`] for visitors.
    pub async fn waiting(&self, caller: &Caller, handle: &str) -> Result<Vec<Waiting>, Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        let rows = held_post::Entity::find()
            .filter(held_post::Column::GroupId.eq(place.row.id))
            .filter(readable_by(caller, &place)?)
            .order_by_asc(held_post::Column::Id)
            .limit(SHOWN_MAX)
            .all(self.0.read())
            .await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            waiting.extend(self.shown(caller, row).await?);
        }
        Ok(waiting)
    }

    async fn shown(
        &self,
        caller: &Caller,
        row: held_post::Model,
    ) -> Result<Option<Waiting>, Error> {
        let author = actors::view(actors::by_id(self.0.read(), row.actor_id).await?);
        let refused = row.reason.as_deref();
        let refused =
            refused.map(|it| RemovalReason::from_word(it).unwrap_or(RemovalReason::Rules));
        let is_own = row.account_id.is_some() && row.account_id == caller.account();
        let mut waiting = Waiting {
            id: row.id,
            author,
            lang: Lang::unknown(),
            title: None,
            warning: None,
            html: Html::default(),
            source: None,
            pictures: Vec::new(),
            answers: None,
            page: None,
            at: row.created_at,
            refused: refused.filter(|_| row.refused_at.is_some()),
            is_own,
        };
        if let Some(id) = row.post_id {
            let found = post::Entity::find_by_id(id).all(self.0.read()).await?;
            let view: Option<PostView> = views(self.0.read(), caller, found).await?.pop();
            let Some(view) = view.filter(|view| !view.deleted) else { return Ok(None) };
            waiting.page = Some(view.page);
            waiting.lang = view.lang;
            (waiting.title, waiting.warning, waiting.html) = (view.title, view.warning, view.html);
            return Ok(Some(waiting));
        }
        let said = Said::read(&row)?;
        if let Some(uri) = said.in_reply_to {
            let found = self.0.posts().find(caller, &PostRef::Uri(uri)).await;
            waiting.answers = found.ok().map(|parent| parent.page);
        }
        waiting.lang = said.lang.as_deref().and_then(Lang::parse).unwrap_or_else(Lang::unknown);
        (waiting.title, waiting.warning) = (said.title, said.warning);
        waiting.html = Html::from_markdown(&said.text);
        waiting.source = Some(said.text).filter(|_| is_own);
        let pictures = picture::Entity::find().filter(picture::Column::HeldId.eq(row.id));
        let pictures = pictures.all(self.0.read()).await?;
        let placed = said.pictures.into_iter().filter_map(|said| {
            let row = pictures.iter().find(|row| row.key == said.key)?;
            Some(PictureView { description: said.description, ..PictureView::of(row) })
        });
        waiting.pictures = placed.collect();
        Ok(Some(waiting))
    }

    /// Lets something through: what was written here is published now, what comes from elsewhere is taken into the
    /// group. Gives the post's page, as a path.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also if somebody else decided first; [`Error::Denied`] as [`Groups::appoint`], or if who
    /// wrote it may not write there any more; and as [`crate::posts::Posts::publish`].
    pub async fn let_through(
        &self,
        caller: &Caller,
        handle: &str,
        id: HeldId,
    ) -> Result<String, Error> {
        let (row, place) = self.unread(caller, handle, id).await?;
        match row.post_id {
            None => Ok(Box::pin(self.0.posts().publish_held(caller, &row)).await?.page),
            Some(post) => self.take_in(caller, &row, &place, post).await,
        }
    }

    async fn take_in(
        &self,
        caller: &Caller,
        row: &held_post::Model,
        place: &Place,
        post: PostId,
    ) -> Result<String, Error> {
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        if !actors::is_shown(&author) {
            return Err(Denial::Suspended.into());
        }
        if self.0.peers().standing(&author.host).await? == Standing::Suspended {
            return Err(Denial::Peer.into());
        }
        let tx = self.0.begin().await?;
        hold(&tx, place.row.id).await?;
        place.admit(tx.conn(), &author, None).await?;
        let found = posts::held(&tx, post).await?;
        waiting::end(&tx, row).await?;
        post::Entity::update_many()
            .col_expr(post::Column::GroupId, Expr::value(place.row.id))
            .filter(post::Column::Id.eq(found.id))
            .exec(tx.conn())
            .await?;
        // What answered it while it waited is in the group as well: its moderators must find it.
        post::Entity::update_many()
            .col_expr(post::Column::GroupId, Expr::value(place.row.id))
            .filter(post::Column::RootId.eq(found.id))
            .filter(post::Column::GroupId.is_null())
            .filter(post::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
            .exec(tx.conn())
            .await?;
        // What was changed meanwhile was read as it is now: others ask for that.
        let is_as_said = found.edited_at.is_none_or(|at| at <= row.created_at);
        let taken = post::Model { group_id: Some(place.row.id), ..found };
        grouped::pass_on(self.0, &tx, place, &taken, &author).await?;
        if is_as_said && !row.said.is_empty() {
            relayed::tell(self.0, &tx, place, &taken, (What::Words, &row.said)).await?;
        }
        audit::record(self.0, &tx, caller, "group.let_through", &taken.uri, "").await?;
        tx.commit().await?;
        self.page_of(&taken).await
    }

    /// Does not let something through. Who wrote it here finds it, with why.
    ///
    /// # Errors
    ///
    /// As [`Groups::let_through`].
    pub async fn turn_down(
        &self,
        caller: &Caller,
        handle: &str,
        id: HeldId,
        reason: RemovalReason,
    ) -> Result<(), Error> {
        let (row, place) = self.unread(caller, handle, id).await?;
        let tx = self.0.begin().await?;
        if row.post_id.is_some() {
            waiting::end(&tx, &row).await?;
        } else {
            waiting::refuse(self.0, &tx, &row, reason).await?;
        }
        let handle = place.name().handle;
        audit::record(self.0, &tx, caller, "group.turn_down", &handle, reason.word()).await?;
        tx.commit().await
    }

    /// Takes back what one wrote and waits, or was not taken.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everybody else, and if it was decided first.
    pub async fn take_back(&self, caller: &Caller, handle: &str, id: HeldId) -> Result<(), Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        let account = caller.account().ok_or(Denial::NotSignedIn)?;
        let own = Condition::all()
            .add(held_post::Column::GroupId.eq(place.row.id))
            .add(held_post::Column::AccountId.eq(account));
        let row = held_post::Entity::find_by_id(id).filter(own).one(self.0.read()).await?;
        let row = row.ok_or(Error::NotFound("post"))?;
        let tx = self.0.begin().await?;
        if row.refused_at.is_some() {
            held_post::Entity::delete_by_id(id).exec(tx.conn()).await?;
        } else {
            waiting::end(&tx, &row).await?;
        }
        tx.commit().await
    }

    /// Something that waits in a group that the caller keeps in order.
    async fn unread(
        &self,
        caller: &Caller,
        handle: &str,
        id: HeldId,
    ) -> Result<(held_post::Model, Place), Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        let found = held_post::Entity::find_by_id(id)
            .filter(held_post::Column::GroupId.eq(place.row.id))
            .filter(held_post::Column::RefusedAt.is_null())
            .filter(readable_by(caller, &place)?)
            .one(self.0.read())
            .await?;
        let found = found.ok_or(Error::NotFound("post"))?;
        // Nobody reads their own words first.
        if found.account_id.is_some() && found.account_id == caller.account() {
            return Err(Denial::GroupOrder.into());
        }
        Ok((found, place))
    }
}

/// Whoever runs the machine reads what waits, but for what people say among themselves.
fn readable_by(caller: &Caller, place: &Place) -> Result<Condition, Error> {
    match caller {
        Caller::Member(member) => Ok(waiting::readable_by(member)),
        Caller::Operator(_) if place.row.kind.federates() => {
            Ok(Condition::all().add(held_post::Column::RefusedAt.is_null()))
        }
        Caller::Operator(_) => Err(Denial::GroupOrder.into()),
        Caller::Visitor => Err(Denial::NotSignedIn.into()),
    }
}
