//! Row ids that sort where a post of the past belongs.

use carefolk_domain::{Moment, PostId};
use carefolk_store::entity::post;
use sea_orm::EntityTrait;

use crate::App;
use crate::kernel::{error::Error, opaque, tx::Tx};

/// How many neighbouring milliseconds are tried for a [`past_id`].
const PAST_ID_TRIES: i64 = 64;

/// An id that sorts where a post of `at` belongs. Its low bits are chance, for no counter remembers
/// that millisecond; and because others may stamp all their posts alike, one that is taken gives
/// way to the next millisecond.
pub(super) async fn past_id(app: &App, tx: &Tx, at: Moment) -> Result<i64, Error> {
    for later in 0..PAST_ID_TRIES {
        let id = id_at(app, Moment(at.0 + later));
        if post::Entity::find_by_id(PostId(id)).one(tx.conn()).await?.is_none() {
            return Ok(id);
        }
    }
    Err(Error::Busy)
}

/// An id that sorts where a post of `at` belongs, and that may be taken.
pub(super) fn id_at(app: &App, at: Moment) -> i64 {
    const LOW_MASK: u64 = (1 << carefolk_domain::ids::ID_LOW_BITS) - 1;
    let low = i64::try_from(opaque::number(app.chance()) & LOW_MASK).unwrap_or(0);
    (at.0 << carefolk_domain::ids::ID_LOW_BITS) | low
}
