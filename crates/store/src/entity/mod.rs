//! One module for each table. Columns wear the types of the domain, so that a mix-up of two ids
//! does not compile.

pub mod account;
pub mod actor;
pub mod actor_key;
pub mod addressed;
pub mod audit;
pub mod block;
pub mod delivery;
pub mod domain;
pub mod follow;
pub mod handle_history;
pub mod hashtag;
pub mod home;
pub mod inbound_activity;
pub mod job;
pub mod mention;
pub mod notification;
pub mod outbox_activity;
pub mod peer;
pub mod pin;
pub mod poll;
pub mod poll_option;
pub mod poll_vote;
pub mod post;
pub mod post_hashtag;
pub mod reaction;
pub mod rendition;
pub mod report;
pub mod report_post;
pub mod revision;
pub mod session;
pub mod setting;
pub mod team_member;
pub mod tombstone;
pub mod worker_lease;
