//! Accounts: people who can sign in, and the browsers they signed in with.
//!
//! Invariants: passwords are stored as argon2id hashes and session tokens as SHA-256 hashes, so
//! that a copy of the database signs nobody in (S-160); suspending an account ends its sessions
//! (S-135).

mod commands;
mod manage;
mod passwords;
mod sessions;

use carefolk_domain::{AccountId, AccountState, Moment, Role};

pub(crate) use commands::{Prepared, insert_account, prepare};
pub(crate) use manage::close;
pub(crate) use passwords::check_password;
pub use passwords::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
pub(crate) use sessions::SIGN_IN_WINDOW;
pub use sessions::SessionToken;

use crate::App;

/// The handle of this capability.
pub struct Accounts<'a>(pub(crate) &'a App);

/// Somebody who is to have an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The local name.
    pub handle: String,
    /// The display name; the handle if empty.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// What the account may do.
    pub role: Role,
    /// The password; one is made up if there is none.
    pub password: Option<String>,
}

/// An account, as an admin sees it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The row.
    pub id: AccountId,
    /// The local name.
    pub handle: String,
    /// The display name.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may sign in.
    pub state: AccountState,
    /// When it was made.
    pub created: Moment,
    /// When it last signed in or was here.
    pub last_seen: Option<Moment>,
}

/// What came of making an account.
#[derive(Clone, Debug)]
pub struct AccountCreated {
    /// The account.
    pub account: AccountView,
    /// The password, if we made it up; shown once and stored nowhere.
    pub password: Option<String>,
}
