//! From what a person typed to what is stored: HTML, names, hashtags.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use carefolk_domain::post::{MENTIONS_MAX, TEXT_MAX_CHARS, TITLE_MAX_CHARS};
use carefolk_domain::text::{Piece, fold_hashtag, pieces};
use carefolk_domain::{
    Address, Audience, FieldError, GroupId, HashtagId, Html, Invalid, PostId, UriHash,
};
use carefolk_store::dialect::{insert_all, padded};
use carefolk_store::entity::{actor, addressed, hashtag, mention, post_hashtag};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::actors::queries as actors;
use crate::kernel::{error::Error, settings::UNSET_BASE, tx::Tx};
use crate::{App, insiders};

/// How many strangers are looked up for one post; more stay plain text.
const LOOKUPS_MAX: usize = 5;

/// How long whoever writes waits for them.
const LOOK_UP_WITHIN: Duration = Duration::from_secs(10);

/// How many hashtags of one post count.
const HASHTAGS_MAX: usize = 30;

/// A text that has been read.
pub(super) struct Written {
    /// What is shown.
    pub html: Html,
    /// Who is named, by the name as written.
    pub mentions: BTreeMap<String, actor::Model>,
    /// Which hashtags there are, folded.
    pub hashtags: BTreeSet<String>,
}

impl Written {
    /// Names somebody whom the text itself need not name.
    pub(super) fn name(&mut self, actor: actor::Model) {
        if self.mentions.values().all(|named| named.id != actor.id) {
            self.mentions.insert(format!("{}@{}", actor.handle, actor.host), actor);
        }
    }
}

/// Checks the words of a post; all wrong fields at once.
pub(super) fn check(text: &str, warning: Option<&str>, title: Option<&str>) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
    if text.trim().is_empty() {
        note("text", Invalid::Missing);
    }
    if text.chars().count() > TEXT_MAX_CHARS {
        note("text", Invalid::TooLong(TEXT_MAX_CHARS));
    }
    for (field, value) in [("warning", warning), ("title", title)] {
        if value.is_some_and(|value| value.chars().count() > TITLE_MAX_CHARS) {
            note(field, Invalid::TooLong(TITLE_MAX_CHARS));
        }
    }
    wrong
}

/// Who may read a text, and so who can be named in it.
#[derive(Clone, Copy)]
pub(super) enum Among {
    /// People of other servers as well.
    Anybody,
    /// Who is in one group. A name that is looked up elsewhere would tell its server that somebody here wrote it,
    /// a hashtag would stand in a list for everybody, and who is outside is not called in.
    Group(Option<GroupId>),
}

impl Among {
    /// The readers of a post for `audience`, in `group`.
    pub(super) fn of(audience: Audience, group: Option<GroupId>) -> Self {
        if audience == Audience::Group { Self::Group(group) } else { Self::Anybody }
    }
}

/// Reads a text: who is named in it is looked up, here first and then elsewhere, before any
/// transaction is open.
pub(super) async fn read(app: &App, source: &str, among: Among) -> Result<Written, Error> {
    let mut names = BTreeSet::new();
    let mut hashtags = BTreeSet::new();
    for piece in pieces(source) {
        match piece {
            Piece::Mention(name) if names.len() < MENTIONS_MAX => {
                names.insert(name.to_owned());
            }
            Piece::Hashtag(tag)
                if hashtags.len() < HASHTAGS_MAX && matches!(among, Among::Anybody) =>
            {
                hashtags.insert(fold_hashtag(tag));
            }
            _ => {}
        }
    }
    let mut mentions = BTreeMap::new();
    let mut strangers = Vec::new();
    for name in names {
        match find(app, &name).await? {
            Known::Actor(found) => {
                mentions.insert(name, *found);
            }
            Known::Stranger(address) if strangers.len() < LOOKUPS_MAX => {
                strangers.push((name, address));
            }
            Known::Stranger(_) | Known::Nobody => {}
        }
    }
    // Every name of somebody here is a link, whether they are in the group or not: who is in it would else be told.
    let mut linked: BTreeMap<String, String> = BTreeMap::new();
    if let Among::Group(group) = among {
        strangers.clear();
        mentions.retain(|_, actor: &mut actor::Model| actor.domain_id.is_some());
        linked.extend(mentions.iter().map(|(name, actor)| (name.clone(), actor.url.clone())));
        keep_insiders(app, group, &mut mentions).await?;
    }
    // All at once: whoever wrote it is waiting. A name that leads nowhere is only a word: the post
    // must not fail for it.
    let looking = strangers.into_iter().map(|(name, address)| async move {
        let found = tokio::time::timeout(LOOK_UP_WITHIN, app.actors().look_up(&address)).await;
        (name, found.ok().and_then(Result::ok))
    });
    for (name, found) in futures_util::future::join_all(looking).await {
        mentions.extend(found.map(|found| (name, found)));
    }
    linked.extend(mentions.iter().map(|(name, actor)| (name.clone(), actor.url.clone())));
    let base = app.settings().uri_base().to_owned();
    let html = Html::from_markdown_linked(source, &|piece| match piece {
        Piece::Mention(name) => linked.get(name).cloned(),
        Piece::Hashtag(tag) if base != UNSET_BASE && matches!(among, Among::Anybody) => {
            Some(tag_url(&base, &fold_hashtag(tag)))
        }
        _ => None,
    });
    Ok(Written { html, mentions, hashtags })
}

