//! Publishing a post that somebody here wrote.

use carefolk_domain::audience::Voice;
use carefolk_domain::authorise::Act;
use carefolk_domain::{
    ActorKind, Audience, FieldError, Invalid, Lang, Moment, NotificationId, NotificationKind,
    PostId, PostState, RenditionKind, RevisionId, UriHash,
};
use carefolk_store::entity::{account, actor, notification, post, rendition, revision};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::read_first::{Reading, was_let_through};
use super::text::{self, Among, Written};
use super::{
    NewPost, PostRef, PostView, Posts, counts, hearers, ids, policy, polls, views, wire_map,
};
use crate::actors::queries as actors;
use crate::kernel::caller::Caller;
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox;
use crate::relayed::What;
use crate::{App, audit, blocked, grouped, homes, placed, providers, relayed};

/// The language of a text, or of a group, when nobody said one.
pub(crate) const DEFAULT_LANG: &str = "en";

/// Everything of a post that is decided before the transaction opens.
struct Ready {
    author: actor::Model,
    parent: Option<post::Model>,
    /// Who wrote what it answers, if that is somebody else, who may read it.
    answered: Option<actor::Model>,
    /// The group that it is in.
    group: Option<grouped::Place>,
    audience: Audience,
    lang: Lang,
    written: Written,
}

impl Ready {
    /// The group whose moderators may have to read it first: that of its conversation too, where what it answers is
    /// in none.
    async fn read_in(&self, conn: &impl ConnectionTrait) -> Result<Option<grouped::Place>, Error> {
        match (&self.group, &self.parent) {
            (Some(place), _) => Ok(Some(place.clone())),
            (None, Some(parent)) if self.audience.is_open() => {
                grouped::of_conversation(conn, parent).await
            }
            _ => Ok(None),
        }
    }
}

