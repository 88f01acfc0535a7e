//! `carefolk post`: write, change and delete posts.

use anyhow::bail;
use carefolk_app::posts::{EditPost, NewPost, Policies, PostRef, PostView, Submitted};
use carefolk_domain::{Audience, Lang, Reach, ReactionKind};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::desk::{Desk, text_from_stdin, when, when_or_dash, word};
use super::pictures::PictureArgs;
use super::polls::{PollArgs, ShownPoll, VoteArgs};
use crate::words::plain;

/// Posts.
#[derive(Debug, Subcommand)]
pub(crate) enum PostCommand {
    /// Write a post
    Create(CreateArgs),
    /// Change the text of a post; the earlier text stays in its history
    Edit(EditArgs),
    /// Give a post its text in another language as well; changing the post takes it away again
    Translate(TranslateArgs),
    /// Delete a post, here and on the servers it was sent to
    Delete {
        /// The post's address
        url: String,
    },
    /// Show a post, and how many answered, liked and boosted it
    Show {
        /// The post's address
        url: String,
    },
    /// Thank for a post; only its author is told
    Like(ReactArgs),
    /// Take the thanks back
    Unlike(ReactArgs),
    /// Vote in a poll, once and for all; nobody is told who chose what, but the server of the poll
    Vote(VoteArgs),
    /// Pass a post on to those who follow one
    Boost(ReactArgs),
    /// Take that back
    Unboost(ReactArgs),
    /// Put a post first on the page of its author, here and on other servers; five at most
    Pin {
        /// The post's address
        url: String,
    },
    /// Let it stand where its date puts it
    Unpin {
        /// The post's address
        url: String,
    },
}

/// A like or a boost.
#[derive(Debug, Args)]
pub(crate) struct ReactArgs {
    /// The post's address
    url: String,
    /// Who does it: the name of a provider or an account
    #[arg(long = "as", value_name = "HANDLE")]
    actor: String,
}

/// A new post.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Who says it: the name of a provider or an account
    #[arg(long = "as", value_name = "HANDLE")]
    author: String,
    /// Read the text (Markdown) from standard input
    #[arg(long, required = true)]
    text_stdin: bool,
    /// Who can see it
    #[arg(long, value_enum, default_value_t = AudienceWord::Public)]
    audience: AudienceWord,
    /// The language of the text, such as en, cy or ur
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    lang: Option<Lang>,
    /// A title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The group that it begins a conversation in
    #[arg(long, value_name = "HANDLE", conflicts_with = "reply_to")]
    group: Option<String>,
    /// A content warning; people see it before the text
    #[arg(long, value_name = "TEXT")]
    warning: Option<String>,
    /// Who may answer it; who is named in it always may
    #[arg(long, value_enum, default_value_t = ReachWord::Anyone)]
    replies: ReachWord,
    /// Who may quote it on other servers
    #[arg(long, value_enum, default_value_t = ReachWord::Anyone)]
    quotes: ReachWord,
    /// The address of the post this answers
    #[arg(long, value_name = "URL")]
    reply_to: Option<String>,
    #[command(flatten)]
    poll: PollArgs,
    #[command(flatten)]
    pictures: PictureArgs,
}

/// A change.
#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// The post's address
    url: String,
    /// Read the new text (Markdown) from standard input
    #[arg(long, required = true)]
    text_stdin: bool,
    /// The language of the new text [otherwise as before]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    lang: Option<Lang>,
}

/// A text in another language.
#[derive(Debug, Args)]
pub(crate) struct TranslateArgs {
    /// The post's address
    url: String,
    /// The language of this text, such as cy or ur
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    lang: Lang,
    /// Read the text (Markdown) from standard input
    #[arg(long, required = true)]
    text_stdin: bool,
}

impl TranslateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let (post, text) = (PostRef::Uri(self.url.clone()), text_from_stdin("text")?);
        let lang = self.lang.as_str().to_owned();
        let done = desk.app.posts().translate(&desk.caller, &post, self.lang, &text).await;
        done.map_err(|error| plain(error, "translate the post"))?;
        desk.out.show(&serde_json::json!({ "post": self.url, "lang": lang }), || {
            format!("{} can be read in {lang}, too.", self.url)
        })
    }
}

