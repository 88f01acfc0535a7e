//! Telling other servers how a poll of ours stands, and closing it in time.

use carefolk_domain::{PostId, PostState, Span};
use carefolk_store::entity::{poll, post};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::polls::Poll;
use super::{Posts, hearers, wire_map};
use crate::App;
use crate::kernel::jobs::{self, Job};
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox;

/// How often followers' servers hear new counts at most, however many vote.
const TELL_EACH: Span = Span::minutes(1);

/// Lets other servers hear the new counts, once for all votes of this minute.
pub(super) async fn tell_later(app: &App, tx: &Tx, row: &post::Model) -> Result<(), Error> {
    if !row.audience.federates() {
        return Ok(());
    }
    let round = tx.now().0.div_euclid(TELL_EACH.0);
    let wait = Span((round + 1) * TELL_EACH.0 - tx.now().0);
    jobs::after(app, tx, &Job::TellPoll { post: row.id, round }, wait).await
}

/// Lets a poll close when its time has come.
pub(super) async fn close_later(app: &App, tx: &Tx, post: PostId, wait: Span) -> Result<(), Error> {
    jobs::after(app, tx, &Job::ClosePoll { post }, wait).await
}

impl Posts<'_> {
    /// Tells the counts of a poll to followers' servers.
    pub(crate) async fn tell_poll(&self, id: PostId) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        if let Some(row) = published(&tx, id).await? {
            self.say_counts(&tx, &row).await?;
        }
        tx.commit().await
    }

    /// Closes a poll whose time has come, and tells how it ended; says how long to wait if it has
    /// not.
    pub(crate) async fn close_poll(&self, id: PostId) -> Result<Option<Span>, Error> {
        let tx = self.0.begin().await?;
        let Some(row) = published(&tx, id).await? else { return Ok(None) };
        let Some(poll) = Poll::held(&tx, id).await? else { return Ok(None) };
        let Some(at) = poll.row.closes_at.filter(|_| poll.row.closed_at.is_none()) else {
            return Ok(None);
        };
        if at > tx.now() {
            return Ok(Some(at - tx.now()));
        }
        poll::Entity::update_many()
            .col_expr(poll::Column::ClosedAt, Expr::value(at))
            .filter(poll::Column::PostId.eq(id))
            .exec(tx.conn())
            .await?;
        self.say_counts(&tx, &row).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// `Update{Question}` with its `updated` as before: no text changed.
    async fn say_counts(&self, tx: &Tx, row: &post::Model) -> Result<(), Error> {
        if !row.audience.federates() {
            return Ok(());
        }
        let question = wire_map::load(self.0, tx.conn(), row).await?;
        let said = wire_map::update(self.0, &question, tx.now());
        let to = hearers::of_change(tx, row, &question.hearers()).await?;
        outbox::say(self.0, tx, said, to).await
    }
}

async fn published(tx: &Tx, id: PostId) -> Result<Option<post::Model>, Error> {
    let row = post::Entity::find_by_id(id).one(tx.conn()).await?;
    Ok(row.filter(|row| row.state == PostState::Published))
}
