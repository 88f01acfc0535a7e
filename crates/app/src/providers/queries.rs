//! Reading providers and teams.

use carefolk_domain::authorise::Act;
use carefolk_domain::{AccountId, ActorId, ActorKind, ActorState, TeamRole};
use carefolk_store::entity::{account, actor, team_member};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Providers, TeamMemberView};
use crate::actors::{ActorView, queries};
use crate::kernel::caller::{Caller, Member};
use crate::kernel::error::Error;

/// The most providers one list holds.
const LIST_MAX: u64 = 500;

/// What an account may do for a provider.
pub(crate) async fn team_role(
    conn: &impl ConnectionTrait,
    provider: ActorId,
    account: AccountId,
) -> Result<Option<TeamRole>, Error> {
    let row = team_member::Entity::find_by_id((provider, account)).one(conn).await?;
    Ok(row.map(|row| row.role))
}

impl Providers<'_> {
    /// The providers of this community, by name.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn list(&self, _viewer: &Caller) -> Result<Vec<ActorView>, Error> {
        let rows = actor::Entity::find()
            .filter(actor::Column::DomainId.is_not_null())
            .filter(actor::Column::Kind.eq(ActorKind::Organization))
            .filter(actor::Column::State.is_in([ActorState::Active, ActorState::Limited]))
            .order_by_asc(actor::Column::Name)
            .limit(LIST_MAX)
            .all(self.0.read())
            .await?;
        Ok(rows.into_iter().map(queries::view).collect())
    }

    /// The providers that a member may speak for, by name, and in what role.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn mine(&self, member: &Member) -> Result<Vec<(ActorView, TeamRole)>, Error> {
        let rows = team_member::Entity::find()
            .filter(team_member::Column::AccountId.eq(member.account))
            .all(self.0.read())
            .await?;
        let mut mine = Vec::with_capacity(rows.len());
        for row in rows {
            let provider = queries::by_id(self.0.read(), row.provider_id).await?;
            if queries::is_shown(&provider) {
                mine.push((queries::view(provider), row.role));
            }
        }
        mine.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        Ok(mine)
    }

    /// The team of a provider: for its members and for who runs the instance.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`].
    pub async fn team(&self, caller: &Caller, handle: &str) -> Result<Vec<TeamMemberView>, Error> {
        let provider = self.provider_row(handle).await?;
        self.allow_to_see(caller, provider.id).await?;
        let rows = team_member::Entity::find()
            .filter(team_member::Column::ProviderId.eq(provider.id))
            .order_by_asc(team_member::Column::CreatedAt)
            .all(self.0.read())
            .await?;
        let mut team = Vec::with_capacity(rows.len());
        for row in rows {
            let account = account::Entity::find_by_id(row.account_id).one(self.0.read()).await?;
            let Some(account) = account else { continue };
            let person = queries::by_id(self.0.read(), account.actor_id).await?;
            team.push(TeamMemberView { handle: person.handle, name: person.name, role: row.role });
        }
        Ok(team)
    }

    async fn allow_to_see(&self, caller: &Caller, provider: ActorId) -> Result<(), Error> {
        let Caller::Member(member) = caller else {
            return caller.may(Act::RunInstance);
        };
        match team_role(self.0.read(), provider, member.account).await? {
            Some(_) => Ok(()),
            None => caller.may(Act::ManageTeam(None)),
        }
    }

    /// The row of a local provider.
    pub(crate) async fn provider_row(&self, handle: &str) -> Result<actor::Model, Error> {
        queries::by_handle(self.0.read(), handle)
            .await?
            .filter(|row| row.kind == ActorKind::Organization && queries::is_shown(row))
            .ok_or(Error::NotFound("provider"))
    }
}
