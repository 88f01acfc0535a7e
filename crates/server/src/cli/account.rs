//! `carefolk account`: people who can sign in.

use carefolk_app::accounts::{AccountView, NewAccount};
use carefolk_domain::Role;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::desk::{Desk, text_from_stdin, word};
use crate::output::table;
use crate::words::plain;

/// People who can sign in.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account
    Create(CreateArgs),
    /// List all accounts
    List,
    /// Keep somebody from signing in and writing
    Suspend {
        /// The account's name, such as maya
        name: String,
    },
    /// Let somebody in again who was suspended
    Restore {
        /// The account's name, such as maya
        name: String,
    },
    /// Change what somebody may do here
    Role {
        /// The account's name, such as maya
        name: String,
        /// What the account may do from now on
        #[arg(value_enum)]
        role: RoleWord,
    },
    /// Give somebody another password, and sign them out everywhere
    Password {
        /// The account's name, such as maya
        name: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

/// A new account.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The name to sign in with and to be addressed by: a-z, 0-9 and _, for good
    name: String,
    /// The e-mail address
    #[arg(long, value_name = "E-MAIL")]
    email: String,
    /// The name others see [otherwise the same as NAME]
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// What the account may do here
    #[arg(long, value_enum, default_value_t = RoleWord::Member)]
    role: RoleWord,
    /// Read the password from standard input [otherwise one is made up and shown once]
    #[arg(long)]
    password_stdin: bool,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RoleWord {
    /// Read and write for itself and its teams
    Member,
    /// Also keep order
    Moderator,
    /// Also run the community
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Member => Self::Member,
            RoleWord::Moderator => Self::Moderator,
            RoleWord::Admin => Self::Admin,
        }
    }
}

/// An account, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    display_name: &'a str,
    email: &'a str,
    role: String,
    state: String,
}

/// A new account, for scripts.
#[derive(Serialize)]
struct Created<'a> {
    #[serde(flatten)]
    account: Shown<'a>,
    /// The password that was made up for it, if none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl<'a> Shown<'a> {
    fn of(view: &'a AccountView) -> Self {
        Self {
            name: &view.handle,
            display_name: &view.name,
            email: &view.email,
            role: word(&view.role),
            state: word(&view.state),
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.name.to_owned(),
            self.display_name.to_owned(),
            self.role.clone(),
            self.state.clone(),
            if self.email.is_empty() { "-" } else { self.email }.to_owned(),
        ]
    }
}

impl AccountCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::List => list(desk).await,
            Self::Suspend { name } => {
                let done = desk.app.accounts().suspend(&desk.caller, &name).await;
                done.map_err(|error| plain(error, &format!("suspend {name}")))?;
                let said = format!("{name} can no longer sign in or write.");
                tell(desk, &name, "state", "suspended", said)
            }
            Self::Restore { name } => {
                let done = desk.app.accounts().restore(&desk.caller, &name).await;
                done.map_err(|error| plain(error, &format!("restore {name}")))?;
                tell(desk, &name, "state", "active", format!("{name} can sign in and write again."))
            }
            Self::Role { name, role } => {
                let role = Role::from(role);
                let done = desk.app.accounts().set_role(&desk.caller, &name, role).await;
                done.map_err(|error| plain(error, &format!("change the role of {name}")))?;
                let role = word(&role);
                tell(desk, &name, "role", &role, format!("{name} is {role} from now on."))
            }
            Self::Password { name, password_stdin: _ } => {
                let password = text_from_stdin("password")?;
                let done = desk.app.accounts().set_password(&desk.caller, &name, &password).await;
                done.map_err(|error| plain(error, &format!("change the password of {name}")))?;
                let said = format!("{name} has a new password and has to sign in again.");
                tell(desk, &name, "password", "changed", said)
            }
        }
    }
}

/// Says what was changed about an account.
fn tell(desk: &Desk, name: &str, what: &str, to: &str, said: String) -> anyhow::Result<()> {
    desk.out.show(&serde_json::json!({ "name": name, what: to }), || said)
}

impl CreateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let password = self.password_stdin.then(|| text_from_stdin("password")).transpose()?;
        let new = NewAccount {
            name: self.display_name.unwrap_or_else(|| self.name.clone()),
            handle: self.name,
            email: self.email,
            role: self.role.into(),
            password,
        };
        let made = desk.app.accounts().create(&desk.caller, new).await;
        let made = made.map_err(|error| plain(error, "make the account"))?;
        let shown = Created { account: Shown::of(&made.account), password: made.password };
        desk.out.show(&shown, || {
            let done = format!("Made the account {} ({}).", shown.account.name, shown.account.role);
            match &shown.password {
                Some(password) => format!("{done} Its password, shown only now: {password}"),
                None => done,
            }
        })
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let views = desk.app.accounts().list(&desk.caller).await;
    let views = views.map_err(|error| plain(error, "list the accounts"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(Shown::of).collect();
    desk.out.show(&shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
        table(&["NAME", "SHOWN AS", "ROLE", "STATE", "E-MAIL"], &rows, "There are no accounts yet.")
    })
}
