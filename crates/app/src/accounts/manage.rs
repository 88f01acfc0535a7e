//! Changing what somebody may do: suspending, restoring, roles, passwords.
//!
//! Invariant: there is always an admin who can sign in; a community without one could be helped
//! from the command line only.

use carefolk_domain::authorise::Act;
use carefolk_domain::{AccountState, ActorState, Role};
use carefolk_store::entity::{account, actor, session};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{Accounts, check_password, passwords};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

impl Accounts<'_> {
    /// Ends all sessions of an account and lets nobody in with it; its posts are hidden.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Conflict`] for the last admin.
    pub async fn suspend(&self, caller: &Caller, handle: &str) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let (account, actor) = find(&tx, handle).await?;
        keep_an_admin(&tx, &account).await?;
        let state = Expr::value(AccountState::Suspended);
        set(&tx, &account, account::Column::State, state).await?;
        set_actor_state(&tx, &actor, ActorState::Suspended).await?;
        end_sessions(&tx, &account).await?;
        audit::record(self.0, &tx, caller, "account.suspend", &actor.handle, "").await?;
        tx.commit().await
    }

    /// Lets somebody in again who was suspended; their posts are seen again.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Conflict`] if they are not suspended.
    pub async fn restore(&self, caller: &Caller, handle: &str) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let (account, actor) = find(&tx, handle).await?;
        if account.state != AccountState::Suspended {
            return Err(Error::Conflict("the account is not suspended"));
        }
        set(&tx, &account, account::Column::State, Expr::value(AccountState::Active)).await?;
        set_actor_state(&tx, &actor, ActorState::Active).await?;
        audit::record(self.0, &tx, caller, "account.restore", &actor.handle, "").await?;
        tx.commit().await
    }

    /// Changes what an account may do here.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Conflict`] for the last admin.
    pub async fn set_role(&self, caller: &Caller, handle: &str, role: Role) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let (account, actor) = find(&tx, handle).await?;
        if role != Role::Admin {
            keep_an_admin(&tx, &account).await?;
        }
        set(&tx, &account, account::Column::Role, Expr::value(role)).await?;
        let word = format!("{role:?}").to_lowercase();
        audit::record(self.0, &tx, caller, "account.role", &actor.handle, &word).await?;
        tx.commit().await
    }

    /// Gives an account another password and ends its sessions (S-135).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] on `password`.
    pub async fn set_password(
        &self,
        caller: &Caller,
        handle: &str,
        password: &str,
    ) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        check_password(password).map_err(|invalid| Error::field("password", invalid))?;
        let hash = passwords::hash(self.0, password.to_owned()).await?;
        let tx = self.0.begin().await?;
        let (account, actor) = find(&tx, handle).await?;
        set(&tx, &account, account::Column::PasswordHash, Expr::value(hash)).await?;
        end_sessions(&tx, &account).await?;
        audit::record(self.0, &tx, caller, "account.password", &actor.handle, "").await?;
        tx.commit().await
    }
}

async fn find(tx: &Tx, handle: &str) -> Result<(account::Model, actor::Model), Error> {
    let actor = crate::actors::queries::by_handle(tx.conn(), handle)
        .await?
        .ok_or(Error::NotFound("account"))?;
    let account = account::Entity::find()
        .filter(account::Column::ActorId.eq(actor.id))
        .one(tx.conn())
        .await?
        .ok_or(Error::NotFound("account"))?;
    Ok((account, actor))
}

/// Refuses to take away the last admin who can sign in.
async fn keep_an_admin(tx: &Tx, account: &account::Model) -> Result<(), Error> {
    if account.role != Role::Admin || !account.state.may_sign_in() {
        return Ok(());
    }
    let others = account::Entity::find()
        .filter(account::Column::Id.ne(account.id))
        .filter(account::Column::Role.eq(Role::Admin))
        .filter(account::Column::State.is_in([AccountState::Active, AccountState::Limited]))
        .count(tx.conn())
        .await?;
    if others == 0 { Err(Error::Conflict("it is the last admin")) } else { Ok(()) }
}

async fn set(
    tx: &Tx,
    account: &account::Model,
    column: account::Column,
    value: SimpleExpr,
) -> Result<(), Error> {
    account::Entity::update_many()
        .col_expr(column, value)
        .filter(account::Column::Id.eq(account.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Ends the account behind an actor that is closed for ever, if there is one.
pub(crate) async fn close(tx: &Tx, actor: &actor::Model) -> Result<(), Error> {
    let behind = account::Entity::find().filter(account::Column::ActorId.eq(actor.id));
    let Some(account) = behind.one(tx.conn()).await? else { return Ok(()) };
    keep_an_admin(tx, &account).await?;
    set(tx, &account, account::Column::State, Expr::value(AccountState::Deleted)).await?;
    set(tx, &account, account::Column::Email, Expr::value("")).await?;
    // No two are the same, and without an @ nobody is asked for by it.
    let folded = format!("closed {}", account.id);
    set(tx, &account, account::Column::EmailFolded, Expr::value(folded)).await?;
    end_sessions(tx, &account).await
}

async fn set_actor_state(tx: &Tx, actor: &actor::Model, state: ActorState) -> Result<(), Error> {
    actor::Entity::update_many()
        .col_expr(actor::Column::State, Expr::value(state))
        .filter(actor::Column::Id.eq(actor.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

async fn end_sessions(tx: &Tx, account: &account::Model) -> Result<(), Error> {
    session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
