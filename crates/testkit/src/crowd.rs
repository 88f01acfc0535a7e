//! Many who follow somebody, as rows: to have them ask for it one by one takes minutes.

use carefolk_domain::{ActorId, ActorKind, ActorState, FollowId, Html, UriHash};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow};
use carefolk_store::{Db, OpenOptions};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// How many rows go into one statement.
const CHUNK: usize = 500;

/// Lets an actor for each of `inboxes` follow `handle`, who lives here. Each inbox's host is its
/// own server.
///
/// # Panics
///
/// If there is nobody called `handle`.
pub async fn crowd(url: &str, handle: &str, inboxes: &[String]) {
    let db = Db::open(url, OpenOptions::default()).await.unwrap();
    let tx = db.begin().await.unwrap();
    let followee = actor::Entity::find()
        .filter(actor::Column::HandleFolded.eq(handle))
        .filter(actor::Column::DomainId.is_not_null())
        .one(tx.conn())
        .await
        .unwrap()
        .unwrap();
    let actors: Vec<actor::Model> = (1..).zip(inboxes).map(|(id, inbox)| one(id, inbox)).collect();
    for chunk in actors.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        actor::Entity::insert_many(rows).exec(tx.conn()).await.unwrap();
        let follows = chunk.iter().map(|row| follows(row, followee.id).into_active_model());
        follow::Entity::insert_many(follows).exec(tx.conn()).await.unwrap();
    }
    let count = i64::try_from(inboxes.len()).unwrap();
    actor::Entity::update_many()
        .col_expr(actor::Column::FollowerCount, Expr::value(count))
        .filter(actor::Column::Id.eq(followee.id))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    db.close().await.unwrap();
}

fn one(id: i64, inbox: &str) -> actor::Model {
    let host = inbox.split('/').nth(2).unwrap().to_owned();
    let uri = format!("http://{host}/users/{id}");
    actor::Model {
        portrait_key: None,
        portrait_focus: None,
        icon_url: None,
        id: ActorId(id),
        domain_id: None,
        kind: ActorKind::Person,
        state: ActorState::Active,
        uri_hash: UriHash::of(&uri),
        handle: format!("follower{id}"),
        handle_folded: format!("follower{id}"),
        host,
        name: String::new(),
        summary_source: None,
        summary_html: Html::default(),
        url: uri.clone(),
        inbox: inbox.to_owned(),
        shared_inbox: None,
        outbox: None,
        followers_uri: None,
        following_uri: None,
        featured_uri: None,
        manually_approves: false,
        discoverable: true,
        indexable: true,
        moved_to: None,
        also_known_as: None,
        moved_at: None,
        published: None,
        created_at: crate::BEGINNING,
        updated_at: crate::BEGINNING,
        fetched_at: None,
        note_count: 0,
        follower_count: 0,
        following_count: 1,
        uri,
    }
}

fn follows(follower: &actor::Model, followee: ActorId) -> follow::Model {
    let activity_uri = format!("{}/follow", follower.uri);
    follow::Model {
        id: FollowId(follower.id.0),
        follower_id: follower.id,
        followee_id: followee,
        state: FollowState::Accepted,
        activity_hash: UriHash::of(&activity_uri),
        activity_uri,
        created_at: crate::BEGINNING,
        answered_at: Some(crate::BEGINNING),
    }
}
