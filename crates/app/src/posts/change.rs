//! Changing and deleting a post that was written here.

use carefolk_domain::authorise::Act;
use carefolk_domain::{AccountId, Denial, Moment, PostId, PostState, Span};
use carefolk_store::entity::{
    actor, group_pin, home, notification, pin, post, reaction, rendition, revision,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, sea_query::Expr,
};

use super::publish::{self, Words, tidy};
use super::text::Among;
use super::visible::{traces_for, visible_to};
use super::{
    EditPost, PostView, Posts, attachments, counts, hearers, policy, polls, queries, text,
    translate, views, wire_map,
};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::relayed::What;
use crate::{abroad, audit, grouped, outbox, placed, relayed, waiting};

impl Posts<'_> {
    /// Whether the caller may change or delete the post.
    pub(super) async fn allow_to_change(
        &self,
        caller: &Caller,
        row: &post::Model,
    ) -> Result<(), Error> {
        if row.slug.is_none() {
            return Err(Denial::NotAuthor.into());
        }
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        self.allow_to_speak_as(caller, &author, Act::ChangeOwn, Act::ChangeProviders).await
    }

    pub(super) async fn row_to_change(
        &self,
        caller: &Caller,
        id: PostId,
    ) -> Result<post::Model, Error> {
        let row = post::Entity::find_by_id(id)
            .filter(visible_to(caller))
            .one(self.0.read())
            .await?
            .ok_or(Error::NotFound("post"))?;
        self.allow_to_change(caller, &row).await?;
        Ok(row)
    }

    /// Gives a post another text. The one before stays in its history.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`] (`text`, `warning`).
    pub async fn edit(&self, caller: &Caller, edit: EditPost) -> Result<PostView, Error> {
        let row = self.row_to_change(caller, edit.post).await?;
        let mut wrong = text::check(&edit.text, edit.warning.as_deref(), None);
        if let Some(pictures) = &edit.pictures {
            let author = actors::by_id(self.0.read(), row.actor_id).await?;
            wrong.extend(placed::check(pictures, policy::must_describe(caller, &author)));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let among = Among::of(row.audience, row.group_id);
        let mut written = text::read(self.0, &edit.text, among).await?;
        if let Some(group) = abroad::named_in(self.0.read(), row.id).await? {
            written.name(group);
        }
        let tx = self.0.begin().await?;
        // The group before the post, as who keeps order in it.
        self.allow_to_say_more(&tx, &row).await?;
        let group = row.group_id;
        let row = queries::held(&tx, row.id).await?;
        if row.group_id != group {
            return Err(Error::Conflict("the post was taken out of its group"));
        }
        let before = queries::original(tx.conn(), row.id).await?.ok_or(Error::NotFound("post"))?;
        let words = Words {
            lang: edit.lang.unwrap_or(before.lang),
            title: before.title,
            warning: tidy(edit.warning.as_deref()),
            source: &edit.text,
            html: written.html.clone(),
        };
        let at = edited_at(&row, tx.now());
        let mut changed = row.into_active_model();
        changed.sensitive = Set(words.warning.is_some());
        changed.edited_at = Set(Some(at));
        let row = changed.update(tx.conn()).await?;
        publish::write_text(self.0, &tx, caller, row.id, at, words).await?;
        if let Some(pictures) = &edit.pictures {
            placed::arrange(&tx, row.id, (caller.account(), None), pictures).await?;
        }
        translate::forget(&tx, &row, None).await?;
        text::detach(&tx, row.id).await?;
        let answered = self.answered(&row).await?;
        text::attach(self.0, &tx, row.id, &written, answered.as_ref()).await?;
        if row.audience.federates() {
            let note = wire_map::load(self.0, tx.conn(), &row).await?;
            let named: Vec<&actor::Model> = note.hearers();
            let said = wire_map::update(self.0, &note, at);
            let to = hearers::of_change(&tx, &row, &named).await?;
            let body = said.body.clone();
            outbox::say(self.0, &tx, said, to).await?;
            relayed::tell_of(self.0, &tx, &row, (What::Words, &body)).await?;
        }
        audit::record_operator(self.0, &tx, caller, "post.edit", &row.uri).await?;
        tx.commit().await?;
        let viewed = views(self.0.read(), caller, vec![row]).await?;
        viewed.into_iter().next().ok_or(Error::Bug("an edited post has no view"))
    }

    /// Who wrote what a post answers, if that is somebody else.
    async fn answered(&self, row: &post::Model) -> Result<Option<actor::Model>, Error> {
        let Some(parent) = row.in_reply_to_id else { return Ok(None) };
        let parent = post::Entity::find_by_id(parent).one(self.0.read()).await?;
        let Some(parent) = parent.filter(|parent| parent.actor_id != row.actor_id) else {
            return Ok(None);
        };
        let author = actors::by_id(self.0.read(), parent.actor_id).await?;
        self.if_they_may_hear(row.audience, row.group_id, Some(author)).await
    }

    /// Deletes a post: its texts go, a tombstone stays, and other servers are asked to follow.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn delete(&self, caller: &Caller, id: PostId) -> Result<(), Error> {
        // Also what moderators took away: whose words they are may end them.
        let row =
            post::Entity::find_by_id(id).filter(traces_for(caller)).one(self.0.read()).await?;
        let row = row.ok_or(Error::NotFound("post"))?;
        self.allow_to_change(caller, &row).await?;
        let tx = self.0.begin().await?;
        // Asked again inside: two people of a team may press the button at once.
        let row =
            queries::held_in(&tx, row.id, &[PostState::Published, PostState::Removed]).await?;
        let note = wire_map::load(self.0, tx.conn(), &row).await?;
        grouped::take_back(self.0, &tx, &row).await?;
        erase(&tx, &row, PostState::Deleted).await?;
        if row.audience.federates() {
            let named: Vec<&actor::Model> = note.hearers();
            let said = wire_map::delete(self.0, &note, tx.now());
            let to = hearers::of_change(&tx, &row, &named).await?;
            let body = said.body.clone();
            outbox::say(self.0, &tx, said, to).await?;
            relayed::tell_of(self.0, &tx, &row, (What::End, &body)).await?;
        }
        audit::record(self.0, &tx, caller, "post.delete", &row.uri, "").await?;
        tx.commit().await
    }
}

