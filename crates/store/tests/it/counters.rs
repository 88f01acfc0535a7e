//! Counts in rows.

use std::collections::BTreeMap;

use carefolk_domain::{ActorId, Audience, PostId, PostState, ReactionKind, UriHash};
use carefolk_store::dialect::{
    ActorCounts, bump_actor_counts, bump_note_counts, bump_reaction_counts, bump_reply_count,
    bump_reply_counts, insert_all,
};
use carefolk_store::entity::{actor, post};
use sea_orm::{EntityTrait, QueryOrder};

use crate::database::fresh;
use crate::given::{self, NOW, in_tx, stored};

#[tokio::test]
async fn the_counts_of_an_actor_go_up_and_down_but_not_below_nothing() {
    let db = fresh("counter_actor").await;
    stored(&db, given::remote_actor(1, "one.example")).await;
    let bump = async |notes, followers, following| {
        let by = ActorCounts { notes, followers, following };
        in_tx(&db, async |tx| bump_actor_counts(tx, ActorId(1), by).await.unwrap()).await;
    };
    bump(3, 2, 1).await;
    bump(-1, -5, 0).await;

    let row = actor::Entity::find_by_id(ActorId(1)).one(db.read()).await.unwrap().unwrap();
    assert_eq!((row.note_count, row.follower_count, row.following_count), (2, 0, 1));
}

#[tokio::test]
async fn the_replies_of_a_post_are_counted() {
    let db = fresh("counter_replies").await;
    stored(&db, given::remote_actor(1, "one.example")).await;
    stored(&db, note(7)).await;
    for by in [1, 1, -1, -4, 1] {
        in_tx(&db, async |tx| bump_reply_count(tx, PostId(7), by).await.unwrap()).await;
    }
    let row = post::Entity::find_by_id(PostId(7)).one(db.read()).await.unwrap().unwrap();
    assert_eq!(row, post::Model { reply_count: 1, ..note(7) });
}

#[tokio::test]
async fn many_are_counted_at_once_each_by_its_number_and_none_below_nothing() {
    let db = fresh("counter_many").await;
    let actors: Vec<_> = (1..=6).map(|id| given::remote_actor(id, "one.example")).collect();
    in_tx(&db, async |tx| insert_all::<actor::ActiveModel>(tx, actors).await.unwrap()).await;
    let posts: Vec<_> = (1..=300).map(note).collect();
    in_tx(&db, async |tx| insert_all::<post::ActiveModel>(tx, posts).await.unwrap()).await;
    let notes: BTreeMap<ActorId, i64> = (1..=6).map(|id| (ActorId(id), id - 3)).collect();
    let replies: BTreeMap<PostId, i64> = (1..=300).map(|id| (PostId(id), id)).collect();
    in_tx(&db, async |tx| {
        bump_note_counts(tx, &notes).await.unwrap();
        bump_reply_counts(tx, &replies).await.unwrap();
        bump_reply_counts(tx, &BTreeMap::new()).await.unwrap();
    })
    .await;
    let actors = actor::Entity::find().all(db.read()).await.unwrap();
    let mut counted: Vec<_> = actors.iter().map(|row| (row.id.0, row.note_count)).collect();
    counted.sort_unstable();
    assert_eq!(counted, [(1, 0), (2, 0), (3, 0), (4, 1), (5, 2), (6, 3)]);
    let posts = post::Entity::find().all(db.read()).await.unwrap();
    assert_eq!(posts.len(), 300);
    assert!(posts.iter().all(|row| row.reply_count == row.id.0));
}

#[tokio::test]
async fn likes_and_boosts_are_counted_apart_for_many_posts_at_once() {
    let db = fresh("counter_reactions").await;
    stored(&db, given::remote_actor(1, "one.example")).await;
    for id in 1..=3 {
        stored(&db, note(id)).await;
    }
    let by = |counts: [i64; 3]| (1..).map(PostId).zip(counts).collect::<BTreeMap<PostId, i64>>();
    in_tx(&db, async |tx| {
        bump_reaction_counts(tx, ReactionKind::Like, &by([1, 2, 3])).await.unwrap();
        bump_reaction_counts(tx, ReactionKind::Boost, &by([5, 0, 1])).await.unwrap();
        bump_reaction_counts(tx, ReactionKind::Like, &by([-4, 0, -1])).await.unwrap();
    })
    .await;
    let rows = post::Entity::find().order_by_asc(post::Column::Id).all(db.read()).await.unwrap();
    let counted: Vec<_> = rows.iter().map(|row| (row.like_count, row.boost_count)).collect();
    assert_eq!(counted, [(0, 5), (2, 0), (2, 1)]);
}

pub(crate) fn note(id: i64) -> post::Model {
    let uri = format!("https://one.example/notes/{id}");
    post::Model {
        id: PostId(id),
        actor_id: ActorId(1),
        uri_hash: UriHash::of(&uri),
        slug: None,
        url: uri.clone(),
        kind: "note".to_owned(),
        audience: Audience::Public,
        group_id: None,
        state: PostState::Published,
        state_reason: None,
        state_by: None,
        locked_at: None,
        in_reply_to_uri: None,
        in_reply_to_id: None,
        in_reply_to_hash: None,
        root_id: Some(PostId(id)),
        context_uri: None,
        sensitive: false,
        publish_at: None,
        published: Some(NOW),
        edited_at: None,
        created_at: NOW,
        reply_count: 0,
        like_count: 0,
        boost_count: 0,
        reply_policy: carefolk_domain::Reach::Anyone,
        quote_policy: carefolk_domain::Reach::Anyone,
        starts_at: None,
        ends_at: None,
        place: None,
        fetched_at: Some(NOW),
        asked_at: None,
        uri,
    }
}
