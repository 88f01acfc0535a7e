//! Decides which concrete thing stands behind each port, and builds the application of them.

mod database;
mod minting;
pub(crate) mod schema;

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use carefolk_adapters::Folder;
use carefolk_adapters::pictures::ChildPictures;
use carefolk_app::ports::{Chance, Clock};
use carefolk_app::{App, AppParts, AppSettings, Error, FederationMode};
use carefolk_domain::Moment;
use carefolk_federation::{ConnectorOptions, HttpRemote, KeyMint, LabNetworks};
use carefolk_signatures::vault::MasterKey;
use carefolk_store::Db;

use crate::files;
use crate::settings::{Mode, Settings};
use crate::words::plain;
use crate::world::{SystemChance, SystemClock};

pub(crate) use database::{describe, missing_file, open_existing, open_or_make};
pub(crate) use minting::Lease;

/// The version that pages, NodeInfo and `--version` show.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where pictures are, below `storage.path`.
const MEDIA_FOLDER: &str = "media";

/// An application and what has to be kept beside it.
pub(crate) struct Built {
    /// The application, ready.
    pub(crate) app: App,
    /// The way to other servers.
    pub(crate) remote: HttpRemote,
    /// The right to mint ids.
    pub(crate) lease: Lease,
}

/// No clock that is right shows less (2020-01-01): it is that of a machine that has none of its own and has not
/// asked yet. What was dated so would be wrong for ever, here and everywhere.
const CLOCK_EARLIEST: Moment = Moment(1_577_836_800_000);

fn check_clock(now: Moment) -> anyhow::Result<()> {
    if now < CLOCK_EARLIEST {
        bail!(
            "the clock of this machine says {}: set it first (for example with timedatectl)",
            crate::cli::when(now)
        );
    }
    Ok(())
}

/// Builds the application on a database that is migrated. `local_base_url` is where its pages are
/// while it has no public address.
pub(crate) async fn application(
    settings: &Settings,
    db: Db,
    key: [u8; files::MASTER_KEY_BYTES],
    local_base_url: String,
) -> anyhow::Result<Built> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    check_clock(clock.now())?;
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    let master = Arc::new(MasterKey::new(key));
    let lab: Vec<String> =
        settings.federation.lab_networks.iter().map(ToString::to_string).collect();
    let base_url = settings.instance.url.as_ref().map(|url| url.text.clone());
    let options = ConnectorOptions {
        base_url: base_url.clone(),
        version: VERSION,
        lab: LabNetworks::parse(lab.iter().map(String::as_str))?,
    };
    let remote = HttpRemote::new(options, Arc::clone(&master), Arc::clone(&clock)).await?;
    let (mint, lease) = minting::lease(&db, chance.as_ref(), clock.as_ref()).await?;
    let app = App::new(AppParts {
        db,
        mint: Arc::new(mint),
        clock,
        keys: Arc::new(KeyMint::new(master, Arc::clone(&chance))),
        chance,
        remote: Arc::new(remote.clone()),
        files: Arc::new(Folder::new(settings.file(MEDIA_FOLDER))),
        pictures: Arc::new(ChildPictures::of_this_program()),
        settings: AppSettings {
            base_url,
            local_base_url,
            instance_name: settings.instance.name.clone(),
            mode: match settings.federation.mode {
                Mode::Open => FederationMode::Open,
                Mode::Allowlist => FederationMode::Allowlist,
                Mode::Off => FederationMode::Off,
            },
            lab: !settings.federation.lab_networks.is_empty(),
            version: VERSION,
            source_url: settings.instance.source_url.clone(),
        },
    });
    remote.attach(&app);
    Ok(Built { app, remote, lease })
}

/// Makes what every database needs, and freezes `instance.url` into it at the first start with one.
pub(crate) async fn prepare(app: &App, settings: &Settings) -> anyhow::Result<()> {
    let failed = match app.prepare().await {
        Ok(()) => return Ok(()),
        Err(Error::Conflict(what)) => what,
        Err(other) => return Err(plain(other, "prepare the database")),
    };
    let Some(frozen) = app.instance().frozen_url().await.ok().flatten() else { bail!(failed) };
    let given = settings.instance.url.as_ref().map_or("not set", |url| url.text.as_str());
    Err(anyhow!(
        "instance.url is {given}, but this database belongs to {frozen}, and other servers know its \
         people by that address; set instance.url to {frozen}, or use another database"
    ))
}

/// Refuses a master key that is not the one this database was made with: what is signed with keys that
/// cannot be opened is signed by nobody.
pub(crate) async fn check_key(
    app: &App,
    key: [u8; files::MASTER_KEY_BYTES],
    settings: &Settings,
) -> anyhow::Result<()> {
    let own = app.actors().instance_key().await;
    let own = own.map_err(|error| plain(error, "read the keys"))?;
    if MasterKey::new(key).open(&own.sealed).is_err() {
        bail!(
            "{} is not the master key that this database was made with; put the right one there, \
             from your backup or from the process that made it",
            settings.file(files::MASTER_KEY_FILE).display()
        );
    }
    Ok(())
}

/// The application for a command beside a server that may be running on the same database.
pub(crate) async fn beside_a_server(settings: &Settings) -> anyhow::Result<Built> {
    let db = open_existing(settings).await?;
    schema::require_current(&db).await?;
    let path = settings.file(files::MASTER_KEY_FILE);
    let key = files::read_key(&path).map_err(|fault| anyhow!(fault.words(&path)))?;
    let built = application(settings, db, key, settings.local_base_url()).await?;
    let frozen = built.app.instance().frozen_url().await;
    let is_first = frozen.map_err(|error| plain(error, "read the database"))?.is_none();
    // The first public address rewrites every address made before. That must not happen under a
    // running server, which would go on making the old ones.
    let _held = match (is_first, &settings.instance.url) {
        (true, Some(_)) => Some(
            files::lock(&settings.storage, files::Sharing::Alone)
                .context("instance.url is new, and the server has to be started with it first")?,
        ),
        _ => None,
    };
    prepare(&built.app, settings).await?;
    Ok(built)
}
