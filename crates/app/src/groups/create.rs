//! Making a group.

use carefolk_domain::authorise::Act;
use carefolk_domain::group::{
    GROUP_AREA_MAX_CHARS, GROUP_MODERATORS_MIN, GROUP_RULE_MAX_CHARS, GROUP_RULES_MAX,
};
use carefolk_domain::{
    ActorKind, FieldError, GroupId, GroupKind, GroupRole, Handle, Html, Invalid, Lang, PostingRule,
};
use carefolk_store::StoreError;
use carefolk_store::entity::{actor, group};
use sea_orm::{ActiveModelTrait, Set};

use super::rows::set_role;
use super::{GroupView, Groups, NewGroup, queries};
use crate::actors::local::{self, NAME_MAX_CHARS, NewActor, SUMMARY_MAX_CHARS};
use crate::actors::queries as actors;
use crate::grouped::Place;
use crate::kernel::{caller::Caller, error::Error, ports::NewKeys, tx::Tx};
use crate::posts::DEFAULT_LANG;
use crate::{audit, voice};

/// What stands at the address that a group of this name would have: the page to start one.
const NOT_A_GROUP: &str = "new";

/// A group whose fields are right.
struct Checked {
    handle: Handle,
    rules: String,
    area: Option<String>,
    moderators: Vec<String>,
}

impl Groups<'_> {
    /// Makes a group with its first moderators, who join it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::Invalid`] with all wrong
    /// fields at once (`handle`, `name`, `about`, `rules`, `area`, `moderators`).
    pub async fn create(&self, caller: &Caller, new: NewGroup) -> Result<GroupView, Error> {
        caller.may(Act::CreateGroup)?;
        let checked = check(&new)?;
        // What stays here never signs anything.
        let keys = if new.kind.federates() { Some(local::mint_keys(self.0).await?) } else { None };
        if keys.is_some() {
            voice::ensure(self.0).await?;
        }
        let tx = self.0.begin().await?;
        let mut moderators = Vec::with_capacity(checked.moderators.len());
        for handle in &checked.moderators {
            let person = person(&tx, handle).await?;
            moderators.push(person.ok_or_else(|| Error::field("moderators", Invalid::Unknown))?);
        }
        if Place::find(tx.conn(), checked.handle.as_str()).await?.is_some() {
            return Err(Error::field("handle", Invalid::Taken));
        }
        let actor = match keys {
            Some(keys) => Some(self.actor(&tx, &new, &checked, keys).await?),
            None => None,
        };
        let row = self.row(&tx, &new, &checked, actor.as_ref()).await?;
        for person in &moderators {
            set_role(&tx, row.id, person.id, GroupRole::Moderator).await?;
            if let Some(actor) = &actor {
                self.0.follows().begin(&tx, person, actor).await?;
            }
        }
        let names = checked.moderators.join(" ");
        audit::record(self.0, &tx, caller, "group.create", checked.handle.as_str(), &names).await?;
        tx.commit().await?;
        let actor = match actor {
            Some(actor) => Some(actors::by_id(self.0.read(), actor.id).await?),
            None => None,
        };
        let inside = u64::try_from(moderators.len()).ok();
        Ok(queries::view(Place { row, actor }, inside, None))
    }

    async fn actor(
        &self,
        tx: &Tx,
        new: &NewGroup,
        checked: &Checked,
        keys: NewKeys,
    ) -> Result<actor::Model, Error> {
        let actor = NewActor {
            kind: ActorKind::Group,
            handle: &checked.handle,
            name: new.name.trim(),
            summary: new.about.trim(),
        };
        local::insert(self.0, tx, actor, keys).await
    }

    async fn row(
        &self,
        tx: &Tx,
        new: &NewGroup,
        checked: &Checked,
        actor: Option<&actor::Model>,
    ) -> Result<group::Model, Error> {
        let lang = new.lang.clone().or_else(|| Lang::parse(DEFAULT_LANG));
        let about = new.about.trim();
        let own = |text: &str| actor.is_none().then(|| text.to_owned());
        let row = group::ActiveModel {
            id: Set(GroupId(self.0.id())),
            actor_id: Set(actor.map(|actor| actor.id)),
            kind: Set(new.kind),
            handle: Set(checked.handle.as_str().to_owned()),
            name: Set(own(new.name.trim())),
            summary_source: Set(own(about)),
            summary_html: Set(actor.is_none().then(|| Html::from_markdown(about))),
            portrait_key: Set(None),
            portrait_focus: Set(None),
            posting: Set(posting_in(new.kind, new.posting)),
            approval: Set(new.approval),
            rules: Set(checked.rules.clone()),
            lang: Set(lang.unwrap_or_else(Lang::unknown)),
            area: Set(checked.area.clone()),
            created_at: Set(tx.now()),
        };
        match row.insert(tx.conn()).await.map_err(StoreError::from) {
            Ok(row) => Ok(row),
            Err(StoreError::Conflict) => Err(Error::field("handle", Invalid::Taken)),
            Err(other) => Err(other.into()),
        }
    }
}

