//! What is in the communities, read from `crates/server/demo/`.

use anyhow::{Context, anyhow};
use carefolk_domain::{Moment, Span};
use config::{Config, File, FileFormat};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A community: its people, its providers, who follows whom, and what was said.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    /// Its name, such as `Alderbrook`.
    pub(crate) name: String,
    /// Its people.
    pub(crate) people: Vec<Person>,
    /// Its providers.
    pub(crate) providers: Vec<Provider>,
    /// Its groups.
    pub(crate) groups: Vec<Group>,
    /// Who follows whom.
    pub(crate) follows: Vec<Follows>,
    /// What was said, the oldest first.
    pub(crate) posts: Vec<Post>,
    /// What was answered to the neighbours, the oldest first; `reply_to` is `key@town`.
    pub(crate) answers: Vec<Post>,
}

/// Somebody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// The local name.
    pub(crate) handle: String,
    /// The display name.
    pub(crate) name: String,
    /// `member` unless it says otherwise.
    #[serde(default)]
    pub(crate) role: RoleWord,
    /// A password, for those whose log-in is printed.
    pub(crate) password: Option<String>,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleWord {
    /// Reads and writes.
    #[default]
    Member,
    /// Keeps order.
    Moderator,
    /// Runs the community.
    Admin,
}

/// A provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    /// The local name.
    pub(crate) handle: String,
    /// The display name.
    pub(crate) name: String,
    /// What it does.
    pub(crate) summary: String,
    /// Who says who is in the team.
    pub(crate) owner: String,
    /// Who else writes for it.
    #[serde(default)]
    pub(crate) team: Vec<String>,
    /// Its picture.
    pub(crate) portrait: Option<Portrait>,
}

/// A picture beside a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Portrait {
    /// Which one.
    picture: String,
    /// What it shows.
    pub(crate) shows: String,
}

/// Pictures that we drew, by name.
const PORTRAITS: [(&str, &[u8]); 4] = [
    ("cup", include_bytes!("../../demo/portraits/cup.png")),
    ("door", include_bytes!("../../demo/portraits/door.png")),
    ("tree", include_bytes!("../../demo/portraits/tree.png")),
    ("wheel", include_bytes!("../../demo/portraits/wheel.png")),
];

impl Portrait {
    /// The file.
    pub(crate) fn bytes(&self) -> anyhow::Result<&'static [u8]> {
        let found = PORTRAITS.iter().find(|(name, _)| *name == self.picture);
        let found = found.with_context(|| format!("there is no picture {}", self.picture))?;
        Ok(found.1)
    }
}

/// A group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    /// The local name.
    pub(crate) handle: String,
    /// The display name.
    pub(crate) name: String,
    /// Who it is for.
    pub(crate) about: String,
    /// `open` unless it says otherwise.
    #[serde(default)]
    pub(crate) kind: GroupWord,
    /// Its rules.
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    /// The language that is spoken in it; English if none.
    pub(crate) lang: Option<String>,
    /// The place that it is for.
    #[serde(default)]
    pub(crate) area: String,
    /// Its picture.
    pub(crate) portrait: Option<Portrait>,
    /// Who keeps order.
    pub(crate) moderators: Vec<String>,
    /// Who else joined, of this community.
    #[serde(default)]
    pub(crate) members: Vec<String>,
    /// Who asks to be let in.
    #[serde(default)]
    pub(crate) asking: Vec<String>,
    /// Who was invited and has not answered.
    #[serde(default)]
    pub(crate) invited: Vec<String>,
    /// Which providers announce in it.
    #[serde(default)]
    pub(crate) announcers: Vec<String>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GroupWord {
    /// Anyone writes.
    #[default]
    Open,
    /// Moderators and chosen providers announce.
    Announce,
    /// Who is let in reads and writes.
    Closed,
    /// Who is invited knows of it.
    Private,
}

impl GroupWord {
    /// Whether nobody is in it without its moderators.
    pub(crate) fn stays_here(self) -> bool {
        matches!(self, Self::Closed | Self::Private)
    }
}

/// Whom somebody follows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Follows {
    /// Who.
    pub(crate) who: String,
    /// Whom; `name@larkmoor` is in the neighbouring community.
    pub(crate) whom: Vec<String>,
}

/// Something that was said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Post {
    /// Who said it.
    #[serde(rename = "as")]
    pub(crate) author: String,
    /// How many days before the start of the demo.
    day: i64,
    /// At which hour, UTC; on day 0, how long before.
    time: String,
    /// The text.
    #[serde(default)]
    pub(crate) text: String,
    /// The file with the text, instead.
    file: Option<String>,
    /// Its language; English if none.
    pub(crate) lang: Option<String>,
    /// A title.
    pub(crate) title: Option<String>,
    /// A content warning.
    pub(crate) warning: Option<String>,
    /// Who can see it; anyone if none.
    pub(crate) audience: Option<String>,
    /// What the painting shows that stands in it, if it does.
    pub(crate) picture: Option<String>,
    /// A name for replies to refer to.
    pub(crate) key: Option<String>,
    /// The name of what it answers.
    pub(crate) reply_to: Option<String>,
    /// The group that it begins a conversation in.
    pub(crate) group: Option<String>,
    /// The text it was changed to.
    pub(crate) edit: Option<String>,
    /// Whether it was deleted.
    #[serde(default)]
    pub(crate) delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommunityFile {
    name: String,
    people: Vec<Person>,
    providers: Vec<Provider>,
    follows: Vec<Follows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupsFile {
    groups: Vec<Group>,
    follows: Vec<Follows>,
    posts: Vec<Post>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostsFile {
    posts: Vec<Post>,
}

macro_rules! embedded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../demo/", $name)))
    };
}

