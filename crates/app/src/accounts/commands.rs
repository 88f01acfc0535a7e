//! Making accounts.

use carefolk_domain::authorise::Act;
use carefolk_domain::{AccountId, AccountState, ActorKind, FieldError, Handle, Invalid, Role};
use carefolk_store::StoreError;
use carefolk_store::entity::{account, actor};
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};

use super::{AccountCreated, AccountView, Accounts, NewAccount, check_password, passwords};
use crate::actors::local::{self, NAME_MAX_CHARS, NewActor};
use crate::kernel::{caller::Caller, error::Error, opaque, tx::Tx};
use crate::{App, audit};

/// The longest e-mail address (RFC 5321).
pub(super) const EMAIL_MAX_CHARS: usize = 254;

/// Characters of a password that we make up: 100 bits of base32.
const MADE_UP_CHARS: usize = 20;

impl Accounts<'_> {
    /// Makes an account and its actor.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::Invalid`] with all wrong
    /// fields at once.
    pub async fn create(&self, caller: &Caller, new: NewAccount) -> Result<AccountCreated, Error> {
        caller.may(Act::RunInstance)?;
        let made_up = new.password.is_none().then(|| {
            opaque::token(self.0.chance()).chars().take(MADE_UP_CHARS).collect::<String>()
        });
        let new = NewAccount { password: new.password.or_else(|| made_up.clone()), ..new };
        let prepared = prepare(self.0, new).await?;
        let tx = self.0.begin().await?;
        let row = insert_account(self.0, &tx, prepared).await?;
        audit::record(self.0, &tx, caller, "account.create", &row.1.handle, "").await?;
        tx.commit().await?;
        Ok(AccountCreated { account: view(row.0, row.1), password: made_up })
    }

    /// All accounts, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<AccountView>, Error> {
        caller.may(Act::RunInstance)?;
        let accounts =
            account::Entity::find().order_by_asc(account::Column::Id).all(self.0.read()).await?;
        let mut views = Vec::with_capacity(accounts.len());
        for row in accounts {
            let actor = crate::actors::queries::by_id(self.0.read(), row.actor_id).await?;
            views.push(view(row, actor));
        }
        Ok(views)
    }
}

/// An account that has passed all checks, with everything slow already done.
pub(crate) struct Prepared {
    handle: Handle,
    name: String,
    email: String,
    role: Role,
    password_hash: String,
    keys: crate::ports::NewKeys,
}

/// Checks every field and does the slow work, before any transaction is open.
pub(crate) async fn prepare(app: &App, new: NewAccount) -> Result<Prepared, Error> {
    let mut wrong = Vec::new();
    let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
    let handle = Handle::new(&new.handle).map_err(|invalid| note("handle", invalid)).ok();
    if new.name.chars().count() > NAME_MAX_CHARS {
        note("name", Invalid::TooLong(NAME_MAX_CHARS));
    }
    if let Err(invalid) = check_email(&new.email) {
        note("email", invalid);
    }
    let password = new.password.unwrap_or_default();
    if let Err(invalid) = check_password(&password) {
        note("password", invalid);
    }
    let handle = match handle {
        Some(handle) if wrong.is_empty() => handle,
        _ => return Err(Error::Invalid(wrong)),
    };
    let name = new.name.trim();
    let name = if name.is_empty() { handle.as_str() } else { name }.to_owned();
    let password_hash = passwords::hash(app, password).await?;
    let keys = local::mint_keys(app).await?;
    let email = new.email.trim().to_owned();
    Ok(Prepared { handle, name, email, role: new.role, password_hash, keys })
}

fn check_email(email: &str) -> Result<(), Invalid> {
    let email = email.trim();
    if email.is_empty() {
        return Err(Invalid::Missing);
    }
    if email.chars().count() > EMAIL_MAX_CHARS {
        return Err(Invalid::TooLong(EMAIL_MAX_CHARS));
    }
    let Some((name, host)) = email.rsplit_once('@') else { return Err(Invalid::Format) };
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>';
    if name.is_empty() || !host.contains('.') || host.starts_with('.') || email.contains(bad) {
        return Err(Invalid::Format);
    }
    Ok(())
}

/// Writes actor and account.
pub(crate) async fn insert_account(
    app: &App,
    tx: &Tx,
    new: Prepared,
) -> Result<(account::Model, actor::Model), Error> {
    let actor =
        NewActor { kind: ActorKind::Person, handle: &new.handle, name: &new.name, summary: "" };
    let actor = local::insert(app, tx, actor, new.keys).await?;
    let inserted = account::ActiveModel {
        id: Set(AccountId(app.id())),
        actor_id: Set(actor.id),
        email_folded: Set(new.email.to_lowercase()),
        email: Set(new.email),
        password_hash: Set(Some(new.password_hash)),
        role: Set(new.role),
        state: Set(AccountState::Active),
        locale: Set(None),
        created_at: Set(tx.now()),
        last_seen_at: Set(None),
    }
    .insert(tx.conn())
    .await
    .map_err(StoreError::from);
    match inserted {
        Ok(account) => Ok((account, actor)),
        Err(StoreError::Conflict) => Err(Error::field("email", Invalid::Taken)),
        Err(other) => Err(other.into()),
    }
}

pub(crate) fn view(account: account::Model, actor: actor::Model) -> AccountView {
    AccountView {
        id: account.id,
        handle: actor.handle,
        name: actor.name,
        email: account.email,
        role: account.role,
        state: account.state,
        created: account.created_at,
        last_seen: account.last_seen_at,
    }
}
