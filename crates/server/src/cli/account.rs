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
enum RoleWord {
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
            self.email.to_owned(),
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
                desk.app
                    .accounts()
                    .suspend(&desk.caller, &name)
                    .await
                    .map_err(|error| plain(error, &format!("suspend {name}")))?;
                desk.out.show(&serde_json::json!({ "name": name, "state": "suspended" }), || {
                    format!("{name} can no longer sign in or write.")
                })
            }
        }
    }
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