/// Long texts, by name.
const TEXTS: &[(&str, &str)] = &[
    ("first-stay.md", include_str!("../../demo/alderbrook/first-stay.md")),
    ("coming-home.md", include_str!("../../demo/larkmoor/coming-home.md")),
];

/// A picture of our own, as somebody of a painting group might bring it.
pub(crate) const PAINTING: &[u8] = include_bytes!("../../demo/painting.png");

/// A town on a river.
pub(crate) fn alderbrook() -> anyhow::Result<Community> {
    read(
        embedded!("alderbrook/community.toml"),
        &[
            embedded!("alderbrook/posts.toml"),
            embedded!("alderbrook/thread.toml"),
            embedded!("alderbrook/more.toml"),
        ],
        embedded!("alderbrook/groups.toml"),
        embedded!("alderbrook/answers.toml"),
    )
}

/// Villages on a moor.
pub(crate) fn larkmoor() -> anyhow::Result<Community> {
    read(
        embedded!("larkmoor/community.toml"),
        &[
            embedded!("larkmoor/posts.toml"),
            embedded!("larkmoor/thread.toml"),
            embedded!("larkmoor/more.toml"),
        ],
        embedded!("larkmoor/groups.toml"),
        embedded!("larkmoor/answers.toml"),
    )
}

fn read(
    community: (&str, &str),
    posts: &[(&str, &str)],
    groups: (&str, &str),
    answers: (&str, &str),
) -> anyhow::Result<Community> {
    let file: CommunityFile = parse(community)?;
    let groups: GroupsFile = parse(groups)?;
    let mut said = groups.posts;
    for &part in posts {
        said.extend(parse::<PostsFile>(part)?.posts);
    }
    for post in &mut said {
        if let Some(file) = &post.file {
            let (_, text) = TEXTS
                .iter()
                .find(|(name, _)| name == file)
                .with_context(|| format!("no text {file}"))?;
            (*text).clone_into(&mut post.text);
        }
    }
    Ok(Community {
        name: file.name,
        people: file.people,
        providers: file.providers,
        groups: groups.groups,
        follows: file.follows.into_iter().chain(groups.follows).collect(),
        posts: sorted(said)?,
        answers: sorted(parse::<PostsFile>(answers)?.posts)?,
    })
}

/// The oldest first, so that replies stand after what they answer.
fn sorted(posts: Vec<Post>) -> anyhow::Result<Vec<Post>> {
    // The start does not matter for the order, except that day 0 counts back from an hour.
    let start = Moment(Span::days(20_000).0);
    let dated = posts.into_iter().map(|post| Ok((post.at(start)?, post)));
    let mut dated = dated.collect::<anyhow::Result<Vec<_>>>()?;
    dated.sort_by_key(|(at, _)| *at);
    Ok(dated.into_iter().map(|(_, post)| post).collect())
}

fn parse<T: DeserializeOwned>((name, text): (&str, &str)) -> anyhow::Result<T> {
    let read = Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build();
    read.and_then(Config::try_deserialize).map_err(|error| anyhow!("demo/{name}: {error}"))
}

impl Post {
    /// When it was said, if the demo was first started at `start`.
    pub(crate) fn at(&self, start: Moment) -> anyhow::Result<Moment> {
        let (hours, minutes) = self
            .time
            .split_once(':')
            .and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)))
            .with_context(|| format!("no time of day: {}", self.time))?;
        let clock = Span(Span::hours(hours).0 + Span::minutes(minutes).0);
        if self.day == 0 {
            return Ok(start - clock);
        }
        let midnight = Moment(start.0 - start.0.rem_euclid(Span::days(1).0));
        Ok(midnight - Span::days(self.day) + clock)
    }
}

/// A log-in that the demo prints.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct LogIn {
    /// What this person is: `admin`, `staff of …`, `member`.
    pub(crate) who: String,
    /// The name to sign in with.
    pub(crate) name: String,
    /// The password.
    pub(crate) password: String,
}

impl Community {
    /// Those who have a password to be printed.
    pub(crate) fn log_ins(&self) -> Vec<LogIn> {
        let who = |person: &Person| {
            if person.role == RoleWord::Admin {
                return "admin".to_owned();
            }
            let works_at = self.providers.iter().find(|p| p.owner == person.handle);
            works_at.map_or_else(|| "member".to_owned(), |p| format!("staff of {}", p.name))
        };
        let log_in = |person: &Person| {
            let password = person.password.clone()?;
            Some(LogIn { who: who(person), name: person.handle.clone(), password })
        };
        self.people.iter().filter_map(log_in).collect()
    }
}

#[cfg(test)]
mod tests;
