//! What is said in words that we do not know: kept for a week, so that somebody can learn them.

use carefolk_domain::authorise::Act;
use carefolk_domain::{Moment, Span};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

use super::Inbound;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

/// How long the text of an activity of an unknown type is kept.
const KEPT_FOR: Span = Span::days(7);

/// How many are emptied in one transaction: a writer must not wait for a sweep.
const FORGOTTEN_MAX: u64 = 2_000;

/// How many types are listed.
const LISTED: u64 = 50;

/// A type that we do nothing about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownType {
    /// Its name, as it came.
    pub kind: String,
    /// How many came in the last week.
    pub count: u64,
    /// When the last one came.
    pub last: Moment,
}

impl Inbound<'_> {
    /// The types of activity that came in the last week and that we do nothing about, the most
    /// frequent first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn unknown_types(&self, caller: &Caller) -> Result<Vec<UnknownType>, Error> {
        caller.may(Act::RunInstance)?;
        let rows: Vec<(String, i64, Moment)> = inbound_activity::Entity::find()
            .select_only()
            .column(inbound_activity::Column::Kind)
            .column_as(inbound_activity::Column::Id.count(), "many")
            .column_as(inbound_activity::Column::ReceivedAt.max(), "last")
            .filter(inbound_activity::Column::State.eq(InboundState::Ignored))
            .filter(inbound_activity::Column::Body.ne(""))
            .group_by(inbound_activity::Column::Kind)
            .order_by_desc(inbound_activity::Column::Id.count())
            .limit(LISTED)
            .into_tuple()
            .all(self.0.read())
            .await?;
        let view = |(kind, count, last): (String, i64, Moment)| UnknownType {
            kind,
            count: u64::try_from(count).unwrap_or(0),
            last,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

/// Empties those that were kept for a week.
pub(crate) async fn forget_old(tx: &Tx) -> Result<u64, Error> {
    let old = inbound_activity::Entity::find()
        .select_only()
        .column(inbound_activity::Column::Id)
        .filter(inbound_activity::Column::State.eq(InboundState::Ignored))
        .filter(inbound_activity::Column::Body.ne(""))
        .filter(inbound_activity::Column::ReceivedAt.lt(tx.now() - KEPT_FOR))
        .limit(FORGOTTEN_MAX)
        .into_query();
    let done = inbound_activity::Entity::update_many()
        .col_expr(inbound_activity::Column::Body, Expr::value(""))
        .filter(inbound_activity::Column::Id.in_subquery(old))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}
