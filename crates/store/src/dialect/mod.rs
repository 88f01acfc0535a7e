//! All SQL that is written as text: what differs between the two databases, and what is hot.
//!
//! Each function here has a test in `tests/it` that runs on both databases. Values are always
//! bound; only our own constants and numbers are written into a text.

mod audit;
mod bell;
mod counters;
mod deliveries;
mod endings;
mod fan_outs;
mod home;
mod inbound;
mod invariants;
mod jobs;
mod peers;
mod reactions;
mod refusals;
mod rows;
mod sign_ins;
mod sql;
mod workers;

pub use audit::lock_audit;
pub use bell::{Listener, ring, schema_turn};
pub use counters::{
    ActorCounts, bump_actor_counts, bump_note_counts, bump_reaction_counts, bump_reply_count,
    bump_reply_counts,
};
pub use deliveries::{
    DeliveryClaim, DeliveryEnd, NewDelivery, choose_deliveries, claim_deliveries,
    explain_claim_deliveries, finish_deliveries, insert_deliveries_batch,
};
pub use endings::{
    bury_overdue, drop_after_abandoned, drop_edits_after_abandoned, wake_deliveries,
};
pub use fan_outs::{FollowerAt, followers_after, last_delivery, told_inboxes};
pub use home::{home_readers, insert_home_batch, trim_home};
pub use inbound::{
    Blame, InboundEnd, Starts, claim_inbound, finish_inbound, insert_inbound_batch, renew_inbound,
    waiting_inbound,
};
pub use invariants::{
    Broken, INVARIANTS, Invariant, broken_invariants, database_version, file_faults,
    unsafe_switches,
};
pub use jobs::{JobEnd, claim_jobs, finish_jobs, insert_job, mend_waits, renew_jobs};
pub use peers::{
    FollowerInbox, NewPeer, ensure_peers, follower_inboxes, follower_inboxes_at, hold_peers,
    settle_standings,
};
pub use reactions::reactions_among;
pub use refusals::add_refusals;
pub use rows::insert_all;
pub use sign_ins::count_sign_in;
pub use sql::padded;
pub use workers::{highest_id, lease_worker, live_workers, release_worker, renew_worker};

/// What became of a row that may have been there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Insertion {
    /// It was stored.
    New,
    /// One with the same key was there, and stayed as it was.
    Known,
}