/// When an edit was made. On the wire moments are whole seconds, and whoever hears of two edits
/// keeps the later one: so each is in a second of its own.
pub(super) fn edited_at(row: &post::Model, now: Moment) -> Moment {
    row.edited_at.map_or(now, |before| now.max(before + Span::seconds(1)))
}

/// Takes away everything a post said; its row stays as a tombstone.
pub(super) async fn erase(tx: &Tx, row: &post::Model, state: PostState) -> Result<(), Error> {
    let id = row.id;
    rendition::Entity::delete_many()
        .filter(rendition::Column::PostId.eq(id))
        .exec(tx.conn())
        .await?;
    revision::Entity::delete_many().filter(revision::Column::PostId.eq(id)).exec(tx.conn()).await?;
    home::Entity::delete_many().filter(home::Column::PostId.eq(id)).exec(tx.conn()).await?;
    notification::Entity::delete_many()
        .filter(notification::Column::PostId.eq(id))
        .exec(tx.conn())
        .await?;
    text::detach(tx, id).await?;
    placed::erase(tx, id).await?;
    attachments::erase(tx, id).await?;
    outbox::unsay(tx, id).await?;
    reaction::Entity::delete_many().filter(reaction::Column::PostId.eq(id)).exec(tx.conn()).await?;
    polls::erase(tx, id).await?;
    pin::Entity::delete_many().filter(pin::Column::PostId.eq(id)).exec(tx.conn()).await?;
    group_pin::Entity::delete_many()
        .filter(group_pin::Column::PostId.eq(id))
        .exec(tx.conn())
        .await?;
    waiting::forget_post(tx, id).await?;
    post::Entity::update_many()
        .col_expr(post::Column::State, Expr::value(state))
        .col_expr(post::Column::LikeCount, Expr::value(0_i64))
        .col_expr(post::Column::BoostCount, Expr::value(0_i64))
        .col_expr(post::Column::EditedAt, Expr::value(tx.now()))
        .col_expr(post::Column::Place, Expr::value(Option::<String>::None))
        .col_expr(post::Column::StateReason, Expr::value(Option::<String>::None))
        .col_expr(post::Column::StateBy, Expr::value(Option::<AccountId>::None))
        .filter(post::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    // What was taken away does not count any more.
    if row.state == PostState::Published { counts::count(tx, row, -1).await } else { Ok(()) }
}
