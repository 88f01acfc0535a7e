//! What other servers are told of reactions (docs/federation/like.md, announce.md).

use carefolk_domain::{Audience, ReactionKind};
use carefolk_store::entity::{actor, post, reaction};
use carefolk_wire::PUBLIC;
use carefolk_wire::write::Activity;

use crate::outbox::{Saying, order_between};

/// A reaction with both ends.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub row: &'a reaction::Model,
    pub actor: &'a actor::Model,
    pub post: &'a post::Model,
    pub author: &'a actor::Model,
    /// The group elsewhere that the post is in: there, to like something is to vote for it.
    pub group: Option<&'a actor::Model>,
}

impl Whole<'_> {
    fn saying(self, kind: &'static str, slug: String, activity: &Activity) -> Saying {
        Saying {
            actor: self.actor.id,
            uri: activity.id.clone(),
            slug,
            kind,
            post: None,
            // Reaction and undoing of one post by one actor stay in order (P5).
            order_key: order_between(self.actor.id.0, self.post.id.0),
            audience: match self.row.kind {
                ReactionKind::Like => Audience::Direct,
                ReactionKind::Boost => self.post.audience,
            },
            body: activity.to_json(),
        }
    }

    /// `Like` for the author and the group elsewhere, or `Announce` for everybody.
    pub(super) fn activity(self) -> Activity {
        let (id, object) = (self.row.activity_uri.clone(), self.post.uri.clone());
        let (actor, author) = (self.actor.uri.clone(), self.author.uri.clone());
        match self.row.kind {
            ReactionKind::Like => {
                let like = Activity::like(id, actor, object, author);
                match self.group.map(|group| group.uri.clone()) {
                    Some(group) => {
                        let to = like.to.clone();
                        let audience = Some(group.clone());
                        Activity { audience, ..like }.addressed(to, vec![group])
                    }
                    None => like,
                }
            }
            ReactionKind::Boost => {
                let followers = self.actor.followers_uri.clone().unwrap_or_default();
                let (to, cc) = match self.post.audience {
                    Audience::Public => (PUBLIC.to_owned(), followers),
                    _ => (followers, PUBLIC.to_owned()),
                };
                let at = self.row.created_at.0;
                Activity::announce(id, actor, object, at).addressed(vec![to], vec![cc, author])
            }
        }
    }

    /// The reaction itself.
    pub(super) fn said(self, slug: String) -> Saying {
        let kind = match self.row.kind {
            ReactionKind::Like => "Like",
            ReactionKind::Boost => "Announce",
        };
        self.saying(kind, slug, &self.activity())
    }

    /// `Undo`, with the whole of it inside.
    pub(super) fn undone(self, uri: String, slug: String) -> Saying {
        self.saying("Undo", slug, &Activity::undo_activity(uri, self.activity()))
    }
}
