//! A database for one test: a copy of a migrated template, on SQLite or, where `TEST_DB=postgres`,
//! on the server that `CAREFOLK_TEST_POSTGRES` names.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use carefolk_migrations::{Migrator, MigratorTrait};
use carefolk_store::{Db, OpenOptions};
use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;

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

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(0);

fn own_name() -> String {
    format!("carefolk_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
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

async fn fresh_sqlite() -> TestDb {
    let template = TEMPLATE
        .get_or_init(|| async {
            let path = std::env::temp_dir().join(format!("{}.template.db", own_name()));
            let db = Db::open(&format!("sqlite:{}", path.display()), OpenOptions::default())
                .await
                .unwrap();
            Migrator::up(db.migrate(), None).await.unwrap();
            db.migrate().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            db.close().await.unwrap();
            path.display().to_string()
        })
        .await;
    let file = std::env::temp_dir().join(format!("{}.db", own_name()));
    std::fs::copy(template, &file).unwrap();
    TestDb { url: format!("sqlite:{}", file.display()), file: Some(file) }
}

async fn fresh_postgres(server: &str) -> TestDb {
    let (base, name) = (server.trim_end_matches('/'), own_name());
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    let url = format!("{base}/{name}");
    let admin = Database::connect(server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    let db = Db::open(&url, OpenOptions::default()).await.unwrap();
    Migrator::up(db.migrate(), None).await.unwrap();
    db.close().await.unwrap();
    TestDb { url, file: None }
}
