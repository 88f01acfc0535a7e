//! Rows that tests begin with. Whatever a test is about, it sets itself.

use carefolk_domain::{
    ActorId, ActorKind, ActorState, DeliveryId, DomainId, FollowId, Health, Html, InboundId, JobId,
    Moment, OutboxId, PeerId, Standing, UriHash,
};
use carefolk_store::dialect::NewDelivery;
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::inbound_activity::InboundState;
use carefolk_store::entity::job::JobState;
use carefolk_store::entity::{actor, domain, follow, inbound_activity, job, peer};
use carefolk_store::{Db, WriteTx};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};

/// When tests happen: some day in 2026.
pub(crate) const NOW: Moment = Moment(1_795_000_000_000);

/// Stores `row` in a transaction of its own.
pub(crate) async fn stored<M, A>(db: &Db, row: M) -> M
where
    M: ModelTrait + IntoActiveModel<A> + Clone + Sync,
    A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
    M::Entity: EntityTrait<Model = M>,
{
    let tx = db.begin().await.unwrap();
    let row = row.into_active_model().insert(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    row
}

/// Runs one dialect function in a transaction of its own.
pub(crate) async fn in_tx<R>(db: &Db, work: impl AsyncFnOnce(&WriteTx) -> R) -> R {
    let tx = db.begin().await.unwrap();
    let result = work(&tx).await;
    tx.commit().await.unwrap();
    result
}

pub(crate) fn domain() -> domain::Model {
    domain::Model {
        id: DomainId(1),
        base_url: "https://care.example".to_owned(),
        handle_host: "care.example".to_owned(),
        created_at: NOW,
    }
}

/// Actor number `id` of another server.
pub(crate) fn remote_actor(id: i64, host: &str) -> actor::Model {
    let uri = format!("https://{host}/users/{id}");
    actor::Model {
        portrait_key: None,
        portrait_focus: None,
        icon_url: None,
        id: ActorId(id),
        domain_id: None,
        kind: ActorKind::Person,
        state: ActorState::Active,
        uri_hash: UriHash::of(&uri),
        handle: format!("actor{id}"),
        handle_folded: format!("actor{id}"),
        host: host.to_owned(),
        name: String::new(),
        summary_source: None,
        summary_html: Html::default(),
        url: uri.clone(),
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(format!("https://{host}/inbox")),
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
        created_at: NOW,
        updated_at: NOW,
        fetched_at: None,
        note_count: 0,
        follower_count: 0,
        following_count: 0,
        uri,
    }
}

/// Actor number `id` of the domain above.
pub(crate) fn local_actor(id: i64) -> actor::Model {
    actor::Model { domain_id: Some(DomainId(1)), ..remote_actor(id, "care.example") }
}

pub(crate) fn follow(id: i64, from: ActorId, to: ActorId) -> follow::Model {
    let activity_uri = format!("https://any.example/follows/{id}");
    follow::Model {
        id: FollowId(id),
        follower_id: from,
        followee_id: to,
        state: FollowState::Accepted,
        activity_hash: UriHash::of(&activity_uri),
        activity_uri,
        created_at: NOW,
        answered_at: Some(NOW),
    }
}

pub(crate) fn peer(id: i64, host: &str) -> peer::Model {
    peer::Model {
        id: PeerId(id),
        host: host.to_owned(),
        standing: Standing::Unknown,
        effective: Standing::Unknown,
        reason: None,
        note: None,
        health: Health::Ok,
        software: None,
        software_version: None,
        backoff_until: None,
        failures: 0,
        failing_since: None,
        last_ok_at: None,
        last_heard_at: None,
        last_error: None,
        signature_profile: None,
        created_at: NOW,
        updated_at: NOW,
        asked_until: None,
    }
}

/// Delivery number `id` to the server `peer`, alone in its order, and due.
pub(crate) fn delivery(id: i64, peer: i64) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(id),
        activity_id: OutboxId(1),
        peer_id: PeerId(peer),
        inbox_url: format!("https://peer{peer}.example/inbox"),
        order_key: id,
        run_at: NOW,
        created_at: NOW,
    }
}

pub(crate) fn inbound(id: i64, uri: &str) -> inbound_activity::Model {
    inbound_activity::Model {
        id: InboundId(id),
        uri: uri.to_owned(),
        uri_hash: UriHash::of(uri),
        actor_uri: "https://far.example/users/1".to_owned(),
        host: "far.example".to_owned(),
        kind: "Create".to_owned(),
        body: "{}".to_owned(),
        synchronization: None,
        received_at: NOW,
        state: InboundState::Waiting,
        attempts: 0,
        waits: 0,
        run_at: NOW,
        locked_until: None,
        outcome: None,
        error: None,
    }
}

pub(crate) fn job(id: i64, unique_key: Option<&str>) -> job::Model {
    job::Model {
        id: JobId(id),
        name: "posts.count".to_owned(),
        payload: "{}".to_owned(),
        unique_key: unique_key.map(str::to_owned),
        state: JobState::Waiting,
        attempts: 0,
        run_at: NOW,
        locked_until: None,
        last_error: None,
        created_at: NOW,
    }
}
