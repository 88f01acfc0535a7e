//! The application's behaviour, on SQLite and on PostgreSQL (`TEST_DB=postgres`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "test code: a failure here is a failed test"
)]

mod abandoning;
mod accounts;
mod auditing;
mod banning;
mod blocking;
mod climbing;
mod closed_groups;
mod completing;
mod conversations;
mod declaring;
mod delivering;
mod fanning_out;
mod featuring;
mod figures;
mod following;
mod forgetting;
mod former_members;
mod group_order;
mod group_servers;
mod grouping;
mod instance;
mod invariants;
mod keeping_order;
mod killed;
mod kinds;
mod moving;
mod naming;
mod overtaking;
mod peers;
mod permuting;
mod pictures_elsewhere;
mod picturing;
mod pinning;
mod poison;
mod polling;
mod polls_elsewhere;
mod pooling;
mod portraits;
mod posting;
mod proving;
mod quoting;
mod reacting;
mod reading_first;
mod receiving;
mod reconsidering;
mod refusing;
mod removing;
mod reporting;
mod reporting_to_groups;
mod ringing;
mod scheduling;
mod seeing;
mod steering;
mod stranger;
mod synchronizing;
mod together;
mod updating;
mod voting_in_groups;
