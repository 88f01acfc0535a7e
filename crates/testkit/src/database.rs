//! A database for one test: a copy of a migrated template, on SQLite or, where `TEST_DB=postgres`,
//! on the server that `CAREFOLK_TEST_POSTGRES` names.

use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use carefolk_migrations::{Migrator, MigratorTrait};
use carefolk_store::{Db, OpenOptions};
use sea_orm::{ConnectionTrait, Database, Statement, TransactionTrait};

/// A database that is there for one test.
#[derive(Debug)]
pub struct TestDb {
    /// Where it is.
    pub url: String,
    file: Option<PathBuf>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        for ending in ["", "-wal", "-shm"] {
            let mut path = file.clone().into_os_string();
            path.push(ending);
            // A file that is already gone is what we want.
            let _ = std::fs::remove_file(path);
        }
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

fn own_name() -> String {
    format!("carefolk_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
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
    let folder = std::env::temp_dir();
    let template = folder.join(format!("{}.db", template_name()));
    if !template.exists() {
        let making = folder.join(format!("{}.db", own_name()));
        let db = Db::open(&format!("sqlite:{}", making.display()), OpenOptions::default())
            .await
            .unwrap();
        Migrator::up(db.migrate(), None).await.unwrap();
        db.migrate().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        db.close().await.unwrap();
        // Whoever comes second puts the same in its place.
        std::fs::rename(&making, &template).unwrap();
    }
    let file = folder.join(format!("{}.db", own_name()));
    std::fs::copy(template, &file).unwrap();
    TestDb { url: format!("sqlite:{}", file.display()), file: Some(file) }
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
    TestDb { url: format!("{base}/{name}"), file: None }
}