impl Posts<'_> {
    /// Publishes a post: text, timelines, notifications, activity and deliveries together.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if the caller may not speak as the author; [`Error::Invalid`] with all
    /// wrong fields at once (`author`, `text`, `warning`, `title`, `audience`, `in_reply_to`, `poll_option`,
    /// `poll_ends_in`).
    pub async fn publish(&self, caller: &Caller, new: NewPost) -> Result<PostView, Error> {
        Box::pin(self.publish_read(caller, new, Reading::Asked)).await
    }

    /// Who says a post, and the group that it is in, where nothing is wrong with it.
    pub(super) async fn checked(
        &self,
        caller: &Caller,
        new: &NewPost,
    ) -> Result<(actor::Model, Option<grouped::Place>), Error> {
        let ready = Box::pin(self.ready(caller, new)).await?;
        let read_in = ready.read_in(self.0.read()).await?;
        Ok((ready.author, read_in))
    }

    pub(super) async fn publish_read(
        &self,
        caller: &Caller,
        new: NewPost,
        reading: Reading<'_>,
    ) -> Result<PostView, Error> {
        // On the heap: what a task holds of it is more than its stack should carry.
        let ready = Box::pin(self.ready(caller, &new)).await?;
        let tx = self.0.begin().await?;
        let (parent, place) = (ready.parent.as_ref(), ready.group.as_ref());
        Box::pin(self.hold_place(&tx, (&ready.author, ready.audience), parent, place)).await?;
        let read_in = ready.read_in(tx.conn()).await?;
        let held = reading.check(&tx, read_in.as_ref(), &ready.author).await?;
        let row = insert(self.0, &tx, caller, &new, &ready).await?;
        let parent_author = ready.answered.as_ref();
        text::attach(self.0, &tx, row.id, &ready.written, parent_author).await?;
        let from = (caller.account(), held.map(|(held, _by)| held.id));
        placed::arrange(&tx, row.id, from, &new.pictures).await?;
        counts::count(&tx, &row, 1).await?;
        match row.group_id.filter(|_| row.audience == Audience::Group) {
            Some(group) => homes::spread_inside(&tx, &row, group).await?,
            None => homes::spread(&tx, &[&row]).await?,
        }
        let mut named: Vec<&actor::Model> = ready.written.mentions.values().collect();
        named.extend(parent_author);
        notify(self.0, &tx, &row, &named).await?;
        if row.audience.federates() {
            let note = wire_map::load(self.0, tx.conn(), &row).await?;
            let said = wire_map::create(self.0, &note);
            let body = said.body.clone();
            outbox::say(self.0, &tx, said, hearers::of(&row, &named)).await?;
            if let Some(place) = &ready.group {
                // After the post itself: who hears of both asks for it only if it never came.
                relayed::tell(self.0, &tx, place, &row, (What::Words, &body)).await?;
                grouped::pass_on(self.0, &tx, place, &row, &ready.author).await?;
            }
        }
        if let Some(held) = held {
            was_let_through(self.0, &tx, held, &row).await?;
        }
        audit::record_operator(self.0, &tx, caller, "post.publish", &row.uri).await?;
        tx.commit().await?;
        let viewed = views(self.0.read(), caller, vec![row]).await?;
        viewed.into_iter().next().ok_or(Error::Bug("a published post has no view"))
    }

    async fn ready(&self, caller: &Caller, new: &NewPost) -> Result<Ready, Error> {
        let author = self.author(caller, &new.author).await?;
        let mut wrong = text::check(&new.text, new.warning.as_deref(), new.title.as_deref());
        wrong.extend(new.poll.iter().flat_map(polls::check));
        wrong.extend(placed::check(&new.pictures, policy::must_describe(caller, &author)));
        if matches!(new.audience, Audience::Group | Audience::Direct) {
            wrong.push(FieldError { field: "audience", invalid: Invalid::Choice });
        }
        let viewer = self.0.accounts().viewer(caller, &author).await?;
        let parent = match self.parent(&viewer, &author, new.in_reply_to.as_deref()).await {
            Ok(parent) => parent,
            Err(Error::NotFound(_)) => {
                wrong.push(FieldError { field: "in_reply_to", invalid: Invalid::Unknown });
                None
            }
            Err(other) => return Err(other),
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let row = parent.as_ref().map(|(parent, _)| parent);
        let group = self.group(&viewer, &author, row, new).await?;
        let stays = group.as_ref().is_some_and(|place| !place.row.kind.federates());
        let audience = match &parent {
            None if stays => Audience::Group,
            Some((parent, parent_author)) => {
                let same = parent_author.id == author.id;
                new.audience
                    .within(parent.audience, if same { Voice::Same } else { Voice::Another })
                    .ok_or_else(|| Error::field("audience", Invalid::Choice))?
            }
            None => new.audience,
        };
        let lang = new.lang.clone().or_else(|| Lang::parse(DEFAULT_LANG));
        let id = group.as_ref().map(|place| place.row.id);
        let mut written = text::read(self.0, &new.text, Among::of(audience, id)).await?;
        if audience.is_open()
            && let Some(elsewhere) = self.group_elsewhere(author.id, row, new).await?
        {
            written.name(elsewhere);
        }
        let lang = lang.unwrap_or_else(Lang::unknown);
        let (parent, answered) = parent.unzip();
        let answered = answered.filter(|answered| answered.id != author.id);
        let answered = self.if_they_may_hear(audience, id, answered).await?;
        Ok(Ready { author, parent, answered, group, audience, lang, written })
    }

    async fn author(&self, caller: &Caller, handle: &str) -> Result<actor::Model, Error> {
        let author = actors::by_handle(self.0.read(), handle)
            .await?
            .filter(actors::is_shown)
            .ok_or_else(|| Error::field("author", Invalid::Unknown))?;
        self.allow_to_speak_as(caller, &author, Act::WriteAsSelf, Act::WriteAsProvider).await?;
        Ok(author)
    }

    /// Whether the caller may do something in the name of `author`.
    pub(super) async fn allow_to_speak_as(
        &self,
        caller: &Caller,
        author: &actor::Model,
        as_self: Act,
        as_provider: fn(Option<carefolk_domain::TeamRole>) -> Act,
    ) -> Result<(), Error> {
        let Caller::Member(member) = caller else { return caller.may(as_self) };
        if author.id == member.actor {
            return caller.may(as_self);
        }
        let role = match author.kind {
            ActorKind::Organization => {
                providers::team_role(self.0.read(), author.id, member.account).await?
            }
            _ => None,
        };
        caller.may(as_provider(role))
    }

    async fn parent(
        &self,
        caller: &Caller,
        by: &actor::Model,
        uri: Option<&str>,
    ) -> Result<Option<(post::Model, actor::Model)>, Error> {
        let Some(uri) = uri.filter(|uri| !uri.trim().is_empty()) else { return Ok(None) };
        let row = self.find_row(caller, &PostRef::Uri(uri.trim().to_owned())).await?;
        if row.state != PostState::Published {
            return Err(Error::NotFound("post"));
        }
        let author = actors::by_id(self.0.read(), row.actor_id).await?;
        if blocked::is_blocked(self.0.read(), author.id, by.id).await? {
            return Err(Error::NotFound("post"));
        }
        if !policy::may_answer(self.0.read(), &row, by).await? {
            return Err(Error::field("in_reply_to", Invalid::Choice));
        }
        Ok(Some((row, author)))
    }
}

