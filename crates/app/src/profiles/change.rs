//! Changing what an actor of ours says about itself.

use carefolk_domain::{ActorKind, FieldError, Html, Invalid};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::{ChangeActor, Profiles};
use crate::actors::local::{NAME_MAX_CHARS, SUMMARY_MAX_CHARS};
use crate::actors::{queries, told};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error};
use crate::portraits::{self, Sitter};

impl Profiles<'_> {
    /// Changes what an actor says about itself, and tells the servers of who follows it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as it; [`Error::NotFound`]; [`Error::Invalid`]
    /// (`name`, `summary`, `description_1`, `pictures`).
    pub async fn change(&self, caller: &Caller, change: ChangeActor) -> Result<(), Error> {
        let row = self.0.follows().voice(caller, &change.handle).await?;
        check(&change, row.kind != ActorKind::Person)?;
        let tx = self.0.begin().await?;
        // Two changes at once would each hang a picture; and who was closed meanwhile is gone.
        let row = queries::held(&tx, row.id).await?;
        let of = Sitter::Actor(row.id);
        let mut changed = row.into_active_model();
        if let Some(name) = &change.name {
            changed.name = Set(name.trim().to_owned());
        }
        if let Some(summary) = change.summary {
            changed.summary_html = Set(Html::from_markdown(&summary));
            changed.summary_source = Set(Some(summary));
        }
        if let Some(discoverable) = change.discoverable {
            changed.discoverable = Set(discoverable);
        }
        if let Some(indexable) = change.indexable {
            changed.indexable = Set(indexable);
        }
        if let Some(pictures) = &change.picture {
            let hung = portraits::hang(&tx, of, caller.account(), pictures.first()).await?;
            (changed.portrait_key, changed.portrait_focus) = (Set(hung.key), Set(hung.focus));
        }
        changed.updated_at = Set(tx.now());
        let row = changed.update(tx.conn()).await?;
        told::tell_of_change(self.0, &tx, &row).await?;
        audit::record_operator(self.0, &tx, caller, "actor.update", &row.handle).await?;
        tx.commit().await
    }
}

fn check(change: &ChangeActor, must_describe: bool) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let mut bound = |field, text: &Option<String>, max: usize| {
        if text.as_deref().is_some_and(|text| text.chars().count() > max) {
            wrong.push(FieldError { field, invalid: Invalid::TooLong(max) });
        }
    };
    bound("name", &change.name, NAME_MAX_CHARS);
    bound("summary", &change.summary, SUMMARY_MAX_CHARS);
    if change.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        wrong.push(FieldError { field: "name", invalid: Invalid::Missing });
    }
    let pictures = change.picture.as_deref().unwrap_or_default();
    wrong.extend(portraits::check(pictures, must_describe));
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
