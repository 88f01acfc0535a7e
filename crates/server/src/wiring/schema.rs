//! The form of the database: which steps were taken, and which are missing.

use anyhow::{Context, bail};
use carefolk_domain::Moment;
use carefolk_migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use carefolk_store::{Db, WriteTx, dialect};
use serde::Serialize;

/// One step of the schema's history.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// Whether it was taken.
    pub(crate) applied: bool,
}

/// All steps that this version knows; changes nothing.
pub(crate) async fn steps(db: &Db) -> anyhow::Result<Vec<Step>> {
    let known = Migrator::get_migration_with_status_read_only(db.read()).await.context(
        "could not read the state of the database; if a newer version of Carefolk made it, use \
         that version",
    )?;
    let step = |step: &Migration| Step {
        name: step.name().to_owned(),
        applied: step.status() == MigrationStatus::Applied,
    };
    Ok(known.iter().map(step).collect())
}

/// The names of the steps that are missing.
pub(crate) async fn missing(db: &Db) -> anyhow::Result<Vec<String>> {
    Ok(steps(db).await?.into_iter().filter(|step| !step.applied).map(|step| step.name).collect())
}

/// The turn of one process to bring the database up to date, until it is dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, never read")] Option<WriteTx>);

/// Waits for the turn: several processes may be started at once.
pub(crate) async fn turn(db: &Db) -> anyhow::Result<Turn> {
    let turn = dialect::schema_turn(db).await;
    Ok(Turn(turn.context("could not wait for the turn to bring the database up to date")?))
}

/// Takes every step that is missing; returns which.
pub(crate) async fn up(db: &Db, _turn: &Turn) -> anyhow::Result<Vec<String>> {
    let missing = missing(db).await?;
    if !missing.is_empty() {
        Migrator::up(db.migrate(), None).await.context("could not migrate the database")?;
    }
    Ok(missing)
}

/// Takes the last `count` steps back; returns which. Not while others use the database, whose folders may
/// be on other machines.
pub(crate) async fn down(
    db: &Db,
    count: u32,
    now: Moment,
    _turn: &Turn,
) -> anyhow::Result<Vec<String>> {
    // In a database so old that nobody leases anything there, nobody serves from it either.
    let others = dialect::live_workers(db.read(), now).await.unwrap_or(0);
    if others > 0 {
        bail!(
            "{others} Carefolk processes are using this database; stop them (one that was killed counts \
             for two minutes)"
        );
    }
    let taken = steps(db).await?.into_iter().filter(|step| step.applied).map(|step| step.name);
    let count_of = usize::try_from(count)?;
    let names: Vec<String> = taken.collect::<Vec<_>>().into_iter().rev().take(count_of).collect();
    if !names.is_empty() {
        Migrator::down(db.migrate(), Some(count)).await.context("could not take the steps back")?;
    }
    Ok(names)
}

/// Fails with what to do unless every step was taken.
pub(crate) async fn require_current(db: &Db) -> anyhow::Result<()> {
    let steps = steps(db).await?;
    let missing = steps.iter().filter(|step| !step.applied).count();
    if missing == steps.len() {
        bail!("the database is empty; run: carefolk migrate up");
    }
    if missing > 0 {
        bail!("the database is {missing} steps older than this version; run: carefolk migrate up");
    }
    Ok(())
}
