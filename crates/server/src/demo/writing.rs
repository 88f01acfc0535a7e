//! Says what was said: posts with their past moments, then the changes, then the deletions.

use std::collections::HashMap;

use anyhow::Context;
use carefolk_app::posts::{EditPost, NewPost, PostView};
use carefolk_app::Page;
use carefolk_domain::{Address, Audience, Lang, Moment};

use super::data::Post;
use super::seed::Seeder;
use crate::words::plain;

/// Posts in one page of a profile.
const PAGE: u32 = 100;

/// What an author has said already, by its moment.
type Said = HashMap<(String, Moment), PostView>;

impl Seeder<'_> {
    /// Says what was not said yet, changes what was changed and deletes what was deleted.
    pub(crate) async fn posts(&self) -> anyhow::Result<()> {
        let said = self.said().await?;
        let mut by_key: HashMap<&str, String> = HashMap::new();
        let mut views = Vec::with_capacity(self.community.posts.len());
        for post in &self.community.posts {
            let at = post.at(self.start)?;
            let view = match said.get(&(post.author.clone(), at)) {
                Some(view) => view.clone(),
                None => self.say(post, at, &by_key).await?,
            };
            if let Some(key) = &post.key {
                by_key.insert(key, view.uri.clone());
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
                };
                let changed = self.app.posts().edit(&self.caller, edit).await;
                changed.map_err(|error| plain(error, "change a post"))?;
            }
        }
        for (_, view) in views.iter().filter(|(post, _)| post.delete) {
            let deleted = self.app.posts().delete(&self.caller, view.id).await;
            deleted.map_err(|error| plain(error, "delete a post"))?;
        }
        Ok(())
    }

    async fn say(
        &self,
        post: &Post,
        at: Moment,
        by_key: &HashMap<&str, String>,
    ) -> anyhow::Result<PostView> {
        let in_reply_to = match &post.reply_to {
            Some(key) => {
                Some(by_key.get(key.as_str()).with_context(|| format!("no post {key}"))?.clone())
            }
            None => None,
        };
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
            in_reply_to,
            at: Some(at),
        };
        let said = self.app.posts().publish(&self.caller, new).await;
        said.map_err(|error| plain(error, &format!("let {} say something", post.author)))
    }

    /// A text with the hosts of this demo in place of `{alderbrook}` and `{larkmoor}`.
    fn placed(&self, text: &str) -> String {
        let (neighbour, neighbours_host) = &self.neighbour;
        let mark = |name: &str| format!("{{{}}}", name.to_lowercase());
        text.trim()
            .replace(&mark(&self.community.name), &self.host)
            .replace(&mark(&neighbour.name), neighbours_host)
    }

    /// Everything that authors of this community have said already.
    async fn said(&self) -> anyhow::Result<Said> {
        let mut said = Said::new();
        let mut authors: Vec<&str> =
            self.community.posts.iter().map(|post| post.author.as_str()).collect();
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
                for post in posts.posts {
                    said.insert((handle.to_owned(), post.published), post);
                }
                cursor = posts.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(said)
    }
}
