//! Reading what was said and what became of it.

use carefolk_domain::authorise::Act;
use carefolk_domain::{ActorState, Audience, DeliveryId, Moment, UriHash};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{outbox_activity, peer};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Outbox;
use super::commands::peer_called;
use crate::kernel::ports::ProofKey;
use crate::kernel::{caller::Caller, error::Error, page::Page};

/// Which deliveries are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Where they are.
    pub state: DeliveryState,
    /// Those to one server alone.
    pub host: Option<String>,
}

impl From<DeliveryState> for Which {
    fn from(state: DeliveryState) -> Self {
        Self { state, host: None }
    }
}

/// A delivery, as an admin sees it: about what is sent, and none of its words.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    /// The row.
    pub id: DeliveryId,
    /// What is sent: its ActivityStreams type.
    pub kind: String,
    /// The id of what is sent.
    pub activity: String,
    /// Who may read what is sent.
    pub audience: Audience,
    /// Where it goes.
    pub host: String,
    /// The inbox there.
    pub inbox: String,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it is tried next, while it waits: not before, and not before its server has rested.
    pub next_try: Moment,
    /// When it was over.
    pub ended_at: Option<Moment>,
    /// The last status.
    pub status: Option<i32>,
    /// The last error.
    pub error: Option<String>,
}

impl DeliveryView {
    fn of(row: delivery::Model, activity: outbox_activity::Model, peer: peer::Model) -> Self {
        let rests = peer.backoff_until.max(peer.asked_until);
        Self {
            id: row.id,
            kind: activity.kind,
            activity: activity.uri,
            audience: activity.audience,
            host: peer.host,
            inbox: row.inbox_url,
            state: row.state,
            attempts: row.attempts,
            created_at: row.created_at,
            next_try: rests.map_or(row.run_at, |until| row.run_at.max(until)),
            ended_at: row.ended_at,
            status: row.last_status,
            error: row.last_error,
        }
    }
}

impl Outbox<'_> {
    /// Deliveries that wait, or those that were given up; the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn list(
        &self,
        caller: &Caller,
        which: impl Into<Which>,
        page: Page,
    ) -> Result<Vec<DeliveryView>, Error> {
        caller.may(Act::RunInstance)?;
        let which = which.into();
        let query = delivery::Entity::find().filter(delivery::Column::State.eq(which.state));
        let query = match page.before {
            Some(id) => query.filter(delivery::Column::Id.lt(DeliveryId(id))),
            None => query,
        };
        let query = match &which.host {
            Some(host) => query.filter(delivery::Column::PeerId.in_subquery(peer_called(host))),
            None => query,
        };
        let rows =
            query.order_by_desc(delivery::Column::Id).limit(page.rows()).all(self.0.read()).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.extend(self.view(row).await?);
        }
        Ok(views)
    }

    /// One delivery.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`].
    pub async fn show(&self, caller: &Caller, id: DeliveryId) -> Result<DeliveryView, Error> {
        caller.may(Act::RunInstance)?;
        let row = delivery::Entity::find_by_id(id).one(self.0.read()).await?;
        let row = row.ok_or(Error::NotFound("delivery"))?;
        self.view(row).await?.ok_or(Error::NotFound("delivery"))
    }

    async fn view(&self, row: delivery::Model) -> Result<Option<DeliveryView>, Error> {
        let activity =
            outbox_activity::Entity::find_by_id(row.activity_id).one(self.0.read()).await?;
        let peer = peer::Entity::find_by_id(row.peer_id).one(self.0.read()).await?;
        Ok(activity.zip(peer).map(|(activity, peer)| DeliveryView::of(row, activity, peer)))
    }

    /// How many deliveries are in `state`.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn count(&self, state: DeliveryState) -> Result<u64, Error> {
        Ok(delivery::Entity::find()
            .filter(delivery::Column::State.eq(state))
            .count(self.0.read())
            .await?)
    }

    /// An activity of ours that anybody may read, and what proves it: together the bytes that were
    /// sent, unless its actor has new keys.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn document(&self, slug: &str) -> Result<(String, ProofKey), Error> {
        let uri = super::activity_uri(self.0, slug);
        let row = outbox_activity::Entity::find()
            .filter(outbox_activity::Column::UriHash.eq(UriHash::of(&uri)))
            .filter(outbox_activity::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
            .one(self.0.read())
            .await?
            .ok_or(Error::NotFound("activity"))?;
        let author = crate::actors::queries::by_id(self.0.read(), row.actor_id).await?;
        // What a Create said does not outlive its post.
        let gone = row.body.is_empty();
        if gone || matches!(author.state, ActorState::Suspended | ActorState::Deleted) {
            return Err(Error::NotFound("activity"));
        }
        let key = crate::actors::proof_key(self.0.read(), row.actor_id).await?;
        Ok((row.body, ProofKey { key, said_at: row.created_at }))
    }
}
