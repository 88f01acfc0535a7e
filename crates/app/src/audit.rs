//! The audit: one hash-chained row for every privileged act, never changed.

use carefolk_domain::authorise::Act;
use carefolk_domain::{AuditId, Moment};
use carefolk_store::dialect;
use carefolk_store::entity::audit;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use sha2::{Digest, Sha256};

use crate::App;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

/// How many rows are read at once.
const VERIFY_ROWS: u64 = 1_000;

/// Records what an operator did in somebody's name: rows of members say themselves who made them.
pub(crate) async fn record_operator(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    act: &str,
    target: &str,
) -> Result<(), Error> {
    match caller {
        Caller::Operator(_) => record(app, tx, caller, act, target, "").await,
        Caller::Member(_) | Caller::Visitor => Ok(()),
    }
}

/// Records that `caller` did `act` to `target`, in the same transaction as the act.
pub(crate) async fn record(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    act: &str,
    target: &str,
    detail: &str,
) -> Result<(), Error> {
    dialect::lock_audit(tx.store()).await?;
    let last = audit::Entity::find().order_by_desc(audit::Column::Number).one(tx.conn()).await?;
    let (number, previous_hash) = last.map_or((0, Vec::new()), |row| (row.number, row.hash));
    let row = audit::Model {
        id: AuditId(app.id()),
        number: number + 1,
        at: tx.now(),
        who: caller.name(),
        act: act.to_owned(),
        target: target.to_owned(),
        detail: detail.to_owned(),
        previous_hash,
        hash: Vec::new(),
    };
    let hash = hash(&row);
    audit::Model { hash, ..row }.into_active_model().insert(tx.conn()).await?;
    Ok(())
}

/// What an admin decided about rows of a queue.
pub(crate) struct Decision {
    /// As in [`record`].
    pub act: &'static str,
    /// As in [`record`].
    pub target: String,
    /// What the rows are called.
    pub of: &'static str,
    /// How many there were.
    pub count: u64,
}

/// Records a decision about many rows and makes it durable.
///
/// # Errors
///
/// [`Error::NotFound`] if there were none.
pub(crate) async fn decided(
    app: &App,
    tx: Tx,
    caller: &Caller,
    made: Decision,
) -> Result<u64, Error> {
    if made.count == 0 {
        return Err(Error::NotFound(made.of));
    }
    record(app, &tx, caller, made.act, &made.target, &made.count.to_string()).await?;
    tx.commit().await?;
    Ok(made.count)
}

/// The hash of an act and of everything before it.
fn hash(row: &audit::Model) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(&row.previous_hash);
    let (number, at) = (row.number.to_string(), row.at.0.to_string());
    for part in [&number, &at, &row.who, &row.act, &row.target, &row.detail] {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}

/// One privileged act, as an admin sees it.
#[derive(Clone, Debug)]
pub struct AuditView {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub who: String,
    /// What was done.
    pub act: String,
    /// To whom or what.
    pub target: String,
    /// The rest.
    pub detail: String,
}

/// The handle of this capability.
pub struct Audit<'a>(pub(crate) &'a App);

impl Audit<'_> {
    /// The last acts, the newest first; `before` is a number to go on from.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn list(
        &self,
        caller: &Caller,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditView>, Error> {
        caller.may(Act::RunInstance)?;
        let rows = audit::Entity::find()
            .filter(audit::Column::Number.lt(before.unwrap_or(i64::MAX)))
            .order_by_desc(audit::Column::Number)
            .limit(most.min(VERIFY_ROWS))
            .all(self.0.read())
            .await?;
        let view = |row: audit::Model| AuditView {
            number: row.number,
            at: row.at,
            who: row.who,
            act: row.act,
            target: row.target,
            detail: row.detail,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Counts the whole chain from its beginning.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn verify(&self, caller: &Caller) -> Result<Chain, Error> {
        caller.may(Act::RunInstance)?;
        let (mut number, mut previous) = (0, Vec::new());
        loop {
            let rows = audit::Entity::find()
                .filter(audit::Column::Number.gt(number))
                .order_by_asc(audit::Column::Number)
                .limit(VERIFY_ROWS)
                .all(self.0.read())
                .await?;
            if rows.is_empty() {
                return Ok(Chain { length: number, broken_at: None });
            }
            for row in rows {
                let fits = row.number == number + 1 && row.previous_hash == previous;
                if !fits || hash(&row) != row.hash {
                    return Ok(Chain { length: number, broken_at: Some(row.number) });
                }
                (number, previous) = (row.number, row.hash);
            }
        }
    }
}

/// What came of counting the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// How many rows fit.
    pub length: i64,
    /// The number of the first that does not.
    pub broken_at: Option<i64>,
}
