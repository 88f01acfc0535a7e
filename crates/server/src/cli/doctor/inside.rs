//! What the database knows: its form, the clock, the queues, other servers.

use carefolk_app::ports::Clock;
use carefolk_app::{App, Caller};
use carefolk_domain::{Health, Moment, Span};
use carefolk_store::{Db, dialect};

use super::{Finding, deep, failed, queues};
use crate::files::{self, MASTER_KEY_FILE};
use crate::settings::Settings;
use crate::wiring::{self, schema};
use crate::world::SystemClock;

/// How far the newest row may lie ahead of the clock: other machines' clocks differ a little.
const AHEAD_MAX: Span = Span::minutes(5);

/// No clock that is right shows less: this version did not exist then (2026-11-01).
const EARLIEST: Moment = Moment(1_793_491_200_000);

/// How many servers that do not answer are named.
const NAMED_MAX: usize = 10;

/// Looks at the database and all that is in it.
pub(super) async fn look(settings: &Settings, deep: bool) -> Vec<Finding> {
    let what = "database";
    if let Some(path) = wiring::missing_file(settings) {
        let says = format!("there is none at {path} yet");
        return vec![Finding::problem(what, says, "run: carefolk serve (it makes it)")];
    }
    let db = match wiring::open_existing(settings).await {
        Ok(db) => db,
        Err(error) => {
            let says = crate::output::one_line(&format!("{error:#}"));
            let advice = "look at database.url and at the rights of the file or the server";
            return vec![Finding::problem(what, says, advice)];
        }
    };
    let mut findings = vec![answers(settings, &db).await];
    findings.extend(durability(&db).await);
    match schema::require_current(&db).await {
        Ok(()) => {
            findings.push(Finding::good("tables", "are as this version needs them"));
            findings.push(clock(&db).await);
            findings.extend(community(settings, db.clone(), deep).await);
        }
        Err(error) => findings.push(Finding::problem(
            "tables",
            crate::output::one_line(&format!("{error:#}")),
            "run: carefolk migrate up",
        )),
    }
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "the database did not close cleanly");
    }
    findings
}

async fn answers(settings: &Settings, db: &Db) -> Finding {
    let name = wiring::describe(settings);
    let name = name.trim_start_matches("the database ");
    match dialect::database_version(db).await {
        Ok(version) => Finding::good("database", format!("{name} answers: {version}")),
        Err(error) => Finding::problem(
            "database",
            format!("{name} was opened and does not answer: {error}"),
            "look whether the database is overloaded or stopping",
        ),
    }
}

/// What is said to be safe has to be on disk.
async fn durability(db: &Db) -> Option<Finding> {
    let off = dialect::unsafe_switches(db).await.ok()?;
    (!off.is_empty()).then(|| {
        Finding::problem(
            "durability",
            format!("{} is off in PostgreSQL: a power cut can lose what was sent", off.join(", ")),
            "switch it on in postgresql.conf and restart PostgreSQL",
        )
    })
}

async fn clock(db: &Db) -> Finding {
    let what = "clock";
    let now = SystemClock.now();
    let newest = dialect::highest_id(db.read()).await.unwrap_or(0);
    let newest = Moment(newest >> carefolk_domain::ids::ID_LOW_BITS);
    if now < EARLIEST || newest > now + AHEAD_MAX {
        return Finding::problem(
            what,
            format!("this machine says it is {}", super::super::desk::when(now)),
            "set the clock (for example with timedatectl): other servers refuse what is dated wrongly",
        );
    }
    Finding::good(what, super::super::desk::when(now))
}

async fn community(settings: &Settings, db: Db, deep: bool) -> Vec<Finding> {
    let path = settings.file(MASTER_KEY_FILE);
    let Ok(key) = files::read_key(&path) else { return Vec::new() };
    let local = settings.local_base_url();
    let built = match Box::pin(wiring::application(settings, db, key, local)).await {
        Ok(built) => built,
        Err(error) => {
            let says = crate::output::one_line(&format!("{error:#}"));
            return vec![Finding::problem("program", says, "this stops the server from starting")];
        }
    };
    let app = &built.app;
    let mut findings = vec![address(app, settings).await, admin(app).await];
    findings.push(queues::keys(app, key).await);
    findings.extend(queues::look(app, files::is_locked(&settings.storage)).await);
    findings.push(peers(app).await);
    if deep {
        findings.extend(deep::look(app).await);
    }
    built.lease.give_back().await;
    findings
}

async fn address(app: &App, settings: &Settings) -> Finding {
    let what = "address kept";
    let given = settings.instance.url.as_ref().map(|url| url.text.as_str());
    match app.instance().frozen_url().await {
        Ok(None) => Finding::good(what, "none yet; the first start with instance.url keeps it"),
        Ok(Some(kept)) if given == Some(kept.as_str()) => Finding::good(what, kept),
        Ok(Some(kept)) => Finding::problem(
            what,
            format!("{kept}, but instance.url is {}", given.unwrap_or("not set")),
            format!("set instance.url to {kept}"),
        ),
        Err(error) => failed(what, &error),
    }
}

async fn admin(app: &App) -> Finding {
    let what = "admin";
    match app.instance().needs_setup().await {
        Ok(false) => Finding::good(what, "somebody runs this community"),
        Ok(true) => Finding::notice(
            what,
            "nobody runs this community yet",
            "open the link that carefolk serve prints, or use: carefolk account create --role admin",
        ),
        Err(error) => failed(what, &error),
    }
}

async fn peers(app: &App) -> Finding {
    let what = "other servers";
    let asked = app.peers().list(&Caller::Operator("doctor".to_owned())).await;
    let peers = match asked {
        Ok(peers) => peers,
        Err(error) => return failed(what, &error),
    };
    let failing: Vec<&str> = peers
        .iter()
        .filter(|peer| peer.health != Health::Ok)
        .map(|peer| peer.host.as_str())
        .collect();
    if failing.is_empty() {
        return Finding::good(what, format!("{} known, all answer", peers.len()));
    }
    let mut named = failing.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    if failing.len() > NAMED_MAX {
        named.push_str(" and others");
    }
    Finding::notice(
        what,
        format!("{} of {} do not answer: {named}", failing.len(), peers.len()),
        "nothing is lost for 14 days; see why with: carefolk peer show HOST",
    )
}
