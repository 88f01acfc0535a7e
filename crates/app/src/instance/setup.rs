//! The first minutes of an instance: a name and a first admin, by a link from the console.

use carefolk_domain::{Denial, Role};
use carefolk_store::entity::account;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Instance, NAME, read_setting, write_setting};
use crate::accounts::{self, NewAccount, SessionToken};
use crate::audit;
use crate::kernel::{caller::Caller, error::Error, opaque};

/// The setting that holds the hash of the link's token.
const TOKEN: &str = "setup.token";

/// The longest name of a community, in characters.
const INSTANCE_NAME_MAX_CHARS: usize = 80;

/// What the set-up page asks for.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The community's name.
    pub instance_name: String,
    /// The first admin's display name.
    pub name: String,
    /// The first admin's local name.
    pub handle: String,
    /// Where the first admin's mail goes.
    pub email: String,
    /// The first admin's password.
    pub password: String,
    /// The browser, for the list of sessions.
    pub user_agent: String,
}

impl Instance<'_> {
    /// Whether nobody runs this instance yet.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn needs_setup(&self) -> Result<bool, Error> {
        let admins = account::Entity::find()
            .filter(account::Column::Role.eq(Role::Admin))
            .count(self.0.read())
            .await?;
        Ok(admins == 0)
    }

    /// A new token for the set-up link; the one before is useless from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] once an admin exists.
    pub async fn mint_setup_token(&self) -> Result<String, Error> {
        if !self.needs_setup().await? {
            return Err(Error::Conflict("an admin exists"));
        }
        let token = opaque::token(self.0.chance());
        let tx = self.0.begin().await?;
        write_setting(tx.conn(), TOKEN, &hash(&token)).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Whether the link with `token` is still good.
    ///
    /// # Errors
    ///
    /// [`Denial::SetupToken`] if it is wrong, used, or an admin exists (S-196).
    pub async fn check_setup_token(&self, token: &str) -> Result<(), Error> {
        let stored = read_setting(self.0.read(), TOKEN).await?.unwrap_or_default();
        let same: bool = stored.as_bytes().ct_eq(hash(token).as_bytes()).into();
        if same && self.needs_setup().await? { Ok(()) } else { Err(Denial::SetupToken.into()) }
    }

    /// Names the community, makes the first admin and signs them in.
    ///
    /// # Errors
    ///
    /// [`Denial::SetupToken`]; [`Error::Invalid`] with all wrong fields at once.
    pub async fn finish_setup(&self, token: &str, setup: SetUp) -> Result<SessionToken, Error> {
        use carefolk_domain::{FieldError, Invalid};
        self.check_setup_token(token).await?;
        let community = setup.instance_name.trim().to_owned();
        let mut wrong = Vec::new();
        if community.is_empty() {
            wrong.push(FieldError { field: "instance_name", invalid: Invalid::Missing });
        } else if community.chars().count() > INSTANCE_NAME_MAX_CHARS {
            let invalid = Invalid::TooLong(INSTANCE_NAME_MAX_CHARS);
            wrong.push(FieldError { field: "instance_name", invalid });
        }
        let admin = NewAccount {
            handle: setup.handle,
            name: setup.name,
            email: setup.email,
            role: Role::Admin,
            password: Some(setup.password),
        };
        let prepared = match accounts::prepare(self.0, admin).await {
            Ok(prepared) if wrong.is_empty() => prepared,
            Ok(_) => return Err(Error::Invalid(wrong)),
            Err(Error::Invalid(more)) => {
                wrong.extend(more);
                return Err(Error::Invalid(wrong));
            }
            Err(other) => return Err(other),
        };
        let account = self.settle_setup(token, &community, prepared).await?;
        self.0.accounts().open_session(&account, &setup.user_agent).await
    }

    async fn settle_setup(
        &self,
        token: &str,
        community: &str,
        admin: accounts::Prepared,
    ) -> Result<account::Model, Error> {
        let tx = self.0.begin().await?;
        // Asked again inside the transaction: two people may have followed the link at once.
        if read_setting(tx.conn(), TOKEN).await? != Some(hash(token)) {
            return Err(Denial::SetupToken.into());
        }
        write_setting(tx.conn(), TOKEN, "used").await?;
        write_setting(tx.conn(), NAME, community).await?;
        let (account, actor) = accounts::insert_account(self.0, &tx, admin).await?;
        let who = Caller::Operator("set-up".to_owned());
        audit::record(self.0, &tx, &who, "instance.setup", &actor.handle, community).await?;
        tx.commit().await?;
        Ok(account)
    }
}

fn hash(token: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(token.as_bytes()).iter().fold(String::new(), |mut out, byte| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
