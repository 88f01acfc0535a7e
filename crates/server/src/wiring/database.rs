//! Opening the database and the master key that belongs to it.

use anyhow::{Context, anyhow, bail};
use carefolk_app::ports::Chance;
use carefolk_store::{Db, OpenOptions};
use url::Url;

use super::schema;
use crate::files::{self, KeyFault, MASTER_KEY_BYTES, MASTER_KEY_FILE};
use crate::settings::Settings;
use crate::world::SystemChance;

/// Opens the database for a server: makes folder, file and master key where there are none.
pub(crate) async fn open_or_make(
    settings: &Settings,
) -> anyhow::Result<(Db, [u8; MASTER_KEY_BYTES])> {
    files::make_folder(&settings.storage)?;
    let db = open(settings).await?;
    let path = settings.file(MASTER_KEY_FILE);
    // Asked first: another process may make the key, and then the tables, at this moment.
    let taken = schema::steps(&db).await?.iter().any(|step| step.applied);
    if taken && files::read_key(&path) == Err(KeyFault::Missing) {
        bail!(
            "{} is not there, but this database was made with one, and its private keys can \
                 be opened with nothing else; put the file back from your backup",
            path.display()
        );
    }
    let key = files::read_or_make_key(&path, || {
        let mut bytes = [0_u8; MASTER_KEY_BYTES];
        SystemChance.fill(&mut bytes);
        Ok(bytes)
    })?;
    Ok((db, key))
}

/// Opens the database for a command; there must be one.
pub(crate) async fn open_existing(settings: &Settings) -> anyhow::Result<Db> {
    if let Some(path) = missing_file(settings) {
        bail!("there is no database at {path} yet; run: carefolk migrate up");
    }
    open(settings).await
}

/// The file of the database, where it is to be a file and is not there yet.
pub(crate) fn missing_file(settings: &Settings) -> Option<&str> {
    let path = settings.database.url.strip_prefix("sqlite:")?;
    (!std::path::Path::new(path).exists()).then_some(path)
}

async fn open(settings: &Settings) -> anyhow::Result<Db> {
    Db::open(&settings.database.url, OpenOptions::default())
        .await
        .map_err(|error| anyhow!(error))
        .with_context(|| format!("could not open {} (database.url)", describe(settings)))
}

/// The database in words, without a password.
pub(crate) fn describe(settings: &Settings) -> String {
    let url = &settings.database.url;
    match url.strip_prefix("sqlite:") {
        Some(path) => format!("the database {path}"),
        None => Url::parse(url).map_or_else(
            |_| "the PostgreSQL database".to_owned(),
            |url| {
                let host = url.host_str().unwrap_or("localhost");
                format!("the database {} on {host}", url.path().trim_start_matches('/'))
            },
        ),
    }
}
