//! What other servers are told of a post (docs/federation/note.md, create.md, update.md,
//! delete.md).

use carefolk_domain::{ActorKind, Audience, Focus, Html, Moment, PostState, RenditionKind};
use carefolk_store::entity::{actor, hashtag, mention, picture, post, post_hashtag, rendition};
use carefolk_wire::write::{self, Activity, LanguageMap, Note, Source, Tag, Tombstone};
use carefolk_wire::{ObjectKind, PUBLIC};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::policy::Policies;
use super::polls::{Poll, QUESTION};
use super::{queries, text::tag_url};
use crate::actors::queries as actors;
use crate::kernel::error::Error;
use crate::outbox::{self, Saying};
use crate::{App, grouped, placed};

/// A post with everything its document says.
pub(super) struct Loaded {
    row: post::Model,
    author: actor::Model,
    text: rendition::Model,
    translations: Vec<rendition::Model>,
    named: Vec<(mention::Model, Option<actor::Model>)>,
    tags: Vec<String>,
    poll: Option<write::Poll>,
    /// The group that it is in.
    group: Option<actor::Model>,
    pictures: Vec<write::Attachment>,
}

/// Reads everything that the document of a post says.
pub(super) async fn load(
    app: &App,
    conn: &impl ConnectionTrait,
    row: &post::Model,
) -> Result<Loaded, Error> {
    let author = actors::by_id(conn, row.actor_id).await?;
    let text = queries::original(conn, row.id).await?.ok_or(Error::NotFound("post"))?;
    let translations = rendition::Entity::find()
        .filter(rendition::Column::PostId.eq(row.id))
        .filter(rendition::Column::Kind.eq(RenditionKind::Translation))
        .order_by_asc(rendition::Column::Lang)
        .all(conn)
        .await?;
    let mentions = mention::Entity::find()
        .filter(mention::Column::PostId.eq(row.id))
        .order_by_asc(mention::Column::Name)
        .all(conn)
        .await?;
    let mut named = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let actor = match mention.actor_id {
            Some(id) => actor::Entity::find_by_id(id).one(conn).await?,
            None => None,
        };
        named.push((mention, actor));
    }
    let ids = post_hashtag::Entity::find()
        .select_only()
        .column(post_hashtag::Column::HashtagId)
        .filter(post_hashtag::Column::PostId.eq(row.id))
        .into_query();
    let tags = hashtag::Entity::find()
        .filter(hashtag::Column::Id.in_subquery(ids))
        .order_by_asc(hashtag::Column::Name)
        .all(conn)
        .await?;
    let base = app.settings().uri_base();
    let tags = tags.into_iter().map(|tag| tag_url(base, &tag.name) + "\n#" + &tag.name).collect();
    let poll = match row.kind.as_str() {
        QUESTION => Poll::of(conn, row.id).await?.map(|poll| poll.document(app.now())),
        _ => None,
    };
    let group = grouped::of_post(conn, row).await?.and_then(|place| place.actor);
    let pictures = placed::of(conn, vec![row.id]).await?.remove(&row.id).unwrap_or_default();
    let pictures = pictures.iter().map(|picture| attachment(base, row, picture)).collect();
    let row = row.clone();
    Ok(Loaded { row, author, text, translations, named, tags, poll, group, pictures })
}

impl Loaded {
    /// The actors who are named in it.
    pub(super) fn hearers(&self) -> Vec<&actor::Model> {
        self.named.iter().filter_map(|(_, actor)| actor.as_ref()).collect()
    }

    /// The group that it is in, of ours or of another server.
    fn group(&self) -> Option<&actor::Model> {
        let elsewhere = || self.named.iter().filter_map(|(_, actor)| actor.as_ref());
        let is_group = |actor: &&actor::Model| actor.kind == ActorKind::Group;
        self.group.as_ref().or_else(|| elsewhere().find(is_group))
    }

