//! Changing what a group says about itself, and how it is written in.

use carefolk_domain::Html;
use carefolk_store::entity::{actor, group};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::create::{Said, posting_in};
use super::rows::hold;
use super::{ChangeGroup, Groups, OwnGroup, queries};
use crate::actors::queries as actors;
use crate::actors::told;
use crate::audit;
use crate::grouped::Place;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::portraits::{self, Hung, Sitter};

impl Groups<'_> {
    /// The group with what was typed about it, for who may change it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it or runs the instance.
    pub async fn own(&self, caller: &Caller, handle: &str) -> Result<OwnGroup, Error> {
        let place = self.to_change(caller, handle).await?;
        let picture = portraits::view_of(self.0.read(), Sitter::of_group(&place.row)).await?;
        let about_source = typed(&place).1;
        Ok(OwnGroup { group: queries::view(place, None, None), about_source, picture })
    }

    /// Changes what a group says about itself and how it is written in; servers that follow it are told.
    ///
    /// What waits for its moderators goes on waiting, whatever the rule is from now on.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it or runs the instance;
    /// [`Error::Invalid`] (`name`, `about`, `rules`, `area`, `description_1`, `pictures`).
    pub async fn change(&self, caller: &Caller, change: ChangeGroup) -> Result<(), Error> {
        let place = self.to_change(caller, &change.handle).await?;
        check(&place, &change)?;
        let of = Sitter::of_group(&place.row);
        let tx = self.0.begin().await?;
        // Two changes at once would each hang a picture.
        hold(&tx, place.row.id).await?;
        let hung = match &change.picture {
            Some(new) => Some(portraits::hang(&tx, of, caller.account(), new.first()).await?),
            None => None,
        };
        let handle = place.name().handle;
        let Place { row, actor } = place;
        let kind = row.kind;
        let mut changed = row.into_active_model();
        if let Some(posting) = change.posting {
            changed.posting = Set(posting_in(kind, posting));
        }
        if let Some(approval) = change.approval {
            changed.approval = Set(approval);
        }
        if let Some(lang) = &change.lang {
            changed.lang = Set(lang.clone());
        }
        let said = Said {
            name: "",
            about: "",
            rules: change.rules.as_deref().unwrap_or_default(),
            area: change.area.as_deref().unwrap_or_default(),
        };
        if change.rules.is_some() {
            changed.rules = Set(said.rules());
        }
        if change.area.is_some() {
            changed.area = Set(said.area());
        }
        match actor {
            Some(actor) => {
                if changed.is_changed() {
                    changed.update(tx.conn()).await?;
                }
                self.change_actor(&tx, actor, &change, hung).await?;
            }
            None => change_here(&tx, changed, &change, hung).await?,
        }
        audit::record(self.0, &tx, caller, "group.change", &handle, "").await?;
        tx.commit().await
    }

    async fn to_change(&self, caller: &Caller, handle: &str) -> Result<Place, Error> {
        let place = Place::named(self.0.read(), caller, handle).await?;
        self.allow_to_moderate(caller, &place.row).await?;
        Ok(place)
    }

    /// Of a group that has an actor, that says how it is called.
    async fn change_actor(
        &self,
        tx: &Tx,
        row: actor::Model,
        change: &ChangeGroup,
        hung: Option<Hung>,
    ) -> Result<(), Error> {
        let mut changed = actors::held(tx, row.id).await?.into_active_model();
        if let Some(name) = &change.name {
            changed.name = Set(name.trim().to_owned());
        }
        if let Some(about) = change.about.as_deref().map(str::trim) {
            changed.summary_html = Set(Html::from_markdown(about));
            changed.summary_source = Set(Some(about.to_owned()));
        }
        if let Some(hung) = hung {
            (changed.portrait_key, changed.portrait_focus) = (Set(hung.key), Set(hung.focus));
        }
        changed.updated_at = Set(tx.now());
        let row = changed.update(tx.conn()).await?;
        told::tell_of_change(self.0, tx, &row).await
    }
}

/// The same of a group that has none: nobody is told.
async fn change_here(
    tx: &Tx,
    mut changed: group::ActiveModel,
    change: &ChangeGroup,
    hung: Option<Hung>,
) -> Result<(), Error> {
    if let Some(name) = &change.name {
        changed.name = Set(Some(name.trim().to_owned()));
    }
    if let Some(about) = change.about.as_deref().map(str::trim) {
        changed.summary_html = Set(Some(Html::from_markdown(about)));
        changed.summary_source = Set(Some(about.to_owned()));
    }
    if let Some(hung) = hung {
        (changed.portrait_key, changed.portrait_focus) = (Set(hung.key), Set(hung.focus));
    }
    if changed.is_changed() {
        changed.update(tx.conn()).await?;
    }
    Ok(())
}

/// How a group is called, and what was typed about it.
fn typed(place: &Place) -> (String, String) {
    let own = (place.row.name.clone(), place.row.summary_source.clone());
    let said = place.actor.as_ref();
    let (name, about) =
        said.map_or(own, |actor| (Some(actor.name.clone()), actor.summary_source.clone()));
    (name.unwrap_or_default(), about.unwrap_or_default())
}

/// What stays counts as well: nothing of it was right before and is wrong now.
fn check(place: &Place, change: &ChangeGroup) -> Result<(), Error> {
    let (name, about) = typed(place);
    let area = place.row.area.as_deref().unwrap_or_default();
    let said = Said {
        name: change.name.as_deref().unwrap_or(&name),
        about: change.about.as_deref().unwrap_or(&about),
        rules: change.rules.as_deref().unwrap_or(&place.row.rules),
        area: change.area.as_deref().unwrap_or(area),
    };
    let mut wrong = said.wrong();
    wrong.extend(portraits::check(change.picture.as_deref().unwrap_or_default(), true));
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
