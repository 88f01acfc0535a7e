//! A database of its own for every test.

use std::path::PathBuf;

use carefolk_migrations::Migrator;
use carefolk_store::{Db, DbKind, OpenOptions};
use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;

/// Which database the tests run on.
pub(crate) fn kind() -> DbKind {
    match std::env::var_os("TEST_DB") {
        Some(word) if word == "postgres" => DbKind::Postgres,
        _ => DbKind::Sqlite,
    }
}

/// A migrated database that no other test uses. `name` is the name of the test.
pub(crate) async fn fresh(name: &str) -> Db {
    let db = empty(name).await;
    Migrator::up(db.migrate(), None).await.unwrap();
    db
}

/// The same without any table.
pub(crate) async fn empty(name: &str) -> Db {
    let url = match kind() {
        DbKind::Sqlite => format!("sqlite:{}", new_file(name).display()),
        DbKind::Postgres => new_postgres(name).await,
    };
    Db::open(&url, OpenOptions::default()).await.unwrap()
}

/// Where the SQLite file of test `name` goes; what an earlier run left there is removed.
pub(crate) fn new_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("store").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("test.db")
}

async fn new_postgres(name: &str) -> String {
    let admin = std::env::var_os("CAREFOLK_TEST_POSTGRES")
        .expect("CAREFOLK_TEST_POSTGRES is the address of a PostgreSQL")
        .into_string()
        .unwrap();
    // Names of PostgreSQL end after 63 bytes.
    let name: String = format!("cf_store_{name}").chars().take(63).collect();
    let server = Database::connect(admin.as_str()).await.unwrap();
    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    server.execute_unprepared(&drop).await.unwrap();
    server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    server.close().await.unwrap();
    let (address, query) = admin.split_once('?').unwrap_or((&admin, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{name}?{query}")
}