    /// Whom it is for, as `to` and `cc` (docs/federation/peers.md).
    pub(super) fn addressing(&self) -> (Vec<String>, Vec<String>) {
        let followers = self.author.followers_uri.clone().unwrap_or_default();
        let named = self.named.iter().map(|(mention, _)| mention.href.clone());
        let named = named.chain(self.group.iter().map(|group| group.uri.clone()));
        match self.row.audience {
            Audience::Public => {
                (vec![PUBLIC.to_owned()], [followers].into_iter().chain(named).collect())
            }
            Audience::Quiet => {
                (vec![followers], [PUBLIC.to_owned()].into_iter().chain(named).collect())
            }
            Audience::Followers => (vec![followers], named.collect()),
            // These never leave; whoever asks for them gets an address that reaches nobody.
            Audience::Local | Audience::Group => (Vec::new(), Vec::new()),
            Audience::Direct => (named.collect(), Vec::new()),
        }
    }

    /// The post itself.
    pub(super) fn note(&self) -> Note {
        let (to, cc) = self.addressing();
        let (content, content_map) = self.texts();
        Note {
            id: self.row.uri.clone(),
            kind: object_kind(&self.row),
            attributed_to: self.author.uri.clone(),
            in_reply_to: self.row.in_reply_to_uri.clone(),
            context: self.row.context_uri.clone(),
            audience: self.group().map(|group| group.uri.clone()),
            to,
            cc,
            // Servers that know groups show a title by itself; others show what stands in the text.
            name: self.text.title.clone().filter(|_| self.group().is_some()),
            summary: self.text.summary.clone(),
            content_map,
            content,
            source: self.text.source.clone().map(Source::markdown),
            sensitive: self.row.sensitive,
            published: self.row.published.map(|at| at.0),
            updated: self.row.edited_at.map(|at| at.0),
            url: self.row.url.clone(),
            tag: self.tag(),
            attachment: self.pictures.clone(),
            interaction_policy: Some(Policies::said(&self.row, &self.author)),
            replies: Some(format!("{}/replies", self.row.uri)),
            poll: self.poll.clone(),
        }
    }

    /// The whole text for who shows only that, and each language by itself for who can choose; the
    /// language of the post first, which Mastodon takes for the only one.
    fn texts(&self) -> (String, LanguageMap) {
        let first = content(&self.text);
        let lang = |text: &rendition::Model| text.lang.as_str().to_owned();
        let mut texts = vec![(lang(&self.text), first.clone())];
        texts.extend(self.translations.iter().map(|it| (lang(it), it.html.as_str().to_owned())));
        if texts.len() == 1 {
            return (first, LanguageMap::new(texts));
        }
        let part = |(lang, html): &(String, String)| format!("<div lang=\"{lang}\">{html}</div>");
        (texts.iter().map(part).collect(), LanguageMap::new(texts))
    }

    fn tag(&self) -> Vec<Tag> {
        let mentions = self.named.iter().map(|(mention, actor)| Tag::Mention {
            href: mention.href.clone(),
            name: actor
                .as_ref()
                .map_or_else(|| mention.name.clone(), |a| format!("@{}@{}", a.handle, a.host)),
        });
        let hashtags = self
            .tags
            .iter()
            .filter_map(|tag| tag.split_once('\n'))
            .map(|(href, name)| Tag::Hashtag { href: href.to_owned(), name: name.to_owned() });
        mentions.chain(hashtags).collect()
    }

    /// The Create of it, as it stands in an outbox.
    pub(super) fn create_activity(&self) -> Activity {
        Activity::create(format!("{}#create", self.row.uri), self.note())
    }

    /// What is left of it once it was deleted.
    pub(super) fn tombstone(row: &post::Model) -> Tombstone {
        let at = row.edited_at.unwrap_or(row.created_at);
        Tombstone::new(row.uri.clone(), object_kind(row), at.0)
    }
}