async fn insert(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    new: &NewPost,
    ready: &Ready,
) -> Result<post::Model, Error> {
    let past = new.at.filter(|at| matches!(caller, Caller::Operator(_)) && *at < tx.now());
    let published = past.unwrap_or(tx.now());
    let id = PostId(match past {
        Some(at) => ids::past_id(app, tx, at).await?,
        None => app.id(),
    });
    let slug = app.slug();
    let base = app.settings().uri_base();
    let uri = format!("{base}/ap/post/{slug}");
    let parent = ready.parent.as_ref();
    let root = parent.map(|parent| parent.root_id.unwrap_or(parent.id));
    let context = parent.and_then(|parent| parent.context_uri.clone());
    let context = context.unwrap_or_else(|| format!("{uri}/context"));
    let row = post::ActiveModel {
        id: Set(id),
        actor_id: Set(ready.author.id),
        uri_hash: Set(UriHash::of(&uri)),
        uri: Set(uri),
        url: Set(format!("{base}/@{}/{slug}", ready.author.handle)),
        slug: Set(Some(slug)),
        kind: Set(if new.poll.is_some() { polls::QUESTION } else { polls::NOTE }.to_owned()),
        audience: Set(ready.audience),
        group_id: Set(ready.group.as_ref().map(|place| place.row.id)),
        state: Set(PostState::Published),
        state_reason: Set(None),
        state_by: Set(None),
        locked_at: Set(None),
        in_reply_to_uri: Set(parent.map(|parent| parent.uri.clone())),
        in_reply_to_id: Set(parent.map(|parent| parent.id)),
        in_reply_to_hash: Set(parent.map(|parent| parent.uri_hash.clone())),
        root_id: Set(root),
        context_uri: Set(Some(context)),
        sensitive: Set(tidy(new.warning.as_deref()).is_some()),
        publish_at: Set(None),
        published: Set(Some(published)),
        edited_at: Set(None),
        created_at: Set(tx.now()),
        reply_count: Set(0),
        like_count: Set(0),
        boost_count: Set(0),
        reply_policy: Set(new.policies.replies),
        quote_policy: Set(new.policies.quotes),
        starts_at: Set(None),
        ends_at: Set(None),
        place: Set(None),
        fetched_at: Set(None),
        asked_at: Set(None),
    }
    .insert(tx.conn())
    .await?;
    write_text(app, tx, caller, row.id, published, words_of(new, ready)).await?;
    if let Some(poll) = &new.poll {
        polls::open(app, tx, row.id, poll).await?;
    }
    Ok(row)
}

fn words_of<'a>(new: &'a NewPost, ready: &Ready) -> Words<'a> {
    Words {
        lang: ready.lang.clone(),
        title: tidy(new.title.as_deref()),
        warning: tidy(new.warning.as_deref()),
        source: &new.text,
        html: ready.written.html.clone(),
    }
}

/// A text about to be stored.
pub(super) struct Words<'a> {
    pub lang: Lang,
    pub title: Option<String>,
    pub warning: Option<String>,
    pub source: &'a str,
    pub html: carefolk_domain::Html,
}

/// Trimmed, and nothing if nothing is left.
pub(super) fn tidy(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Writes the original text and its revision, with who wrote it.
pub(super) async fn write_text(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    post: PostId,
    at: Moment,
    words: Words<'_>,
) -> Result<(), Error> {
    revision::ActiveModel {
        id: Set(RevisionId(app.id())),
        post_id: Set(post),
        made_by: Set(caller.account()),
        approved_by: Set(caller.account()),
        at: Set(at),
        kind: Set(RenditionKind::Original),
        lang: Set(words.lang.clone()),
        title: Set(words.title.clone()),
        summary: Set(words.warning.clone()),
        source: Set(Some(words.source.to_owned())),
        html: Set(words.html.clone()),
    }
    .insert(tx.conn())
    .await?;
    rendition::Entity::delete_many()
        .filter(rendition::Column::PostId.eq(post))
        .filter(rendition::Column::Kind.eq(RenditionKind::Original))
        .exec(tx.conn())
        .await?;
    rendition::ActiveModel {
        post_id: Set(post),
        kind: Set(RenditionKind::Original),
        lang: Set(words.lang),
        title: Set(words.title),
        summary: Set(words.warning),
        source: Set(Some(words.source.to_owned())),
        html: Set(words.html),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

/// Tells the accounts behind `named` that they are named or answered.
pub(super) async fn notify(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    named: &[&actor::Model],
) -> Result<(), Error> {
    let mut told = Vec::new();
    for actor in named.iter().filter(|actor| actor.domain_id.is_some()) {
        if actor.id == row.actor_id || told.contains(&actor.id) {
            continue;
        }
        told.push(actor.id);
        let account = account::Entity::find()
            .filter(account::Column::ActorId.eq(actor.id))
            .one(tx.conn())
            .await?;
        let Some(account) = account else { continue };
        if blocked::is_blocked(tx.conn(), actor.id, row.actor_id).await? {
            continue;
        }
        notification::ActiveModel {
            id: Set(NotificationId(app.id())),
            account_id: Set(account.id),
            kind: Set(NotificationKind::Mention),
            actor_id: Set(row.actor_id),
            post_id: Set(Some(row.id)),
            group_id: Set(None),
            created_at: Set(tx.now()),
            read_at: Set(None),
        }
        .insert(tx.conn())
        .await?;
    }
    Ok(())
}
