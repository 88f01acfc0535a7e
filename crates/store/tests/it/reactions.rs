//! Likes and boosts.

use carefolk_domain::{ActorId, PostId, ReactionId, ReactionKind, UriHash};
use carefolk_store::dialect::reactions_among;
use carefolk_store::entity::reaction;

use crate::counters::note;
use crate::database::fresh;
use crate::given::{self, NOW, in_tx, stored};

fn reaction(number: i64, actor: i64, post: i64, kind: ReactionKind) -> reaction::Model {
    let uri = format!("https://one.example/acts/{number}");
    reaction::Model {
        id: ReactionId(number),
        actor_id: ActorId(actor),
        post_id: PostId(post),
        kind,
        activity_hash: UriHash::of(&uri),
        activity_uri: uri,
        created_at: NOW,
    }
}

#[tokio::test]
async fn a_reaction_is_found_by_whose_it_is_of_what_and_which() {
    use ReactionKind::{Boost, Like};
    let db = fresh("reactions_among").await;
    for actor in [1, 2] {
        stored(&db, given::remote_actor(actor, "one.example")).await;
    }
    for post in [5, 6] {
        stored(&db, note(post)).await;
    }
    for row in [reaction(1, 1, 5, Like), reaction(2, 2, 6, Boost), reaction(3, 2, 5, Like)] {
        stored(&db, row).await;
    }
    let mut asked: Vec<_> = (10..300).map(|at| (ActorId(at), PostId(5), Like)).collect();
    let key = |actor, post, kind| (ActorId(actor), PostId(post), kind);
    // Each of these has two parts of three of one that there is, or all of them.
    asked.extend([key(1, 6, Like), key(1, 5, Boost), key(2, 6, Boost), key(2, 5, Like)]);
    let mut found = in_tx(&db, async |tx| reactions_among(tx, &asked).await.unwrap()).await;
    found.sort_unstable_by_key(|(_, post, _)| *post);
    assert_eq!(found, [key(2, 5, Like), key(2, 6, Boost)]);
    let none = in_tx(&db, async |tx| reactions_among(tx, &[]).await.unwrap()).await;
    assert_eq!(none, []);
}
