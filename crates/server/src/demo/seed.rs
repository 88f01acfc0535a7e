//! Fills a community through the application's own commands.
//!
//! Invariant: every step looks first at what is there, so that a seeding that was cut off goes on
//! where it stopped, and one that is complete changes nothing.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Context;
use carefolk_app::accounts::NewAccount;
use carefolk_app::groups::NewGroup;
use carefolk_app::providers::NewProvider;
use carefolk_app::{App, Caller, Error};
use carefolk_domain::{
    Address, ApprovalRule, GroupKind, GroupRole, Lang, Moment, PostingRule, Role, TeamRole,
};
use carefolk_store::entity::follow::FollowState;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::data::{Community, Group, GroupWord, Person, Provider, RoleWord};
use crate::words::plain;

/// How many actors are made at once: each needs two keys, which is work for one core.
const AT_ONCE: usize = 4;

/// How long the other community may take to accept follows, and how often that is looked at.
const ACCEPT_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The name of the community's own actor, which follows the neighbour's providers for the home
/// page of visitors.
const INSTANCE: &str = "instance";

/// Fills one community.
pub(crate) struct Seeder<'a> {
    /// Its application.
    pub(super) app: &'a App,
    /// Who asks.
    pub(super) caller: Caller,
    /// What is to be in it.
    pub(super) community: &'a Community,
    /// When the demo was first started.
    pub(super) start: Moment,
    /// Its host, such as `alderbrook.localhost:8081`.
    pub(super) host: String,
    /// The neighbour, and its host.
    pub(super) neighbour: (&'a Community, String),
}

