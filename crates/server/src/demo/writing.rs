//! Says what was said: posts with their past moments, then the changes, then the deletions.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use carefolk_app::pictures::NewPicture;
use carefolk_app::posts::{EditPost, NewPost, Policies, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Lang, Moment};
use tokio::time::Instant;

use super::data::{PAINTING, Post};
use super::seed::Seeder;
use crate::words::plain;

/// Posts in one page of a profile.
const PAGE: u32 = 100;

/// How long a post may take to reach the neighbour, and how often that is looked at.
const ARRIVE_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What an author has said already, by its moment.
type Said = HashMap<(String, Moment), PostView>;

/// The ids of posts that can be answered, by their names in the demo's files.
pub(crate) type Keys = HashMap<String, String>;

impl Seeder<'_> {
    /// Says what was not said yet, changes what was changed and deletes what was deleted.
    pub(crate) async fn posts(&self) -> anyhow::Result<Keys> {
        let mut said = self.said().await?;
        let mut keys = Keys::new();
        let mut views = Vec::with_capacity(self.community.posts.len());
        for post in &self.community.posts {
            let parent = match &post.reply_to {
                Some(key) => Some(keys.get(key).with_context(|| format!("no post {key}"))?.clone()),
                None => None,
            };
            let view = self.say_once(post, parent, &said).await?;
            if view.replies > 0 {
                self.add_answers_to(&self.reader_of(&view).await?, &view.uri, &mut said).await?;
            }
            if let Some(key) = &post.key {
                keys.insert(key.clone(), view.uri.clone());
            }
            views.push((post, view));
        }
        for (post, view) in &views {
            if let Some(text) = post.edit.as_ref().filter(|_| view.edited.is_none()) {
                let edit = EditPost {
                    post: view.id,
                    text: self.placed(text),
                    warning: view.warning.clone(),
                    lang: Some(view.lang.clone()),
                    pictures: None,
                };
                let changed = self.app.posts().edit(&self.caller, edit).await;
                changed.map_err(|error| plain(error, "change a post"))?;
            }
        }
        for (_, view) in views.iter().filter(|(post, view)| post.delete && !view.deleted) {
            let deleted = self.app.posts().delete(&self.caller, view.id).await;
            deleted.map_err(|error| plain(error, "delete a post"))?;
        }
        Ok(keys)
    }

    /// Answers posts of the neighbour, as soon as they have arrived here.
    pub(crate) async fn answers(&self, neighbours: &Keys) -> anyhow::Result<()> {
        let mut said = Said::new();
        let suffix = format!("@{}", self.neighbour.0.name.to_lowercase());
        for answer in &self.community.answers {
            let key = answer.reply_to.as_deref().and_then(|to| to.strip_suffix(&suffix));
            let parent = key.and_then(|key| neighbours.get(key));
            let parent = parent.with_context(|| format!("no post {:?}", answer.reply_to))?;
            if self.has_arrived(parent).await? {
                self.add_answers_to(&self.caller, parent, &mut said).await?;
                self.say_once(answer, Some(parent.clone()), &said).await?;
            } else {
                tracing::warn!(parent, "a post did not arrive in time; its answer is left out");
            }
        }
        Ok(())
    }

    async fn has_arrived(&self, uri: &str) -> anyhow::Result<bool> {
        let by = PostRef::Uri(uri.to_owned());
        let deadline = Instant::now() + ARRIVE_WITHIN;
        loop {
            match self.app.posts().find(&self.caller, &by).await {
                Ok(_) => return Ok(true),
                Err(Error::NotFound(_)) if Instant::now() > deadline => return Ok(false),
                Err(Error::NotFound(_)) => tokio::time::sleep(LOOK_EVERY).await,
                Err(other) => return Err(plain(other, "look for a post")),
            }
        }
    }

    async fn say_once(
        &self,
        post: &Post,
        parent: Option<String>,
        said: &Said,
    ) -> anyhow::Result<PostView> {
        let at = post.at(self.start)?;
        match said.get(&(post.author.clone(), at)) {
            Some(view) => Ok(view.clone()),
            None => self.say(post, at, parent).await,
        }
    }

    async fn say(
        &self,
        post: &Post,
        at: Moment,
        in_reply_to: Option<String>,
    ) -> anyhow::Result<PostView> {
        let new = NewPost {
            author: post.author.clone(),
            text: self.placed(&post.text),
            lang: post.lang.as_deref().and_then(Lang::parse),
            audience: post
                .audience
                .as_deref()
                .and_then(Audience::from_word)
                .unwrap_or(Audience::Public),
            warning: post.warning.clone(),
            title: post.title.clone(),
            group: post.group.clone(),
            in_reply_to,
            policies: Policies::default(),
            poll: None,
            pictures: self.pictures(post).await?,
            at: Some(at),
        };
        let said = self.app.posts().publish(&self.caller, new).await;
        said.map_err(|error| plain(error, &format!("let {} say something", post.author)))
    }

    async fn pictures(&self, post: &Post) -> anyhow::Result<Vec<NewPicture>> {
        let Some(description) = post.picture.clone() else { return Ok(Vec::new()) };
        Ok(vec![self.taken_in(PAINTING, description).await?])
    }

    /// A text with the hosts of this demo in place of `{alderbrook}` and `{larkmoor}`.
    fn placed(&self, text: &str) -> String {
        let (neighbour, neighbours_host) = &self.neighbour;
        let mark = |name: &str| format!("{{{}}}", name.to_lowercase());
        text.trim()
            .replace(&mark(&self.community.name), &self.host)
            .replace(&mark(&neighbour.name), neighbours_host)
    }

    /// Who reads what answers a post: where only members of a group do, whoever wrote it is one.
    async fn reader_of(&self, view: &PostView) -> anyhow::Result<Caller> {
        if view.audience == Audience::Group {
            self.as_person(&view.author.handle).await
        } else {
            Ok(self.caller.clone())
        }
    }

    async fn as_person(&self, handle: &str) -> anyhow::Result<Caller> {
        let person = self.app.accounts().seen_as(&self.caller, handle).await;
        person.map_err(|error| plain(error, &format!("see what {handle} sees")))
    }

    /// What was said in groups that stay here, but for answers.
    async fn add_said_inside(&self, said: &mut Said) -> anyhow::Result<()> {
        for group in self.community.groups.iter().filter(|group| group.kind.stays_here()) {
            let Some(moderator) = group.moderators.first() else { continue };
            let reader = self.as_person(moderator).await?;
            let page = Page::first(PAGE);
            let groups = self.app.groups();
            let posts = groups.conversations(&reader, &group.handle, page).await;
            let posts = posts.map_err(|error| plain(error, &format!("read {}", group.handle)))?;
            said.extend(posts.posts.into_iter().map(moment_of));
        }
        Ok(())
    }

    /// Everything that authors of this community have said already, but for answers.
    async fn said(&self) -> anyhow::Result<Said> {
        let mut said = Said::new();
        self.add_said_inside(&mut said).await?;
        let firsts = self.community.posts.iter().filter(|post| post.reply_to.is_none());
        let mut authors: Vec<&str> = firsts.map(|post| post.author.as_str()).collect();
        authors.sort_unstable();
        authors.dedup();
        for handle in authors {
            let address = Address { name: handle.to_owned(), host: self.host.clone() };
            let found = self.app.actors().find(&self.caller, &address).await;
            let Some(actor) = found.map_err(|error| plain(error, &format!("find {handle}")))?
            else {
                continue;
            };
            let mut cursor: Option<String> = None;
            loop {
                let page = Page::after(cursor.as_deref(), PAGE);
                let posts = self.app.timelines().profile(&self.caller, actor.id, page).await;
                let posts = posts.map_err(|error| plain(error, &format!("read {handle}")))?;
                said.extend(posts.posts.into_iter().map(moment_of));
                cursor = posts.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(said)
    }

    /// Adds what was answered to the post `uri` by people of this community.
    async fn add_answers_to(
        &self,
        reader: &Caller,
        uri: &str,
        said: &mut Said,
    ) -> anyhow::Result<()> {
        let by = PostRef::Uri(uri.to_owned());
        let mut cursor: Option<String> = None;
        loop {
            let page = Page::after(cursor.as_deref(), PAGE);
            let thread = self.app.posts().thread(reader, &by, page).await;
            let thread = thread.map_err(|error| plain(error, "read a thread"))?;
            let ours = thread.replies.into_iter().filter(|reply| reply.author.is_local);
            said.extend(ours.map(moment_of));
            cursor = thread.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

fn moment_of(view: PostView) -> ((String, Moment), PostView) {
    ((view.author.handle.clone(), view.published), view)
}