/// Who may answer or quote a post.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReachWord {
    /// Anyone who can see it
    Anyone,
    /// Those who follow the author
    Followers,
    /// Nobody
    Nobody,
}

impl From<ReachWord> for Reach {
    fn from(word: ReachWord) -> Self {
        match word {
            ReachWord::Anyone => Self::Anyone,
            ReachWord::Followers => Self::Followers,
            ReachWord::Nobody => Self::Nobody,
        }
    }
}

/// Who can see a post.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum AudienceWord {
    /// Anyone
    Public,
    /// Anyone who has the address; in no public list
    Quiet,
    /// Those who follow the author
    Followers,
    /// People with an account here; it never leaves this server
    Local,
}

impl From<AudienceWord> for Audience {
    fn from(word: AudienceWord) -> Self {
        match word {
            AudienceWord::Public => Self::Public,
            AudienceWord::Quiet => Self::Quiet,
            AudienceWord::Followers => Self::Followers,
            AudienceWord::Local => Self::Local,
        }
    }
}

pub(super) fn language(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "this is no language tag, such as en, cy or pt-br".to_owned())
}

/// A post, for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    url: String,
    uri: &'a str,
    author: &'a str,
    audience: &'static str,
    lang: &'a str,
    published: String,
    edited: Option<String>,
}

/// A post with its text, for scripts.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    post: Shown<'a>,
    #[serde(flatten)]
    counts: Counts,
    text: &'a str,
    poll: Option<ShownPoll>,
}

/// What became of a post.
#[derive(Clone, Copy, Serialize)]
struct Counts {
    replies: u64,
    likes: u64,
    boosts: u64,
}

impl<'a> Shown<'a> {
    fn of(desk: &Desk, view: &'a PostView) -> Self {
        Self {
            url: desk.address(&view.url, &view.page),
            uri: &view.uri,
            author: &view.author.handle,
            audience: view.audience.word(),
            lang: view.lang.as_str(),
            published: when(view.published),
            edited: view.edited.map(|moment| when_or_dash(Some(moment))),
        }
    }
}

impl PostCommand {
    /// Runs one command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => args.run(desk).await,
            Self::Edit(args) => args.run(desk).await,
            Self::Translate(args) => args.run(desk).await,
            Self::Show { url } => show(desk, &url).await,
            Self::Like(args) => args.add(desk, ReactionKind::Like).await,
            Self::Unlike(args) => args.remove(desk, ReactionKind::Like).await,
            Self::Vote(args) => args.run(desk).await,
            Self::Boost(args) => args.add(desk, ReactionKind::Boost).await,
            Self::Unboost(args) => args.remove(desk, ReactionKind::Boost).await,
            Self::Pin { url } => pin(desk, &url, true).await,
            Self::Unpin { url } => pin(desk, &url, false).await,
            Self::Delete { url } => {
                let post = local_post(desk, &url).await?;
                let done = desk.app.posts().delete(&desk.caller, post.id).await;
                done.map_err(|error| plain(error, "delete the post"))?;
                let url = desk.address(&post.url, &post.page);
                desk.out.show(&serde_json::json!({ "url": url, "deleted": true }), || {
                    format!("Deleted {url}.")
                })
            }
        }
    }
}

impl CreateArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let new = NewPost {
            author: self.author,
            text: text_from_stdin("text")?,
            lang: self.lang,
            audience: self.audience.into(),
            warning: self.warning,
            title: self.title,
            group: self.group,
            in_reply_to: self.reply_to,
            policies: Policies { replies: self.replies.into(), quotes: self.quotes.into() },
            poll: self.poll.poll(),
            pictures: self.pictures.take_in(desk).await?,
            at: None,
        };
        let made = desk.app.posts().submit(&desk.caller, new).await;
        let view = match made.map_err(|error| plain(error, "publish the post"))? {
            Submitted::Published(view) => view,
            Submitted::Waits(group) => {
                let shown = serde_json::json!({ "waits": true, "group": group.handle });
                return desk.out.show(&shown, || {
                    let name = &group.handle;
                    format!("It waits until moderators of {name} have read it.")
                });
            }
        };
        let shown = Shown::of(desk, &view);
        desk.out.show(&shown, || format!("Published {}", shown.url))
    }
}