impl<'a> Seeder<'a> {
    /// A seeder of `community`, whose neighbour's host is known too.
    pub(crate) fn new(
        app: &'a App,
        start: Moment,
        (community, host): (&'a Community, &str),
        (neighbour, neighbours_host): (&'a Community, &str),
    ) -> Self {
        Self {
            app,
            caller: Caller::Operator("demo".to_owned()),
            community,
            start,
            host: host.to_owned(),
            neighbour: (neighbour, neighbours_host.to_owned()),
        }
    }

    /// Makes the people and the providers that are not there.
    pub(crate) async fn actors(&self) -> anyhow::Result<()> {
        let accounts = self.app.accounts().list(&self.caller).await;
        let known: HashSet<String> = accounts
            .map_err(|error| plain(error, "list the accounts"))?
            .into_iter()
            .map(|account| account.handle)
            .collect();
        let missing = self.community.people.iter().filter(|p| !known.contains(&p.handle));
        stream::iter(missing.map(|person| self.person(person)))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        let providers = self.app.providers().list(&self.caller).await;
        let known: HashSet<String> = providers
            .map_err(|error| plain(error, "list the providers"))?
            .into_iter()
            .map(|provider| provider.handle)
            .collect();
        stream::iter(&self.community.providers)
            .map(|provider| self.provider(provider, known.contains(&provider.handle)))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await
    }

    async fn person(&self, person: &Person) -> anyhow::Result<()> {
        let new = NewAccount {
            handle: person.handle.clone(),
            name: person.name.clone(),
            email: format!("{}@{}.example", person.handle, self.community.name.to_lowercase()),
            role: match person.role {
                RoleWord::Member => Role::Member,
                RoleWord::Moderator => Role::Moderator,
                RoleWord::Admin => Role::Admin,
            },
            password: person.password.clone(),
        };
        let made = self.app.accounts().create(&self.caller, new).await;
        made.map_err(|error| plain(error, &format!("make the account {}", person.handle)))?;
        Ok(())
    }

    async fn provider(&self, provider: &Provider, is_there: bool) -> anyhow::Result<()> {
        let providers = self.app.providers();
        let failed = |error: Error| plain(error, &format!("make {}", provider.handle));
        if !is_there {
            let new = NewProvider {
                handle: provider.handle.clone(),
                name: provider.name.clone(),
                summary: provider.summary.clone(),
                owner: provider.owner.clone(),
            };
            providers.create(&self.caller, new).await.map_err(failed)?;
        }
        self.portrait_of(provider).await?;
        let team = providers.team(&self.caller, &provider.handle).await.map_err(failed)?;
        for name in provider.team.iter().filter(|name| team.iter().all(|m| m.handle != **name)) {
            providers
                .add_to_team(&self.caller, &provider.handle, name, TeamRole::Author)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Makes the groups that are not there, and lets people join them.
    pub(crate) async fn groups(&self) -> anyhow::Result<()> {
        let known = self.app.groups().list(&self.caller).await;
        let known: HashSet<String> = known
            .map_err(|error| plain(error, "list the groups"))?
            .into_iter()
            .map(|group| group.name.handle)
            .collect();
        for group in &self.community.groups {
            self.group(group, known.contains(&group.handle)).await?;
        }
        Ok(())
    }

    async fn group(&self, group: &Group, is_there: bool) -> anyhow::Result<()> {
        let (groups, handle) = (self.app.groups(), &group.handle);
        let failed = |error: Error| plain(error, &format!("make the group {handle}"));
        if !is_there {
            let new = NewGroup {
                handle: handle.clone(),
                name: group.name.clone(),
                about: group.about.clone(),
                kind: match group.kind {
                    GroupWord::Open => GroupKind::Open,
                    GroupWord::Announce => GroupKind::Announce,
                    GroupWord::Closed => GroupKind::Closed,
                    GroupWord::Private => GroupKind::Private,
                },
                posting: PostingRule::Anyone,
                approval: ApprovalRule::None,
                rules: group.rules.join("\n"),
                lang: group.lang.as_deref().and_then(Lang::parse),
                area: group.area.clone(),
                moderators: group.moderators.clone(),
            };
            groups.create(&self.caller, new).await.map_err(failed)?;
        }
        self.portrait_of_group(group).await?;
        for name in &group.members {
            if group.kind.stays_here() {
                groups.invite(&self.caller, handle, name).await.map_err(failed)?;
            }
            groups.join(&self.caller, name, handle).await.map_err(failed)?;
        }
        for name in &group.invited {
            groups.invite(&self.caller, handle, name).await.map_err(failed)?;
        }
        for name in &group.asking {
            groups.join(&self.caller, name, handle).await.map_err(failed)?;
        }
        for name in &group.announcers {
            let role = GroupRole::Announcer;
            groups.appoint(&self.caller, handle, name, role).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Lets everybody follow whom they follow, and waits until the neighbour has accepted, so that
    /// what is said next reaches it.
    pub(crate) async fn follows(&self) -> anyhow::Result<()> {
        let mut open = self.wanted_follows()?;
        let deadline = tokio::time::Instant::now() + ACCEPT_WITHIN;
        loop {
            let mut pending = Vec::new();
            for (who, whom) in open {
                let asked = self.app.follows().follow(&self.caller, &who, &whom).await;
                let view = asked.map_err(|e| plain(e, &format!("let {who} follow {whom}")))?;
                if view.state == FollowState::Pending {
                    pending.push((who, whom));
                }
            }
            if pending.is_empty() || tokio::time::Instant::now() > deadline {
                return Ok(());
            }
            open = pending;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn wanted_follows(&self) -> anyhow::Result<Vec<(String, Address)>> {
        let (neighbour, neighbours_host) = &self.neighbour;
        let suffix = format!("@{}", neighbour.name.to_lowercase());
        let mut wanted = Vec::new();
        for follows in &self.community.follows {
            for whom in &follows.whom {
                let address = match whom.strip_suffix(&suffix) {
                    Some(name) => format!("{name}@{neighbours_host}"),
                    None => format!("{whom}@{}", self.host),
                };
                let address = Address::parse(&address).with_context(|| whom.clone())?;
                wanted.push((follows.who.clone(), address));
            }
        }
        for provider in &neighbour.providers {
            let address = format!("{}@{neighbours_host}", provider.handle);
            let address = Address::parse(&address).with_context(|| address.clone())?;
            wanted.push((INSTANCE.to_owned(), address));
        }
        Ok(wanted)
    }
}
