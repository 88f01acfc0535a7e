//! Deciding about arrivals that were parked because we failed (P11, R-034).

use carefolk_domain::authorise::Act;
use carefolk_domain::{InboundId, Moment};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::Inbound;
use crate::audit::{self, Decision};
use crate::kernel::{caller::Caller, error::Error, page::Page, tx::Bell};

/// What is said of one that an admin wanted no more.
const DISCARDED: &str = "somebody here discarded it";

/// What they are called where there are none.
const OF: &str = "failed arrival";

/// Which arrivals that were parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parked {
    /// This one.
    One(InboundId),
    /// All from one server.
    From(String),
    /// All of them.
    All,
}

impl Parked {
    fn words(&self) -> String {
        match self {
            Self::One(id) => format!("arrival {id}"),
            Self::From(host) => host.clone(),
            Self::All => "all".to_owned(),
        }
    }

    fn condition(&self) -> Condition {
        let failed = Condition::all().add(inbound_activity::Column::State.eq(InboundState::Failed));
        match self {
            Self::One(id) => failed.add(inbound_activity::Column::Id.eq(*id)),
            Self::From(host) => {
                failed.add(inbound_activity::Column::Host.eq(host.to_ascii_lowercase()))
            }
            Self::All => failed,
        }
    }
}

/// An arrival, as an admin sees it: about what came, and none of its words.
#[derive(Clone, Debug)]
pub struct ArrivalView {
    /// The row.
    pub id: InboundId,
    /// Its ActivityStreams type, as it came.
    pub kind: String,
    /// Its id.
    pub activity: String,
    /// Who said it.
    pub actor: String,
    /// The server that it came from.
    pub host: String,
    /// Where it is.
    pub state: InboundState,
    /// How often work on it was started.
    pub attempts: i32,
    /// When it came, or was asked for again.
    pub received_at: Moment,
    /// When it is tried next, while it waits.
    pub run_at: Moment,
    /// How long its text is, in bytes; none is kept of what is over.
    pub bytes: usize,
    /// What it did, or why it did nothing.
    pub outcome: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
}

impl From<inbound_activity::Model> for ArrivalView {
    fn from(row: inbound_activity::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            activity: row.uri,
            actor: row.actor_uri,
            host: row.host,
            state: row.state,
            attempts: row.attempts,
            received_at: row.received_at,
            run_at: row.run_at,
            bytes: row.body.len(),
            outcome: row.outcome,
            error: row.error,
        }
    }
}

impl Inbound<'_> {
    /// Arrivals that wait, or those that were parked; of one server, or of all; the newest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn list(
        &self,
        caller: &Caller,
        state: InboundState,
        host: Option<&str>,
        page: Page,
    ) -> Result<Vec<ArrivalView>, Error> {
        caller.may(Act::RunInstance)?;
        let query =
            inbound_activity::Entity::find().filter(inbound_activity::Column::State.eq(state));
        let query = match page.before {
            Some(id) => query.filter(inbound_activity::Column::Id.lt(InboundId(id))),
            None => query,
        };
        let query = match host {
            Some(host) => {
                query.filter(inbound_activity::Column::Host.eq(host.to_ascii_lowercase()))
            }
            None => query,
        };
        let query = query.order_by_desc(inbound_activity::Column::Id).limit(page.rows());
        Ok(query.all(self.0.read()).await?.into_iter().map(ArrivalView::from).collect())
    }

    /// One arrival.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`].
    pub async fn show(&self, caller: &Caller, id: InboundId) -> Result<ArrivalView, Error> {
        caller.may(Act::RunInstance)?;
        let row = inbound_activity::Entity::find_by_id(id).one(self.0.read()).await?;
        row.map(ArrivalView::from).ok_or(Error::NotFound("arrival"))
    }

    /// Tries again what was parked, as if it had just come; returns how many.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::NotFound`] if there are none.
    pub async fn retry(&self, caller: &Caller, which: &Parked) -> Result<u64, Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let count = inbound_activity::Entity::update_many()
            .col_expr(inbound_activity::Column::State, Expr::value(InboundState::Waiting))
            .col_expr(inbound_activity::Column::Attempts, Expr::value(0))
            .col_expr(inbound_activity::Column::Waits, Expr::value(0))
            .col_expr(inbound_activity::Column::RunAt, Expr::value(tx.now()))
            // How long another server is waited for counts from when it was asked for.
            .col_expr(inbound_activity::Column::ReceivedAt, Expr::value(tx.now()))
            .filter(which.condition())
            .exec(tx.conn())
            .await?
            .rows_affected;
        let decision = Decision { act: "arrival.retry", target: which.words(), of: OF, count };
        audit::decided(self.0, tx, caller, decision).await?;
        self.0.0.bells.ring(Bell::Inbound);
        Ok(count)
    }

    /// Wants no more of what was parked: its text goes, and its id is remembered, so that it does not
    /// come again. Returns how many.
    ///
    /// # Errors
    ///
    /// As [`Inbound::retry`].
    pub async fn discard(&self, caller: &Caller, which: &Parked) -> Result<u64, Error> {
        caller.may(Act::RunInstance)?;
        let tx = self.0.begin().await?;
        let count = inbound_activity::Entity::update_many()
            .col_expr(inbound_activity::Column::State, Expr::value(InboundState::Ignored))
            .col_expr(inbound_activity::Column::Outcome, Expr::value(DISCARDED))
            .col_expr(inbound_activity::Column::Body, Expr::value(""))
            .filter(which.condition())
            .exec(tx.conn())
            .await?
            .rows_affected;
        let decision = Decision { act: "arrival.discard", target: which.words(), of: OF, count };
        audit::decided(self.0, tx, caller, decision).await
    }
}