/// Leaves those who are in `group`: nobody else is told that they are named.
async fn keep_insiders(
    app: &App,
    group: Option<GroupId>,
    mentions: &mut BTreeMap<String, actor::Model>,
) -> Result<(), Error> {
    let named = mentions.values().map(|actor| actor.id).collect();
    let inside = match group {
        Some(group) => insiders::among(app.read(), group, named).await?,
        None => Vec::new(),
    };
    mentions.retain(|_, actor| inside.contains(&actor.id));
    Ok(())
}

/// The page of a hashtag.
pub(super) fn tag_url(base: &str, tag: &str) -> String {
    let path: String = url::form_urlencoded::byte_serialize(tag.as_bytes()).collect();
    format!("{base}/tags/{path}")
}

/// Whom a name means, as far as that is known here.
enum Known {
    Actor(Box<actor::Model>),
    Stranger(Address),
    Nobody,
}

async fn find(app: &App, name: &str) -> Result<Known, Error> {
    let local = async |name: &str| {
        let row = actors::by_handle(app.read(), name).await?.filter(actors::is_shown);
        Ok::<_, Error>(row.map_or(Known::Nobody, |row| Known::Actor(Box::new(row))))
    };
    if !name.contains('@') {
        return local(name).await;
    }
    let Ok(address) = Address::parse(name) else { return Ok(Known::Nobody) };
    if address.host == app.settings().handle_host() {
        return local(&address.name).await;
    }
    Ok(match app.actors().known(&address).await? {
        Some(known) => Known::Actor(Box::new(known)),
        None if app.settings().federates() => Known::Stranger(address),
        None => Known::Nobody,
    })
}

/// Writes who is named or answered and which hashtags there are.
pub(super) async fn attach(
    app: &App,
    tx: &Tx,
    post: PostId,
    written: &Written,
    answered: Option<&actor::Model>,
) -> Result<(), Error> {
    let mut named = BTreeSet::new();
    let answered = answered.map(|actor| (&actor.handle, actor));
    for (name, actor) in written.mentions.iter().chain(answered) {
        if !named.insert(actor.id) {
            continue;
        }
        mention::ActiveModel {
            post_id: Set(post),
            href: Set(actor.uri.clone()),
            href_hash: Set(UriHash::of(&actor.uri)),
            name: Set(format!("@{name}")),
            actor_id: Set(Some(actor.id)),
        }
        .insert(tx.conn())
        .await?;
        addressed::ActiveModel { post_id: Set(post), actor_id: Set(actor.id) }
            .insert(tx.conn())
            .await?;
    }
    attach_hashtags(app, tx, &[(post, written.hashtags.clone())]).await
}

/// Writes which hashtags posts have.
pub(super) async fn attach_hashtags(
    app: &App,
    tx: &Tx,
    posts: &[(PostId, BTreeSet<String>)],
) -> Result<(), Error> {
    let names: BTreeSet<&String> = posts.iter().flat_map(|(_, tags)| tags).collect();
    if names.is_empty() {
        return Ok(());
    }
    let known = hashtag::Entity::find()
        .filter(hashtag::Column::Name.is_in(padded(names.iter().map(|name| name.as_str()))))
        .all(tx.conn())
        .await?;
    let mut ids: BTreeMap<String, HashtagId> =
        known.into_iter().map(|row| (row.name, row.id)).collect();
    let unknown = names.into_iter().filter(|name| !ids.contains_key(*name)).cloned();
    let new: Vec<hashtag::Model> =
        unknown.map(|name| hashtag::Model { id: HashtagId(app.id()), name }).collect();
    ids.extend(new.iter().map(|row| (row.name.clone(), row.id)));
    insert_all::<hashtag::ActiveModel>(tx.store(), new).await?;
    let pairs = posts.iter().flat_map(|(post, tags)| tags.iter().map(move |tag| (*post, tag)));
    let links = pairs.filter_map(|(post_id, tag)| {
        Some(post_hashtag::Model { hashtag_id: *ids.get(tag)?, post_id })
    });
    Ok(insert_all::<post_hashtag::ActiveModel>(tx.store(), links.collect()).await?)
}

/// Takes away who is named and which hashtags there are, before an edit writes them anew.
pub(super) async fn detach(tx: &Tx, post: PostId) -> Result<(), Error> {
    mention::Entity::delete_many().filter(mention::Column::PostId.eq(post)).exec(tx.conn()).await?;
    addressed::Entity::delete_many()
        .filter(addressed::Column::PostId.eq(post))
        .exec(tx.conn())
        .await?;
    post_hashtag::Entity::delete_many()
        .filter(post_hashtag::Column::PostId.eq(post))
        .exec(tx.conn())
        .await?;
    Ok(())
}
