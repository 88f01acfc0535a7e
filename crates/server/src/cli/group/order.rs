//! `carefolk group`: keeping order in conversations.

use carefolk_app::posts::PostRef;
use carefolk_domain::RemovalReason;
use carefolk_domain::group::GROUP_BAN_DAYS_MAX;
use clap::{Args, Subcommand, ValueEnum, value_parser};

use super::super::desk::Desk;
use crate::words::plain;

/// What is done with a post of a group, or with the conversation that it is in.
#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Take a conversation out of its group; the post stays with its author
    TakeOut(PostArgs),
    /// Take a post of a group away; who finds the gap is told why
    Remove {
        /// The address of the post
        url: String,
        /// Why
        #[arg(long, value_enum)]
        reason: ReasonWord,
    },
    /// Give a post back that was taken away
    Restore(PostArgs),
    /// Close a conversation: nobody but moderators answers in it any more
    Lock(PostArgs),
    /// Open a closed conversation again
    Unlock(PostArgs),
    /// Pin a conversation: it stands first on the page of its group
    Pin(PostArgs),
    /// Unpin a conversation
    Unpin(PostArgs),
    /// Let somebody write in a group no more, for some days
    Ban(BanArgs),
}

/// A post.
#[derive(Debug, Args)]
pub(crate) struct PostArgs {
    /// The address of the post
    url: String,
}

/// Who may not write in a group, and how long.
#[derive(Debug, Args)]
pub(crate) struct BanArgs {
    /// The group's name
    group: String,
    /// Who: the name of an account or a provider, or an address such as ann@social.example
    who: String,
    /// How many days; a ban without an end is: appoint GROUP WHO banned
    #[arg(long, value_name = "DAYS", value_parser = value_parser!(u32).range(1..=i64::from(GROUP_BAN_DAYS_MAX)))]
    days: u32,
}

/// Why a post is taken away.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ReasonWord {
    /// It shares private details
    Private,
    /// It is unkind to somebody
    Unkind,
    /// It could harm somebody
    Harmful,
    /// It is advertising
    Advertising,
    /// It is about something else
    OffTopic,
    /// It is against another rule of the group
    Rules,
}

impl From<ReasonWord> for RemovalReason {
    fn from(word: ReasonWord) -> Self {
        match word {
            ReasonWord::Private => Self::Private,
            ReasonWord::Unkind => Self::Unkind,
            ReasonWord::Harmful => Self::Harmful,
            ReasonWord::Advertising => Self::Advertising,
            ReasonWord::OffTopic => Self::OffTopic,
            ReasonWord::Rules => Self::Rules,
        }
    }
}

impl OrderCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let groups = desk.app.groups();
        let caller = &desk.caller;
        let at = |url: &str| PostRef::Uri(url.to_owned());
        let (url, done, what, is) = match self {
            Self::TakeOut(PostArgs { url }) => {
                let done = groups.take_out(caller, &at(&url)).await;
                (url, done, "take it out of its group", "is in no group any more")
            }
            Self::Remove { url, reason } => {
                let done = groups.remove(caller, &at(&url), reason.into()).await;
                (url, done.map(drop), "take the post away", "is taken away")
            }
            Self::Restore(PostArgs { url }) => {
                let done = groups.restore(caller, &at(&url)).await;
                (url, done.map(drop), "give the post back", "can be read again")
            }
            Self::Lock(PostArgs { url }) => {
                let done = groups.lock(caller, &at(&url), true).await;
                (url, done.map(drop), "close the conversation", "is in a closed conversation")
            }
            Self::Unlock(PostArgs { url }) => {
                let done = groups.lock(caller, &at(&url), false).await;
                (url, done.map(drop), "open the conversation", "is in an open conversation")
            }
            Self::Pin(PostArgs { url }) => {
                let done = groups.pin(caller, &at(&url), true).await;
                (url, done.map(drop), "pin the conversation", "is in a pinned conversation")
            }
            Self::Unpin(PostArgs { url }) => {
                let done = groups.pin(caller, &at(&url), false).await;
                (url, done.map(drop), "unpin the conversation", "is in no pinned conversation")
            }
            Self::Ban(args) => return args.run(desk).await,
        };
        done.map_err(|error| plain(error, what))?;
        let said = serde_json::json!({ "url": url, "done": is });
        desk.out.show(&said, || format!("{url} {is}."))
    }
}

impl BanArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let Self { group, who, days } = self;
        let done = desk.app.groups().ban(&desk.caller, &group, &who, days).await;
        done.map_err(|error| plain(error, "ban them from the group"))?;
        let said = serde_json::json!({ "group": group, "who": who, "days": days });
        desk.out.show(&said, || format!("{who} may not write in {group} for {days} days."))
    }
}
