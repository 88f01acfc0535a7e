//! A database for one test: a copy of a migrated template, on SQLite or, where `TEST_DB=postgres`,
//! on the server that `CAREFOLK_TEST_POSTGRES` names.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use carefolk_migrations::{Migrator, MigratorTrait};
use carefolk_store::{Db, OpenOptions};
use sea_orm::{ConnectionTrait, Database, Statement, TransactionTrait};
use tempfile::TempDir;

/// A database that is there for one test.
#[derive(Debug)]
pub struct TestDb {
    /// Where it is.
    pub url: String,
    /// Removed at the end with all that SQLite put beside the file.
    #[expect(dead_code, reason = "held, never read")]
    folder: Option<TempDir>,
}

/// A name on the server. Numbers of processes come round again, chance does not.
fn own_name() -> String {
    format!("carefolk_test_{:016x}", RandomState::new().hash_one("a test"))
}

/// What the template of this test program is called: another build may have another schema.
fn template_name() -> String {
    let program = std::env::current_exe().unwrap();
    let meta = std::fs::metadata(&program).unwrap();
    let mut hasher = std::hash::DefaultHasher::new();
    (program, meta.len(), meta.modified().unwrap()).hash(&mut hasher);
    format!("carefolk_template_{:016x}", hasher.finish())
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn server() -> Option<String> {
    let wanted = std::env::var("TEST_DB").is_ok_and(|db| db == "postgres");
    wanted.then(|| std::env::var("CAREFOLK_TEST_POSTGRES").unwrap())
}

/// A fresh migrated database.
///
/// # Panics
///
/// If there is no room for one.
pub async fn fresh() -> TestDb {
    match server() {
        None => fresh_sqlite().await,
        Some(server) => fresh_postgres(&server).await,
    }
}

/// The address of a fresh database without any table, where the tests run on PostgreSQL; SQLite needs
/// none, for its file is made.
///
/// # Panics
///
/// If the server has no room for one.
pub async fn empty_postgres() -> Option<String> {
    let server = server()?;
    let (base, name) = (server.trim_end_matches('/'), own_name());
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    Some(format!("{base}/{name}"))
}

/// Each test is a process of its own: the first migrates a template, and all others copy it.
async fn fresh_sqlite() -> TestDb {
    // A folder and not a name in the common one: a log that an ended test left beside a file is
    // read into the next file of that name.
    let folder = TempDir::with_prefix("carefolk_test_").unwrap();
    let template = std::env::temp_dir().join(format!("{}.db", template_name()));
    if !template.exists() {
        let making = folder.path().join("template.db");
        let db = Db::open(&format!("sqlite:{}", making.display()), OpenOptions::default())
            .await
            .unwrap();
        Migrator::up(db.migrate(), None).await.unwrap();
        db.migrate().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        db.close().await.unwrap();
        // Whoever comes second puts the same in its place.
        std::fs::rename(&making, &template).unwrap();
    }
    let file = folder.path().join("test.db");
    std::fs::copy(template, &file).unwrap();
    TestDb { url: format!("sqlite:{}", file.display()), folder: Some(folder) }
}

/// The same on a server, where one at a time looks for the template.
async fn fresh_postgres(server: &str) -> TestDb {
    let (base, name) = (server.trim_end_matches('/'), own_name());
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    let template = template_name();
    let admin = Database::connect(server).await.unwrap();
    let tx = admin.begin().await.unwrap();
    tx.execute_unprepared("SELECT pg_advisory_xact_lock(1952805748)").await.unwrap();
    let found = tx
        .query_one_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            "SELECT 1 FROM pg_database WHERE datname = $1",
            [template.clone().into()],
        ))
        .await
        .unwrap();
    if found.is_none() {
        let making = own_name();
        admin.execute_unprepared(&format!("CREATE DATABASE {making}")).await.unwrap();
        let db = Db::open(&format!("{base}/{making}"), OpenOptions::default()).await.unwrap();
        Migrator::up(db.migrate(), None).await.unwrap();
        db.close().await.unwrap();
        let rename = format!("ALTER DATABASE {making} RENAME TO {template}");
        admin.execute_unprepared(&rename).await.unwrap();
    }
    tx.commit().await.unwrap();
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    admin.execute_unprepared(&copy).await.unwrap();
    admin.close().await.unwrap();
    TestDb { url: format!("{base}/{name}"), folder: None }
}

impl TestDb {
    /// Does to the rows what the program never would; references are not watched on SQLite.
    ///
    /// # Panics
    ///
    /// If the database refuses.
    pub async fn meddle(&self, sql: &str) {
        meddle(&self.url, sql).await;
    }
}

/// The same with any database, such as that of a server that runs.
///
/// # Panics
///
/// If the database refuses.
pub async fn meddle(url: &str, sql: &str) {
    let is_sqlite = url.starts_with("sqlite:");
    let db = Database::connect(url).await.unwrap();
    let prefix = if is_sqlite { "PRAGMA foreign_keys = OFF; " } else { "" };
    db.execute_unprepared(&format!("{prefix}{sql}")).await.unwrap();
    db.close().await.unwrap();
}