/// A picture as Mastodon sends it, by an address that everybody may ask who was told of it.
fn attachment(base: &str, post: &post::Model, row: &picture::Model) -> write::Attachment {
    let key = if post.audience.is_open() { &row.key } else { &row.shared_key };
    let focus = Focus::from_word(&row.focus).filter(|focus| *focus != Focus::Middle);
    write::Attachment {
        kind: ObjectKind::Document,
        media_type: row.media_type.name().to_owned(),
        url: format!("{base}/media/{key}/full"),
        name: row.description.clone(),
        width: Some(placed::pixels(row.width)),
        height: Some(placed::pixels(row.height)),
        blurhash: Some(row.blurhash.clone()),
        focal_point: focus.map(Focus::point),
    }
}

/// What a post is on the wire.
pub(super) fn object_kind(row: &post::Model) -> ObjectKind {
    if row.kind == QUESTION { ObjectKind::Question } else { ObjectKind::Note }
}

/// A title goes in front of the text: a Note has none that others show.
fn content(text: &rendition::Model) -> String {
    match &text.title {
        Some(title) => {
            let title = Html::from_markdown(&format!("**{}**", title.replace('*', "")));
            format!("{}{}", title.as_str(), text.html.as_str())
        }
        None => text.html.as_str().to_owned(),
    }
}

fn saying(
    app: &App,
    post: &Loaded,
    kind: &'static str,
    make: impl FnOnce(String) -> Activity,
) -> Saying {
    let slug = app.slug();
    let uri = outbox::activity_uri(app, &slug);
    let body = make(uri.clone()).to_json();
    Saying {
        actor: post.author.id,
        uri,
        slug,
        kind,
        post: Some(post.row.id),
        order_key: post.row.id.0,
        audience: post.row.audience,
        body,
    }
}

/// `Create{Note}`.
pub(super) fn create(app: &App, post: &Loaded) -> Saying {
    saying(app, post, "Create", |uri| Activity::create(uri, post.note()))
}

/// `Update{Note}`.
pub(super) fn update(app: &App, post: &Loaded, at: Moment) -> Saying {
    saying(app, post, "Update", |uri| {
        let mut activity = Activity::update(uri, post.note());
        activity.published = Some(at.0);
        activity
    })
}

/// `Delete{Tombstone}`.
pub(super) fn delete(app: &App, post: &Loaded, at: Moment) -> Saying {
    saying(app, post, "Delete", |uri| {
        let remains = Tombstone::new(post.row.uri.clone(), object_kind(&post.row), at.0);
        let (to, cc) = post.addressing();
        Activity::delete(uri, post.author.uri.clone(), remains).addressed(to, cc)
    })
}

/// `Add` to the author's `featured` collection, or `Remove` from it (docs/federation/pin.md).
pub(super) fn pin(app: &App, author: &actor::Model, row: &post::Model, pinned: bool) -> Saying {
    let slug = app.slug();
    let uri = outbox::activity_uri(app, &slug);
    let featured = author.featured_uri.clone().unwrap_or_default();
    let followers = author.followers_uri.clone().unwrap_or_default();
    let (actor, post) = (author.uri.clone(), row.uri.clone());
    let (kind, activity) = if pinned {
        ("Add", Activity::add(uri.clone(), actor, post, featured))
    } else {
        ("Remove", Activity::remove(uri.clone(), actor, post, featured))
    };
    let activity = activity.addressed(vec![PUBLIC.to_owned()], vec![followers]);
    Saying {
        actor: author.id,
        uri,
        slug,
        kind,
        post: Some(row.id),
        // After the Create of the post, and before its Delete.
        order_key: row.id.0,
        audience: row.audience,
        body: activity.to_json(),
    }
}

/// Whether a stored post is a tombstone now.
pub(super) fn is_gone(row: &post::Model) -> bool {
    matches!(row.state, PostState::Deleted | PostState::Removed)
}

/// A list of ids.
pub(super) fn ids(rows: &[post::Model]) -> Vec<write::Object> {
    rows.iter().map(|row| write::Object::Iri(row.uri.clone())).collect()
}
