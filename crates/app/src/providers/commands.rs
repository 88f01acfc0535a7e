//! Making providers and their teams.

use carefolk_domain::authorise::Act;
use carefolk_domain::{ActorId, ActorKind, FieldError, Handle, Invalid, TeamRole};
use carefolk_store::entity::{account, team_member};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::{NewProvider, Providers, team_role};
use crate::actors::local::{self, NAME_MAX_CHARS, NewActor, SUMMARY_MAX_CHARS};
use crate::actors::{ActorView, queries};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

impl Providers<'_> {
    /// Makes a provider with a first member of its team.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::Invalid`] with all wrong
    /// fields at once (`handle`, `name`, `summary`, `owner`).
    pub async fn create(&self, caller: &Caller, new: NewProvider) -> Result<ActorView, Error> {
        caller.may(Act::CreateProvider)?;
        let handle = check(&new)?;
        let keys = local::mint_keys(self.0).await?;
        let tx = self.0.begin().await?;
        let owner = find_account(&tx, &new.owner)
            .await?
            .ok_or_else(|| Error::field("owner", Invalid::Unknown))?;
        let actor = NewActor {
            kind: ActorKind::Organization,
            handle: &handle,
            name: new.name.trim(),
            summary: new.summary.trim(),
        };
        let row = local::insert(self.0, &tx, actor, keys).await?;
        insert_member(&tx, row.id, owner.id, TeamRole::Owner).await?;
        audit::record(self.0, &tx, caller, "provider.create", handle.as_str(), &new.owner).await?;
        tx.commit().await?;
        Ok(queries::view(row))
    }

    /// Puts an account into a provider's team, or gives it another role there.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller is an owner or runs the instance; [`Error::Invalid`]
    /// on `handle`; [`Error::Conflict`] if the team would be left without an owner.
    pub async fn add_to_team(
        &self,
        caller: &Caller,
        provider: &str,
        person: &str,
        role: TeamRole,
    ) -> Result<(), Error> {
        let provider = self.provider_row(provider).await?;
        self.allow_to_manage(caller, provider.id).await?;
        if person.trim().is_empty() {
            return Err(Error::field("handle", Invalid::Missing));
        }
        let tx = self.0.begin().await?;
        let account = find_account(&tx, person)
            .await?
            .ok_or_else(|| Error::field("handle", Invalid::Unknown))?;
        if role != TeamRole::Owner {
            keep_an_owner(&tx, provider.id, &account).await?;
        }
        team_member::Entity::delete_by_id((provider.id, account.id)).exec(tx.conn()).await?;
        insert_member(&tx, provider.id, account.id, role).await?;
        let detail = format!("{person} {role:?}").to_lowercase();
        audit::record(self.0, &tx, caller, "team.add", &provider.handle, &detail).await?;
        tx.commit().await
    }

    /// Takes an account out of a provider's team.
    ///
    /// # Errors
    ///
    /// As [`Providers::add_to_team`]; [`Error::NotFound`] if it is not in the team.
    pub async fn remove_from_team(
        &self,
        caller: &Caller,
        provider: &str,
        person: &str,
    ) -> Result<(), Error> {
        let provider = self.provider_row(provider).await?;
        self.allow_to_manage(caller, provider.id).await?;
        let tx = self.0.begin().await?;
        let account =
            find_account(&tx, person).await?.ok_or(Error::NotFound("member of the team"))?;
        keep_an_owner(&tx, provider.id, &account).await?;
        let gone =
            team_member::Entity::delete_by_id((provider.id, account.id)).exec(tx.conn()).await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound("member of the team"));
        }
        audit::record(self.0, &tx, caller, "team.remove", &provider.handle, person).await?;
        tx.commit().await
    }

    async fn allow_to_manage(&self, caller: &Caller, provider: ActorId) -> Result<(), Error> {
        let role = match caller {
            Caller::Member(member) => team_role(self.0.read(), provider, member.account).await?,
            _ => None,
        };
        caller.may(Act::ManageTeam(role))
    }
}

fn check(new: &NewProvider) -> Result<Handle, Error> {
    let mut wrong = Vec::new();
    let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
    let handle = Handle::new(&new.handle).map_err(|invalid| note("handle", invalid)).ok();
    if new.name.trim().is_empty() {
        note("name", Invalid::Missing);
    }
    if new.name.chars().count() > NAME_MAX_CHARS {
        note("name", Invalid::TooLong(NAME_MAX_CHARS));
    }
    if new.summary.chars().count() > SUMMARY_MAX_CHARS {
        note("summary", Invalid::TooLong(SUMMARY_MAX_CHARS));
    }
    match handle {
        Some(handle) if wrong.is_empty() => Ok(handle),
        _ => Err(Error::Invalid(wrong)),
    }
}

async fn find_account(tx: &Tx, handle: &str) -> Result<Option<account::Model>, Error> {
    let Some(actor) = queries::by_handle(tx.conn(), handle).await? else { return Ok(None) };
    Ok(account::Entity::find().filter(account::Column::ActorId.eq(actor.id)).one(tx.conn()).await?)
}

async fn insert_member(
    tx: &Tx,
    provider: ActorId,
    account: carefolk_domain::AccountId,
    role: TeamRole,
) -> Result<(), Error> {
    team_member::ActiveModel {
        provider_id: Set(provider),
        account_id: Set(account),
        role: Set(role),
        created_at: Set(tx.now()),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

async fn keep_an_owner(tx: &Tx, provider: ActorId, leaving: &account::Model) -> Result<(), Error> {
    let others = team_member::Entity::find()
        .filter(team_member::Column::ProviderId.eq(provider))
        .filter(team_member::Column::Role.eq(TeamRole::Owner))
        .filter(team_member::Column::AccountId.ne(leaving.id))
        .count(tx.conn())
        .await?;
    if others == 0 {
        return Err(Error::Conflict("a team needs an owner"));
    }
    Ok(())
}
