//! What we say: activities, kept as the bytes that were signed, and their deliveries.
//!
//! Invariant: an activity, its deliveries (or the row that says for whom they are still to be written) and
//! the change it tells of are one transaction (P1); the bytes never change afterwards (P4); deliveries of
//! one object to one host stay in order (P5).

mod commands;
mod fan_out;
mod inboxes;
mod paces;
mod parcels;
mod queries;
mod results;
mod say;
mod settle;
mod worker;

pub use commands::Failed;
pub(crate) use inboxes::cancel_to;
pub(crate) use paces::Paces;
pub use queries::{DeliveryView, Which};
pub(crate) use say::{Recipients, Saying, cancel_for, order_between, say, say_anew, unsay};
pub(crate) use settle::give_up_overdue;

use crate::App;

/// The handle of this capability.
pub struct Outbox<'a>(pub(crate) &'a App);

/// The id of the activity with that slug.
pub(crate) fn activity_uri(app: &App, slug: &str) -> String {
    format!("{}/ap/activity/{slug}", app.settings().uri_base())
}
