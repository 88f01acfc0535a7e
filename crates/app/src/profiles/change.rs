//! Changing what an actor of ours says about itself.

use carefolk_domain::{FieldError, Html, Invalid};
use carefolk_store::entity::actor;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::{ChangeActor, Profiles, wire_map};
use crate::actors::local::{NAME_MAX_CHARS, SUMMARY_MAX_CHARS};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::outbox;

impl Profiles<'_> {
    /// Changes what an actor says about itself, and tells the servers of who follows it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as it; [`Error::NotFound`]; [`Error::Invalid`]
    /// (`name`, `summary`).
    pub async fn change(&self, caller: &Caller, change: ChangeActor) -> Result<(), Error> {
        let row = self.0.follows().voice(caller, &change.handle).await?;
        check(&change)?;
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
        let tx = self.0.begin().await?;
        changed.updated_at = Set(tx.now());
        let row = changed.update(tx.conn()).await?;
        self.tell(&tx, &row).await?;
        audit::record_operator(self.0, &tx, caller, "actor.update", &row.handle).await?;
        tx.commit().await
    }

    /// Tells the servers of who follows an actor what it says about itself now.
    pub(super) async fn tell(&self, tx: &Tx, row: &actor::Model) -> Result<(), Error> {
        let document = self.0.actors().document_on(tx.conn(), row.clone()).await?;
        let said = wire_map::update(self.0, row, document);
        outbox::say(self.0, tx, said, wire_map::followers(row)).await
    }
}

fn check(change: &ChangeActor) -> Result<(), Error> {
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
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
