//! The audit: one hash-chained row for every privileged act, never changed.

use carefolk_domain::AuditId;
use carefolk_store::entity::audit;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, Set};
use sha2::{Digest, Sha256};

use crate::App;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};

/// Records that `caller` did `act` to `target`, in the same transaction as the act.
pub(crate) async fn record(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    act: &str,
    target: &str,
    detail: &str,
) -> Result<(), Error> {
    let last = audit::Entity::find().order_by_desc(audit::Column::Id).one(tx.conn()).await?;
    let previous = last.map(|row| row.hash).unwrap_or_default();
    let (at, who) = (tx.now(), caller.name());
    let mut hasher = Sha256::new();
    hasher.update(&previous);
    for part in [at.0.to_string().as_str(), &who, act, target, detail] {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    audit::ActiveModel {
        id: Set(AuditId(app.id())),
        at: Set(at),
        who: Set(who),
        act: Set(act.to_owned()),
        target: Set(target.to_owned()),
        detail: Set(detail.to_owned()),
        previous_hash: Set(previous),
        hash: Set(hasher.finalize().to_vec()),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}
