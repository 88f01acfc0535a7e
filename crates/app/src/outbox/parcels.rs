//! What a try at a delivery needs: the bytes, the keys, and what is known of the host.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use carefolk_domain::{ActorId, Audience, Health, KeyId, Moment, OutboxId, PeerId, Span};
use carefolk_store::dialect::padded;
use carefolk_store::entity::delivery;
use carefolk_store::entity::{outbox_activity, peer};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::Outbox;
use crate::actors::{proof_key, signing_key, synchronization};
use crate::kernel::error::{Error, chain};
use crate::kernel::ports::{Parcel, ProofKey, SigningKey};

/// How exactly it is known when a host last took something: more is not worth a write.
const WELL_EXACTLY: Span = Span::minutes(1);

/// A delivery with what its try needs.
pub(super) struct Try {
    pub(super) row: delivery::Model,
    /// What is sent, or why it cannot be.
    pub(super) parcel: Result<Parcel, String>,
    pub(super) host: KnownHost,
}

/// What is known of a host when a delivery to it is claimed.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownHost {
    /// How often it failed in a row.
    pub(super) failures: i32,
    /// Since when it fails.
    pub(super) failing_since: Option<Moment>,
    /// When it last took something, to within [`WELL_EXACTLY`].
    pub(super) took: Option<Moment>,
    /// Whether it took something else while this delivery was on its way.
    pub(super) took_meanwhile: bool,
    /// How it signs, if nothing else needs to be noted when it takes this delivery, too.
    pub(super) well_with: Option<String>,
}

/// How often a delivery was tried, with the try at hand.
pub(super) fn tries_of(row: &delivery::Model) -> u32 {
    u32::try_from(row.attempts).unwrap_or(1)
}

impl KnownHost {
    fn of(peer: &peer::Model, now: Moment) -> Self {
        let well = peer.failures == 0
            && peer.health == Health::Ok
            && peer.backoff_until.is_none()
            && peer.last_ok_at.is_some_and(|at| now - at < WELL_EXACTLY);
        let well_with = peer.signature_profile.clone().filter(|_| well);
        let (failures, failing_since, took) = (peer.failures, peer.failing_since, peer.last_ok_at);
        Self { failures, failing_since, took, took_meanwhile: false, well_with }
    }
}

/// An activity that is to be sent.
struct Said {
    actor: ActorId,
    /// With its proof, if it has one.
    body: Arc<str>,
    audience: Audience,
}

/// What one of our actors signs with.
#[derive(Clone)]
struct OwnKeys {
    signing: SigningKey,
    proof: SigningKey,
}

impl OwnKeys {
    async fn of(conn: &impl ConnectionTrait, actor: ActorId) -> Result<Self, Error> {
        let signing = signing_key(conn, actor).await?;
        Ok(Self { signing, proof: proof_key(conn, actor).await? })
    }
}

/// The keys of each actor of a batch, or why there are none: that stops its own deliveries alone.
type Keys = HashMap<ActorId, Result<OwnKeys, String>>;

