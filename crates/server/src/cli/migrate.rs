//! `carefolk migrate`: bring the database to the form this version needs.

use carefolk_app::ports::Clock;
use clap::{Args, Subcommand};

use crate::output::{Out, table};
use crate::settings::Settings;
use crate::wiring::{self, schema};
use crate::world::SystemClock;

/// The form of the database.
#[derive(Debug, Subcommand)]
pub(crate) enum MigrateCommand {
    /// Take every step that is missing (`serve` does this by itself)
    Up,
    /// Take the last steps back; what they added is lost
    Down(DownArgs),
    /// Show which steps were taken
    Status,
}

/// How far back.
#[derive(Debug, Args)]
pub(crate) struct DownArgs {
    /// How many steps
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Say that the loss is meant
    #[arg(long, required = true)]
    yes: bool,
}

impl MigrateCommand {
    /// Runs one command.
    pub(super) async fn run(self, out: Out, settings: &Settings) -> anyhow::Result<()> {
        let make = matches!(self, Self::Up);
        let db = if make {
            wiring::open_or_make(settings).await?.0
        } else {
            wiring::open_existing(settings).await?
        };
        let (did, what) = match self {
            Self::Up => (schema::up(&db, &schema::turn(&db).await?).await?, "taken"),
            Self::Down(args) => {
                // Nobody may be serving from tables that go away.
                let _held = crate::files::lock(&settings.storage, crate::files::Sharing::Alone)?;
                let turn = schema::turn(&db).await?;
                (schema::down(&db, args.steps, SystemClock.now(), &turn).await?, "taken back")
            }
            Self::Status => return status(out, &schema::steps(&db).await?),
        };
        db.close().await.ok();
        out.show(&serde_json::json!({ what: did }), || match did.as_slice() {
            [] => "Nothing to do: the database is as it should be.".to_owned(),
            steps => format!("Steps {what}: {}", steps.join(", ")),
        })
    }
}

fn status(out: Out, steps: &[schema::Step]) -> anyhow::Result<()> {
    out.show(steps, || {
        let row = |step: &schema::Step| {
            vec![step.name.clone(), if step.applied { "taken" } else { "missing" }.to_owned()]
        };
        let rows: Vec<Vec<String>> = steps.iter().map(row).collect();
        table(&["STEP", "STATE"], &rows, "There are no steps.")
    })
}
