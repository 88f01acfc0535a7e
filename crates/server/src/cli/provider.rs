//! `carefolk provider`: care providers and council teams.

use carefolk_app::actors::ActorView;
use carefolk_app::providers::NewProvider;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::desk::{Desk, word};
use crate::output::table;
use crate::words::plain;

/// Care providers and council teams.
#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// Make a provider that a team can post for
    Create(CreateArgs),
    /// List the providers of this community
    List,
}

/// A new provider.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The name in its address: a-z, 0-9 and _, for good
    handle: String,
    /// The name others see
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What it does, in a few sentences
    #[arg(long, value_name = "TEXT", default_value = "")]
    summary: String,
    /// The account that says who is in its team
    #[arg(long, value_name = "ACCOUNT")]
    owner: String,
}

/// A provider, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    handle: &'a str,
    name: &'a str,
    /// What people elsewhere follow; nothing while there is no public address.
    address: Option<String>,
    uri: &'a str,
    url: String,
    state: String,
    followers: u64,
    posts: u64,
}

impl<'a> Shown<'a> {
    fn of(desk: &Desk, view: &'a ActorView) -> Self {
        Self {
            handle: &view.handle,
            name: &view.name,
            address: desk.app.settings().base_url.as_ref().map(|_| view.address()),
            uri: &view.uri,
            url: desk.address(&view.url, &view.page),
            state: word(&view.state),
            followers: view.followers,
            posts: view.posts,
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.handle.to_owned(),
            self.name.to_owned(),
            self.state.clone(),
            self.followers.to_string(),
            self.posts.to_string(),
            self.address.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    }
}

impl ProviderCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::List => list(desk).await,
        }
    }
}

impl CreateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let new = NewProvider {
            handle: self.handle,
            name: self.name,
            summary: self.summary,
            owner: self.owner,
        };
        let made = desk.app.providers().create(&desk.caller, new).await;
        let view = made.map_err(|error| plain(error, "make the provider"))?;
        let shown = Shown::of(desk, &view);
        desk.out.show(&shown, || {
            let made = format!("Made {} at {}.", shown.name, shown.url);
            match &shown.address {
                Some(address) => format!("{made} Others follow it as {address}."),
                None => made,
            }
        })
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let views = desk.app.providers().list(&desk.caller).await;
    let views = views.map_err(|error| plain(error, "list the providers"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(|view| Shown::of(desk, view)).collect();
    desk.out.show(&shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
        let heads = ["HANDLE", "NAME", "STATE", "FOLLOWERS", "POSTS", "ADDRESS"];
        table(&heads, &rows, "There are no providers yet.")
    })
}