impl Outbox<'_> {
    /// Finds the bytes, the keys and the host's habits for each row: three queries, two for each actor,
    /// and two for each sender and host where something is for followers.
    pub(super) async fn tries(
        &self,
        rows: Vec<delivery::Model>,
        now: Moment,
    ) -> Result<Vec<Try>, Error> {
        let activities = outbox_activity::Entity::find()
            .filter(
                outbox_activity::Column::Id.is_in(padded(rows.iter().map(|row| row.activity_id))),
            )
            .all(self.0.read())
            .await?;
        let keys = self.keys_of(&activities).await?;
        let activities = self.said(activities, &keys).await?;
        let peers = peer::Entity::find()
            .filter(peer::Column::Id.is_in(padded(rows.iter().map(|row| row.peer_id))))
            .all(self.0.read())
            .await?;
        let peers: HashMap<PeerId, peer::Model> =
            peers.into_iter().map(|row| (row.id, row)).collect();
        let mut parts: HashMap<(ActorId, PeerId), Option<String>> = HashMap::new();
        let mut tries = Vec::with_capacity(rows.len());
        for row in rows {
            let peer = peers.get(&row.peer_id);
            let parcel = match activities.get(&row.activity_id) {
                // What was taken back meanwhile has no words, and nothing is sent without.
                Some(said) if said.body.is_empty() => Err("it was taken back".to_owned()),
                Some(said) => self.parcel(&row, said, peer, &keys, &mut parts).await?,
                None => Err("what it says is not there any more".to_owned()),
            };
            let host = peer.map(|peer| KnownHost::of(peer, now)).unwrap_or_default();
            tries.push(Try { row, parcel, host });
        }
        Ok(tries)
    }

    async fn parcel(
        &self,
        row: &delivery::Model,
        said: &Said,
        peer: Option<&peer::Model>,
        keys: &Keys,
        parts: &mut HashMap<(ActorId, PeerId), Option<String>>,
    ) -> Result<Result<Parcel, String>, Error> {
        let signing = match keys.get(&said.actor) {
            Some(Ok(own)) => own.signing.clone(),
            Some(Err(why)) => return Ok(Err(why.clone())),
            None => return Ok(Err("its actor has no key".to_owned())),
        };
        let synchronization = match peer.filter(|_| said.audience == Audience::Followers) {
            Some(peer) => self.announced(parts, said.actor, peer).await?,
            None => None,
        };
        Ok(Ok(Parcel {
            inbox: row.inbox_url.clone(),
            body: Arc::clone(&said.body),
            key: signing,
            profile: peer.and_then(|peer| peer.signature_profile.clone()),
            synchronization,
            within: self.0.0.paces.within(row.peer_id, tries_of(row)),
        }))
    }

    async fn keys_of(&self, activities: &[outbox_activity::Model]) -> Result<Keys, Error> {
        let mut keys = Keys::new();
        let actors: HashSet<ActorId> = activities.iter().map(|row| row.actor_id).collect();
        for actor in actors {
            let own = match OwnKeys::of(self.0.read(), actor).await {
                Err(error @ (Error::Store(_) | Error::Busy)) => return Err(error),
                other => other.map_err(|error| chain(&error)),
            };
            keys.insert(actor, own);
        }
        Ok(keys)
    }

    /// The bytes of each activity. What anybody may read is proven inside by who said it, once for
    /// each key: every try sends the same (P4), and a proof is not made for each inbox. What is not for
    /// anybody carries no proof: who passes it on against the will of its author could prove then
    /// that it is theirs.
    async fn said(
        &self,
        activities: Vec<outbox_activity::Model>,
        keys: &Keys,
    ) -> Result<HashMap<OutboxId, Said>, Error> {
        let mut new: Vec<(OutboxId, KeyId, Arc<str>)> = Vec::new();
        let mut all = HashMap::with_capacity(activities.len());
        for row in activities {
            let is_open = matches!(row.audience, Audience::Public | Audience::Quiet);
            let own = keys.get(&row.actor_id).and_then(|own| own.as_ref().ok());
            let body = match own.filter(|_| is_open && !row.body.is_empty()) {
                None => Arc::from(row.body),
                Some(own) => {
                    match row.proven_body.filter(|_| row.proven_by == Some(own.proof.id)) {
                        Some(proven) => Arc::from(proven),
                        None => self.prove(row.id, row.body, row.created_at, own, &mut new).await,
                    }
                }
            };
            all.insert(row.id, Said { actor: row.actor_id, body, audience: row.audience });
        }
        self.keep_proven(new).await?;
        Ok(all)
    }

    /// Proves one, and notes it in `new`. Who hears one without a proof believes the signature of the
    /// request.
    async fn prove(
        &self,
        id: OutboxId,
        body: String,
        said_at: Moment,
        own: &OwnKeys,
        new: &mut Vec<(OutboxId, KeyId, Arc<str>)>,
    ) -> Arc<str> {
        let body: Arc<str> = Arc::from(body);
        let proof = ProofKey { key: own.proof.clone(), said_at };
        match self.0.remote().prove(Arc::clone(&body), &proof).await {
            Ok(proven) => {
                let proven: Arc<str> = Arc::from(proven);
                new.push((id, own.proof.id, Arc::clone(&proven)));
                proven
            }
            Err(error) => {
                tracing::warn!(%error, "an activity is sent without a proof");
                body
            }
        }
    }

    /// Keeps what was proven, before any of it is sent. What was taken back meanwhile stays empty.
    async fn keep_proven(&self, new: Vec<(OutboxId, KeyId, Arc<str>)>) -> Result<(), Error> {
        if new.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        for (id, key, proven) in new {
            outbox_activity::Entity::update_many()
                .col_expr(outbox_activity::Column::ProvenBody, Expr::value(proven.as_ref()))
                .col_expr(outbox_activity::Column::ProvenBy, Expr::value(key))
                .filter(outbox_activity::Column::Id.eq(id))
                .filter(outbox_activity::Column::Body.ne(""))
                .exec(tx.conn())
                .await?;
        }
        tx.commit().await
    }

    /// What is for followers is shown to whom their server takes for one: so that server is told
    /// whom we take for one. Of one sender to one host it is asked once for a batch.
    async fn announced(
        &self,
        known: &mut HashMap<(ActorId, PeerId), Option<String>>,
        actor: ActorId,
        peer: &peer::Model,
    ) -> Result<Option<String>, Error> {
        if let Some(part) = known.get(&(actor, peer.id)) {
            return Ok(part.clone());
        }
        let part = synchronization(self.0.read(), actor, &peer.host).await?;
        known.insert((actor, peer.id), part.clone());
        Ok(part)
    }
}
