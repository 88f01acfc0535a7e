//! `carefolk group`: conversations that people join.

mod change;
mod order;
mod shown;
mod waiting;

use carefolk_app::Page;
use carefolk_app::groups::{GroupMember, Joined, NewGroup};
use carefolk_domain::{ApprovalRule, GroupKind, GroupRole, Lang, PostingRule};
use clap::{Args, Subcommand, ValueEnum};

use self::change::ChangeArgs;
use self::order::OrderCommand;
use self::shown::{Conversation, Shown, Whole};
use self::waiting::WaitingCommand;
use super::desk::{Desk, when};
use super::post::language;
use crate::output::table;
use crate::words::plain;

/// How many conversations `show` lists.
const SHOWN: u32 = 20;

/// Groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Make a group
    Create(CreateArgs),
    /// Change what a group says about itself and how it is written in
    Change(ChangeArgs),
    /// List the groups of this community
    List,
    /// Show a group and its latest conversations
    Show {
        /// The group's name
        group: String,
    },
    /// Let somebody join a group
    Join(MemberArgs),
    /// Let somebody leave a group
    Leave(MemberArgs),
    /// Invite somebody into a closed or private group; who asked is let in
    Invite(PersonArgs),
    /// Let somebody into a closed group who asked
    Approve(PersonArgs),
    /// Refuse what somebody asked, withdraw an invitation, or end a membership of a closed or private group
    TurnAway(PersonArgs),
    /// List what was said of whom in a group
    Members {
        /// The group's name
        group: String,
    },
    /// Say what somebody is in a group
    Appoint(AppointArgs),
    #[command(flatten)]
    Order(OrderCommand),
    #[command(flatten)]
    Waiting(WaitingCommand),
}

/// A new group.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The name in its address: a-z, 0-9 and _, for good
    handle: String,
    /// The name others see
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Who it is for, in a few sentences
    #[arg(long, value_name = "TEXT")]
    about: String,
    /// What it is
    #[arg(long, value_enum, default_value_t = KindWord::Open)]
    kind: KindWord,
    /// Who begins conversations in an open group
    #[arg(long, value_enum, default_value_t = PostingWord::Anyone)]
    posting: PostingWord,
    /// What moderators read before anybody else does
    #[arg(long, value_enum, default_value_t = ApprovalWord::None)]
    approval: ApprovalWord,
    /// Who keeps order; give it twice or more
    #[arg(long = "moderator", value_name = "ACCOUNT", required = true)]
    moderators: Vec<String>,
    /// One of its rules; give it up to five times
    #[arg(long = "rule", value_name = "TEXT")]
    rules: Vec<String>,
    /// The place that it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    area: String,
    /// The language that is spoken in it, such as en, cy or ur
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    lang: Option<Lang>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindWord {
    /// Anyone reads and, as --posting says, writes
    Open,
    /// Anyone reads; moderators, and providers that they chose, begin conversations
    Announce,
    /// Anyone sees what it is; who is let in reads and writes; nothing leaves this server
    Closed,
    /// Only who is in it or invited knows of it; nothing leaves this server
    Private,
}

impl From<KindWord> for GroupKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Open => Self::Open,
            KindWord::Announce => Self::Announce,
            KindWord::Closed => Self::Closed,
            KindWord::Private => Self::Private,
        }
    }
}

/// Who begins conversations.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum PostingWord {
    /// Anyone, here and on other servers
    Anyone,
    /// Who joined
    Members,
    /// Moderators, and providers that they chose
    Moderators,
}

impl From<PostingWord> for PostingRule {
    fn from(word: PostingWord) -> Self {
        match word {
            PostingWord::Anyone => Self::Anyone,
            PostingWord::Members => Self::Members,
            PostingWord::Moderators => Self::Moderators,
        }
    }
}

/// What moderators read first.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ApprovalWord {
    /// Nothing
    None,
    /// The first three posts of each person
    First,
    /// Everything
    All,
}

impl From<ApprovalWord> for ApprovalRule {
    fn from(word: ApprovalWord) -> Self {
        match word {
            ApprovalWord::None => Self::None,
            ApprovalWord::First => Self::First,
            ApprovalWord::All => Self::All,
        }
    }
}

/// Somebody and a group.
#[derive(Debug, Args)]
pub(crate) struct MemberArgs {
    /// The group's name
    group: String,
    /// Who: the name of an account or a provider
    #[arg(long = "as", value_name = "HANDLE")]
    who: String,
}

/// Somebody and a group.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// The group's name
    group: String,
    /// Who: the name of an account
    who: String,
}

/// What somebody is to be.
#[derive(Debug, Args)]
pub(crate) struct AppointArgs {
    /// The group's name
    group: String,
    /// Who: the name of an account or a provider, or an address such as ann@social.example
    who: String,
    /// What they are to be
    #[arg(value_enum)]
    role: RoleWord,
}

/// What somebody can be in a group.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleWord {
    /// Nothing special; ends what was said of them
    Member,
    /// Keeps order; people only
    Moderator,
    /// Begins conversations where only moderators do; providers only
    Announcer,
    /// May not write in it any more
    Banned,
}

impl From<RoleWord> for GroupRole {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Member => Self::Member,
            RoleWord::Moderator => Self::Moderator,
            RoleWord::Announcer => Self::Announcer,
            RoleWord::Banned => Self::Banned,
        }
    }
}

