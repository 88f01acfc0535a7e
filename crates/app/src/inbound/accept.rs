//! Taking in what came through the door: durable when it returns.

use std::time::Instant;

use carefolk_domain::{InboundId, Moment, UriHash};
use carefolk_store::GroupWriter;
use carefolk_store::dialect::{self, Insertion};
use carefolk_store::entity::inbound_activity::{InboundState, Model};

use super::Inbound;
use crate::AppParts;
use crate::kernel::error::Error;
use crate::kernel::tx::Bell;

/// One task writes all arrivals, many at a time (group commit).
pub(crate) type ArrivalWriter = GroupWriter<Model, Insertion>;

/// An activity whose signature was verified.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Its id.
    pub uri: String,
    /// Who said it, and signed for it.
    pub actor_uri: String,
    /// The server it came from.
    pub host: String,
    /// Its ActivityStreams type.
    pub kind: String,
    /// The JSON as it came.
    pub body: String,
    /// What its sender says beside it about its followers: a header of FEP-8fcf that can be read.
    pub synchronization: Option<String>,
}

/// What came of taking it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It is stored.
    Stored,
    /// It was stored before; nothing will happen twice.
    Duplicate,
}

/// Starts the task.
pub(crate) fn arrival_writer(parts: &AppParts) -> ArrivalWriter {
    let (writer, _task) = GroupWriter::spawn(parts.db.clone(), |tx, items: Vec<Model>| {
        Box::pin(async move { dialect::insert_inbound_batch(tx, &items).await })
    });
    writer
}

impl Inbound<'_> {
    /// Stores an arrival. When this returns it is on stable storage (P1).
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when more is waiting than can be written soon (P8).
    pub async fn accept(&self, arrival: Arrival) -> Result<Acceptance, Error> {
        let now = self.0.now();
        let row = row(arrival, InboundId(self.0.id()), now);
        let begun = Instant::now();
        let stored = self.0.0.arrivals.write(row).await?;
        self.0.meters().storing.add(begun.elapsed());
        match stored {
            Insertion::New => {
                self.0.0.bells.ring(Bell::Inbound);
                Ok(Acceptance::Stored)
            }
            Insertion::Known => Ok(Acceptance::Duplicate),
        }
    }
}

fn row(arrival: Arrival, id: InboundId, now: Moment) -> Model {
    Model {
        id,
        uri_hash: UriHash::of(&arrival.uri),
        uri: arrival.uri,
        actor_uri: arrival.actor_uri,
        host: arrival.host,
        kind: arrival.kind,
        body: arrival.body,
        synchronization: arrival.synchronization,
        received_at: now,
        state: InboundState::Waiting,
        attempts: 0,
        waits: 0,
        run_at: now,
        locked_until: None,
        outcome: None,
        error: None,
    }
}