async fn show(desk: &Desk, url: &str) -> anyhow::Result<()> {
    let found = desk.app.posts().find(&desk.caller, &PostRef::Uri(url.to_owned())).await;
    let view = found.map_err(|error| plain(error, &format!("find the post {url}")))?;
    if view.deleted {
        // What is left of it was last changed then.
        bail!("{url} was deleted on {}", when(view.edited.unwrap_or(view.published)));
    }
    let counts = Counts { replies: view.replies, likes: view.likes, boosts: view.boosts };
    let text = view.html.to_plain();
    let poll = view.poll.as_ref().map(|poll| ShownPoll::of(poll, desk.app.now()));
    let shown = Whole { post: Shown::of(desk, &view), counts, text: &text, poll };
    desk.out.show(&shown, || {
        let Counts { replies, likes, boosts } = shown.counts;
        let head = format!("{} by {} ({})", shown.post.url, shown.post.author, shown.post.audience);
        let poll = shown.poll.as_ref().map(|poll| format!("\n\n{}", poll.lines()));
        let text = format!("{text}{}", poll.unwrap_or_default());
        format!("{head}\n\n{text}\n\nReplies: {replies}. Likes: {likes}. Boosts: {boosts}.")
    })
}

async fn pin(desk: &Desk, url: &str, pinned: bool) -> anyhow::Result<()> {
    let (posts, post) = (desk.app.posts(), PostRef::Uri(url.to_owned()));
    let (done, what) = if pinned {
        (posts.pin(&desk.caller, &post).await, "pin the post")
    } else {
        (posts.unpin(&desk.caller, &post).await, "unpin the post")
    };
    done.map_err(|error| plain(error, what))?;
    desk.out.show(&serde_json::json!({ "post": url, "pinned": pinned }), || {
        format!("{url} is {}pinned.", if pinned { "" } else { "not " })
    })
}

impl ReactArgs {
    async fn add(self, desk: &Desk, kind: ReactionKind) -> anyhow::Result<()> {
        let post = PostRef::Uri(self.url.clone());
        let done = desk.app.reactions().add(&desk.caller, &self.actor, &post, kind).await;
        let (what, said) = match kind {
            ReactionKind::Like => ("like the post", "likes"),
            ReactionKind::Boost => ("boost the post", "boosts"),
        };
        done.map_err(|error| plain(error, what))?;
        self.tell(desk, kind, true, said)
    }

    async fn remove(self, desk: &Desk, kind: ReactionKind) -> anyhow::Result<()> {
        let post = PostRef::Uri(self.url.clone());
        let done = desk.app.reactions().remove(&desk.caller, &self.actor, &post, kind).await;
        let (what, said) = match kind {
            ReactionKind::Like => ("take the like back", "does not like"),
            ReactionKind::Boost => ("take the boost back", "does not boost"),
        };
        done.map_err(|error| plain(error, what))?;
        self.tell(desk, kind, false, said)
    }

    fn tell(&self, desk: &Desk, kind: ReactionKind, on: bool, said: &str) -> anyhow::Result<()> {
        let Self { url, actor } = self;
        let shown = serde_json::json!({ "actor": actor, "post": url, word(&kind): on });
        desk.out.show(&shown, || format!("{actor} {said} {url}."))
    }
}

impl EditArgs {
    async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let post = local_post(desk, &self.url).await?;
        let edit = EditPost {
            post: post.id,
            text: text_from_stdin("text")?,
            warning: post.warning,
            lang: self.lang.or(Some(post.lang)),
            pictures: None,
        };
        let changed = desk.app.posts().edit(&desk.caller, edit).await;
        let view = changed.map_err(|error| plain(error, "change the post"))?;
        let shown = Shown::of(desk, &view);
        desk.out.show(&shown, || format!("Changed {}", shown.url))
    }
}

/// The post at `url`, which must be one of ours.
async fn local_post(desk: &Desk, url: &str) -> anyhow::Result<PostView> {
    let found = desk.app.posts().find(&desk.caller, &PostRef::Uri(url.to_owned())).await;
    let post = found.map_err(|error| plain(error, &format!("find the post {url}")))?;
    match post.origin {
        None => Ok(post),
        Some(host) => bail!("the post is from {host}; only that server can change it"),
    }
}
