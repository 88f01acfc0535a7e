//! Groups as commands print them.

use carefolk_app::actors::ActorView;
use carefolk_app::groups::GroupView;
use carefolk_app::posts::PostView;
use serde::Serialize;

use super::super::desk::{Desk, when};
use crate::output::table;

/// A group, for scripts.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    pub(super) handle: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'static str,
    pub(super) posting: &'static str,
    pub(super) members: Option<u64>,
    pub(super) lang: &'a str,
    pub(super) area: Option<&'a str>,
    /// What people elsewhere follow; nothing while there is no public address.
    pub(super) address: Option<String>,
    pub(super) uri: Option<&'a str>,
    pub(super) url: String,
}

impl<'a> Shown<'a> {
    pub(super) fn of(desk: &Desk, view: &'a GroupView) -> Self {
        Self {
            handle: &view.name.handle,
            name: &view.name.name,
            kind: view.kind.word(),
            posting: view.posting.word(),
            members: view.members,
            lang: view.lang.as_str(),
            area: view.area.as_deref(),
            address: desk
                .app
                .settings()
                .base_url
                .as_ref()
                .and(view.actor.as_ref())
                .map(ActorView::address),
            uri: view.actor.as_ref().map(|actor| actor.uri.as_str()),
            url: match &view.actor {
                Some(actor) => desk.address(&actor.url, &actor.page),
                None => desk.address(&desk.here(&view.name.page), &view.name.page),
            },
        }
    }

    pub(super) fn row(&self) -> Vec<String> {
        vec![
            self.handle.to_owned(),
            self.name.to_owned(),
            self.kind.to_owned(),
            self.posting.to_owned(),
            self.members.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            self.address.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    }
}

/// A conversation, for scripts.
#[derive(Serialize)]
pub(super) struct Conversation {
    pub(super) url: String,
    pub(super) author: String,
    pub(super) title: Option<String>,
    pub(super) published: String,
    pub(super) replies: u64,
}

impl Conversation {
    pub(super) fn of(desk: &Desk, post: &PostView) -> Self {
        Self {
            url: desk.address(&post.url, &post.page),
            author: post.author.name_and_origin(),
            title: post.title.clone(),
            published: when(post.published),
            replies: post.replies,
        }
    }
}

/// A group with what is in it, for scripts.
#[derive(Serialize)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    pub(super) group: Shown<'a>,
    pub(super) about: String,
    pub(super) rules: &'a [String],
    pub(super) moderators: Vec<&'a str>,
    pub(super) conversations: Vec<Conversation>,
}

impl Whole<'_> {
    pub(super) fn lines(&self) -> String {
        let mut lines = vec![
            match self.group.members {
                Some(count) => {
                    format!("{} ({}, {count} members)", self.group.name, self.group.kind)
                }
                None => format!("{} ({})", self.group.name, self.group.kind),
            },
            self.group.url.clone(),
            String::new(),
            self.about.clone(),
            String::new(),
            format!("Moderators: {}", self.moderators.join(", ")),
        ];
        lines.extend(self.rules.iter().map(|rule| format!("- {rule}")));
        lines.push(String::new());
        let heads = ["PUBLISHED", "BY", "TITLE", "REPLIES", "ADDRESS"];
        let row = |it: &Conversation| {
            let title = it.title.clone().unwrap_or_else(|| "-".to_owned());
            let replies = it.replies.to_string();
            vec![it.published.clone(), it.author.clone(), title, replies, it.url.clone()]
        };
        let rows: Vec<Vec<String>> = self.conversations.iter().map(row).collect();
        lines.push(table(&heads, &rows, "Nothing was said in it yet."));
        lines.join("\n")
    }
}