impl GroupCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::Change(args) => args.run(desk).await,
            Self::List => list(desk).await,
            Self::Show { group } => show(desk, &group).await,
            Self::Join(MemberArgs { group, who }) => {
                let done = desk.app.groups().join(&desk.caller, &who, &group).await;
                let done = done.map_err(|error| plain(error, "join the group"))?;
                tell(
                    desk,
                    &group,
                    &who,
                    if done == Joined::In { "joined" } else { "asked to join" },
                )
            }
            Self::Leave(MemberArgs { group, who }) => {
                let done = desk.app.groups().leave(&desk.caller, &who, &group).await;
                done.map_err(|error| plain(error, "leave the group"))?;
                tell(desk, &group, &who, "left")
            }
            Self::Invite(PersonArgs { group, who }) => {
                let done = desk.app.groups().invite(&desk.caller, &group, &who).await;
                done.map_err(|error| plain(error, "invite them into the group"))?;
                tell(desk, &group, &who, "is invited into")
            }
            Self::Approve(PersonArgs { group, who }) => {
                let done = desk.app.groups().approve(&desk.caller, &group, &who).await;
                done.map_err(|error| plain(error, "let them into the group"))?;
                tell(desk, &group, &who, "is in")
            }
            Self::TurnAway(PersonArgs { group, who }) => {
                let done = desk.app.groups().turn_away(&desk.caller, &group, &who).await;
                done.map_err(|error| plain(error, "turn them away"))?;
                tell(desk, &group, &who, "is not in")
            }
            Self::Members { group } => members(desk, &group).await,
            Self::Order(command) => command.run(desk).await,
            Self::Waiting(command) => command.run(desk).await,
            Self::Appoint(AppointArgs { group, who, role }) => {
                let done = desk.app.groups().appoint(&desk.caller, &group, &who, role.into()).await;
                done.map_err(|error| plain(error, "say what they are in the group"))?;
                let word = format!("{role:?}").to_lowercase();
                let said = serde_json::json!({ "group": group, "who": who, "role": word });
                desk.out.show(&said, || format!("{who} is {word} in {group} now."))
            }
        }
    }
}

fn tell(desk: &Desk, group: &str, who: &str, what: &str) -> anyhow::Result<()> {
    let said = serde_json::json!({ "group": group, "who": who, "done": what });
    desk.out.show(&said, || format!("{who} {what} {group}."))
}

impl CreateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let new = NewGroup {
            handle: self.handle,
            name: self.name,
            about: self.about,
            kind: self.kind.into(),
            posting: self.posting.into(),
            approval: self.approval.into(),
            rules: self.rules.join("\n"),
            lang: self.lang,
            area: self.area,
            moderators: self.moderators,
        };
        let made = desk.app.groups().create(&desk.caller, new).await;
        let view = made.map_err(|error| plain(error, "make the group"))?;
        let shown = Shown::of(desk, &view);
        desk.out.show(&shown, || {
            let made = format!("Made {} at {}.", shown.name, shown.url);
            match &shown.address {
                Some(address) => format!("{made} People elsewhere join by following {address}."),
                None => made,
            }
        })
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let views = desk.app.groups().list(&desk.caller).await;
    let views = views.map_err(|error| plain(error, "list the groups"))?;
    let shown: Vec<Shown<'_>> = views.iter().map(|view| Shown::of(desk, view)).collect();
    desk.out.show(&shown, || {
        let rows: Vec<Vec<String>> = shown.iter().map(Shown::row).collect();
        let heads = ["HANDLE", "NAME", "KIND", "POSTING", "MEMBERS", "ADDRESS"];
        table(&heads, &rows, "There are no groups yet.")
    })
}

async fn members(desk: &Desk, group: &str) -> anyhow::Result<()> {
    let found = desk.app.groups().members(&desk.caller, group).await;
    let found = found.map_err(|error| plain(error, &format!("find the group {group}")))?;
    let word = |member: &GroupMember| format!("{:?}", member.role).to_lowercase();
    let shown: Vec<_> = found
        .iter()
        .map(|member| {
            let (who, until) = (member.who.address(), member.until.map(when));
            serde_json::json!({ "who": who, "role": word(member), "until": until })
        })
        .collect();
    desk.out.show(&shown, || {
        let until = |member: &GroupMember| member.until.map_or_else(|| "-".to_owned(), when);
        let row = |member: &GroupMember| vec![member.who.address(), word(member), until(member)];
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table(&["WHO", "ROLE", "UNTIL"], &rows, "Nothing was said of anybody.")
    })
}

async fn show(desk: &Desk, group: &str) -> anyhow::Result<()> {
    let groups = desk.app.groups();
    let failed = |error| plain(error, &format!("find the group {group}"));
    let page = groups.show(&desk.caller, group).await.map_err(failed)?;
    let began = groups.conversations(&desk.caller, group, Page::first(SHOWN)).await;
    let began = began.map_err(failed)?;
    let whole = Whole {
        group: Shown::of(desk, &page.group),
        about: page.group.about.to_plain(),
        rules: &page.group.rules,
        moderators: page.moderators.iter().map(|person| person.handle.as_str()).collect(),
        conversations: began.posts.iter().map(|post| Conversation::of(desk, post)).collect(),
    };
    desk.out.show(&whole, || whole.lines())
}
