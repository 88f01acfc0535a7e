//! What of a batch is written together, and in which order, so that what comes of each is the same as one by one.

use std::collections::HashSet;

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
    /// Posts that one of them speaks of.
    posts: HashSet<String>,
    /// Servers that they come from.
    hosts: HashSet<String>,
}

/// Takes out the new posts, and the likes and boosts, if there are several.
///
/// A post of which something was said before keeps its place: what is said of a post later finds it, and
/// who is followed or leaves is followed or leaves afterwards. A like or boost keeps its place if something that
/// keeps its own place before it speaks of the same post, or comes from the same server: that may have taken it
/// back, or asked to follow.
pub(super) fn take_apart(planned: Vec<Planned>) -> Parts {
    let is_new = |(_, plan): &&Planned| matches!(plan, Ok(Plan::Create { .. }));
    let is_reaction = |(_, plan): &&Planned| matches!(plan, Ok(Plan::React(_)));
    let several_posts = planned.iter().filter(is_new).count() > 1;
    let several_reactions = planned.iter().filter(is_reaction).count() > 1;
    let (mut parts, mut before) = (Parts::default(), Before::default());
    for (row, plan) in planned {
        let post = plan.as_ref().ok().and_then(Plan::post).map(str::to_owned);
        match plan {
            Ok(Plan::Create { actor, note, words })
                if several_posts && !before.spoken_of.contains(&note.id) =>
            {
                parts.posts.push((row, apply::said(actor, note, words)));
                continue;
            }
            Ok(Plan::React(reacting)) if several_reactions && before.is_apart(&row, &reacting) => {
                parts.reactions.push((row, reacting));
            }
            other => {
                before.posts.extend(post.clone());
                before.hosts.insert(row.host.clone());
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
        !self.hosts.contains(&row.host) && !self.posts.contains(&reacting.object)
    }
}
