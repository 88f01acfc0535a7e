//! What of a batch is written together, and in which order, so that what comes of each is the same as one by one.

use std::collections::HashSet;

use carefolk_domain::{ReactionKind, uri};
use carefolk_store::entity::inbound_activity;

use super::apply;
use super::plan::Planned;
use super::todo::Plan;
use crate::posts::arrive::Arriving;
use crate::reactions::receive::Reacting;

/// A batch, taken apart.
#[derive(Default)]
pub(super) struct Parts {
    /// New posts, which are written first.
    pub(super) posts: Vec<(inbound_activity::Model, Arriving)>,
    /// Likes and boosts of posts, which are next.
    pub(super) reactions: Vec<(inbound_activity::Model, Reacting)>,
    /// The rest, each with its turn, in their order.
    pub(super) others: Vec<Planned>,
}

/// What those that keep their place are about.
#[derive(Default)]
struct Before {
    /// Posts of which anything was said, in whatever part.
    spoken_of: HashSet<String>,
    /// Posts that something else than a like or boost speaks of.
    posts: HashSet<String>,
    /// Servers that something else than these comes from.
    hosts: HashSet<String>,
    /// Servers that say who follows whom: where only members of a group begin conversations, what they say next
    /// depends on it.
    joined: HashSet<String>,
    /// Posts that are boosted in their place.
    boosted: HashSet<String>,
    /// Whether something is taken back, which may be a boost of any post.
    taken_back: bool,
}

/// Takes out the new posts, and the likes and boosts, if there are several.
///
/// A post of which something was said before keeps its place, and one from a server that said before who follows
/// whom: what is said of a post later finds it, and who is followed or leaves is followed or leaves afterwards. A like or boost keeps its place if something that
/// keeps its own place before it
///
/// - speaks of the same post,
/// - comes from the same server, which may have taken it back, or asked to follow,
/// - comes from the server of the post, which may have ended that somebody here follows its author,
/// - or, for a boost, is one of the same post, or takes something back: of two the first stands with a post.
pub(super) fn take_apart(planned: Vec<Planned>) -> Parts {
    let is_many = |(_, plan): &&Planned| matches!(plan, Ok(Plan::Create { .. } | Plan::React(_)));
    if planned.iter().filter(is_many).count() < 2 {
        return Parts { others: planned, ..Parts::default() };
    }
    let (mut parts, mut before) = (Parts::default(), Before::default());
    for (row, plan) in planned {
        let post = plan.as_ref().ok().and_then(Plan::post).map(str::to_owned);
        match plan {
            Ok(Plan::Create { actor, note, words })
                if !before.spoken_of.contains(&note.id) && !before.joined.contains(&row.host) =>
            {
                let arriving = apply::said(&row, actor, note, words);
                parts.posts.push((row, arriving));
                continue;
            }
            Ok(Plan::React(reacting)) if before.is_apart(&row, &reacting) => {
                parts.reactions.push((row, reacting));
            }
            other => {
                before.note(&row, other.as_ref().ok());
                parts.others.push((row, other));
            }
        }
        before.spoken_of.extend(post);
    }
    parts
}

impl Before {
    /// Whether nothing of this changes what comes of `reacting`.
    fn is_apart(&self, row: &inbound_activity::Model, reacting: &Reacting) -> bool {
        let Reacting { object, kind, .. } = reacting;
        let from_there = uri::host(object).is_some_and(|host| self.hosts.contains(&host));
        let is_first =
            *kind == ReactionKind::Like || (!self.taken_back && !self.boosted.contains(object));
        is_first && !from_there && !self.hosts.contains(&row.host) && !self.posts.contains(object)
    }

    /// Notes what keeps its place. A like that does so holds up little: otherwise one that does would make
    /// the next keep theirs, and these the next.
    fn note(&mut self, row: &inbound_activity::Model, plan: Option<&Plan>) {
        if let Some(Plan::React(reacting)) = plan {
            if reacting.kind == ReactionKind::Boost {
                self.boosted.insert(reacting.object.clone());
            }
            return;
        }
        self.taken_back |= matches!(plan, Some(Plan::Undo { .. }));
        self.posts.extend(plan.and_then(Plan::post).map(str::to_owned));
        if matches!(plan, Some(Plan::Follow { .. } | Plan::Undo { .. })) {
            self.joined.insert(row.host.clone());
        }
        self.hosts.insert(row.host.clone());
    }
}