/// Who begins conversations in a group of that kind, where `wanted` was asked for.
pub(super) fn posting_in(kind: GroupKind, wanted: PostingRule) -> PostingRule {
    match (kind, wanted) {
        (GroupKind::Announce, _) => PostingRule::Moderators,
        // Nobody else reads it.
        (GroupKind::Closed | GroupKind::Private, PostingRule::Anyone) => PostingRule::Members,
        (_, wanted) => wanted,
    }
}

/// What a group says about itself, as it was typed.
pub(super) struct Said<'a> {
    pub name: &'a str,
    pub about: &'a str,
    pub rules: &'a str,
    pub area: &'a str,
}

impl Said<'_> {
    /// Its rules, a line for each, without what is empty.
    pub(super) fn rules(&self) -> String {
        let lines = self.rules.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The place that it is for, if it says one.
    pub(super) fn area(&self) -> Option<String> {
        Some(self.area.trim().to_owned()).filter(|area| !area.is_empty())
    }

    /// What is wrong with it.
    pub(super) fn wrong(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
        // In the order of the form.
        for (field, text, most) in
            [("name", self.name, NAME_MAX_CHARS), ("about", self.about, SUMMARY_MAX_CHARS)]
        {
            if text.trim().is_empty() {
                note(field, Invalid::Missing);
            }
            if text.chars().count() > most {
                note(field, Invalid::TooLong(most));
            }
        }
        let rules = self.rules();
        if rules.lines().count() > GROUP_RULES_MAX {
            note("rules", Invalid::TooMany(GROUP_RULES_MAX));
        }
        if rules.lines().any(|line| line.chars().count() > GROUP_RULE_MAX_CHARS) {
            note("rules", Invalid::TooLong(GROUP_RULE_MAX_CHARS));
        }
        if self.area.trim().chars().count() > GROUP_AREA_MAX_CHARS {
            note("area", Invalid::TooLong(GROUP_AREA_MAX_CHARS));
        }
        wrong
    }
}

fn check(new: &NewGroup) -> Result<Checked, Error> {
    let said = Said { name: &new.name, about: &new.about, rules: &new.rules, area: &new.area };
    let mut wrong = said.wrong();
    let handle = Handle::new(&new.handle);
    let reserved = handle.as_ref().is_ok_and(|handle| handle.as_str() == NOT_A_GROUP);
    let unfit = handle.as_ref().err().copied().or(reserved.then_some(Invalid::Reserved));
    if let Some(invalid) = unfit {
        // In the form it comes right after the name.
        let at = wrong.iter().take_while(|it| it.field == "name").count();
        wrong.insert(at, FieldError { field: "handle", invalid });
    }
    let mut moderators: Vec<String> = Vec::new();
    for name in new.moderators.iter().map(|name| name.trim().trim_start_matches('@')) {
        if !name.is_empty() && moderators.iter().all(|known| !known.eq_ignore_ascii_case(name)) {
            moderators.push(name.to_owned());
        }
    }
    if moderators.len() < GROUP_MODERATORS_MIN {
        let invalid = Invalid::TooFew(GROUP_MODERATORS_MIN);
        wrong.push(FieldError { field: "moderators", invalid });
    }
    match handle {
        Ok(handle) if wrong.is_empty() => {
            Ok(Checked { handle, rules: said.rules(), area: said.area(), moderators })
        }
        _ => Err(Error::Invalid(wrong)),
    }
}

/// Somebody here who can keep order: a person, not a provider.
async fn person(tx: &Tx, handle: &str) -> Result<Option<actor::Model>, Error> {
    let found = actors::by_handle(tx.conn(), handle).await?;
    Ok(found.filter(|row| row.kind == ActorKind::Person && actors::is_shown(row)))
}
