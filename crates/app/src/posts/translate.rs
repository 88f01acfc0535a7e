//! The text of a post of ours in further languages.

use carefolk_domain::{Invalid, Lang, RenditionKind};
use carefolk_store::entity::{actor, post, rendition};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::change::edited_at;
use super::{PostRef, Posts, hearers, queries, text, wire_map};
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::relayed::What;
use crate::{audit, outbox, relayed};

impl Posts<'_> {
    /// Gives a post of ours its text in another language, over the one it had in that language, and
    /// sends it where the post went. A change of the post itself takes its translations away: they
    /// would say something else.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] on `text`, or on `lang` if that is
    /// the language of the post.
    pub async fn translate(
        &self,
        caller: &Caller,
        by: &PostRef,
        lang: Lang,
        translation: &str,
    ) -> Result<(), Error> {
        let row = self.find_row(caller, by).await?;
        let row = self.row_to_change(caller, row.id).await?;
        let wrong = text::check(translation, None, None);
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let among = text::Among::of(row.audience, row.group_id);
        let written = text::read(self.0, translation, among).await?;
        let tx = self.0.begin().await?;
        // The group before the post, as who keeps order in it.
        self.allow_to_say_more(&tx, &row).await?;
        let group = row.group_id;
        let row = queries::held(&tx, row.id).await?;
        if row.group_id != group {
            return Err(Error::Conflict("the post was taken out of its group"));
        }
        let original =
            queries::original(tx.conn(), row.id).await?.ok_or(Error::NotFound("post"))?;
        if original.lang == lang {
            return Err(Error::field("lang", Invalid::Taken));
        }
        forget(&tx, &row, Some(&lang)).await?;
        rendition::ActiveModel {
            post_id: Set(row.id),
            kind: Set(RenditionKind::Translation),
            lang: Set(lang),
            title: Set(None),
            summary: Set(None),
            source: Set(Some(translation.to_owned())),
            html: Set(written.html),
        }
        .insert(tx.conn())
        .await?;
        let at = edited_at(&row, tx.now());
        let mut changed = row.into_active_model();
        changed.edited_at = Set(Some(at));
        let row = changed.update(tx.conn()).await?;
        if row.audience.federates() {
            let note = wire_map::load(self.0, tx.conn(), &row).await?;
            let named: Vec<&actor::Model> = note.hearers();
            let said = wire_map::update(self.0, &note, at);
            let to = hearers::of_change(&tx, &row, &named).await?;
            let body = said.body.clone();
            outbox::say(self.0, &tx, said, to).await?;
            relayed::tell_of(self.0, &tx, &row, (What::Words, &body)).await?;
        }
        audit::record_operator(self.0, &tx, caller, "post.translate", &row.uri).await?;
        tx.commit().await
    }
}

/// Takes away the translations of a post, or the one into `lang`.
pub(super) async fn forget(tx: &Tx, row: &post::Model, lang: Option<&Lang>) -> Result<(), Error> {
    let mut gone = rendition::Entity::delete_many()
        .filter(rendition::Column::PostId.eq(row.id))
        .filter(rendition::Column::Kind.eq(RenditionKind::Translation));
    if let Some(lang) = lang {
        gone = gone.filter(rendition::Column::Lang.eq(lang.clone()));
    }
    gone.exec(tx.conn()).await?;
    Ok(())
}
