//! Connections: one pen and several readers on SQLite, one pool on PostgreSQL.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{self, SqlitePool};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _};
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// How long another process that is writing (a command line, a backup) is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long SQLite itself waits so before a change begins; then [`Db::begin`] asks again. SQLite looks more and more
/// rarely, in the end ten times a second, and a server that is busy leaves the pen for moments only: a
/// command would wait for a second where it could have had its turn after some milliseconds.
const LOOKS_FOR_MS: &str = "PRAGMA busy_timeout = 20";

/// Pages that the SQLite connection which writes may keep, and each that reads: 2 and 1 MiB, in SQLite's spelling. The
/// system keeps the file as well, and nothing measured was faster with more. The file is not mapped into
/// memory: a disk that fails would end the process in place of one statement.
const WRITER_CACHE: &str = "-2048";
const READER_CACHE: &str = "-1024";

/// Which database this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DbKind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl DbKind {
    /// Which one a connection leads to. We open these two and no others.
    pub(crate) fn of(backend: DbBackend) -> Self {
        if backend == DbBackend::Postgres { Self::Postgres } else { Self::Sqlite }
    }
}

/// How many connections there are and how long one waits for them.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Connections that read, on SQLite.
    pub readers: u32,
    /// All connections, on PostgreSQL.
    pub postgres_connections: u32,
    /// How long a caller waits for a connection before [`StoreError::Busy`].
    pub patience: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 4, postgres_connections: 10, patience: Duration::from_secs(10) }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    kind: DbKind,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Db {
    /// Opens `sqlite:PATH` (the file is made if it is not there) or `postgres://…`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it cannot be reached, or is an SQLite that does not take
    /// the settings that we depend on.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path)), &options).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url, &options).await
        } else {
            let words = "a database address begins with sqlite: or postgres:".to_owned();
            Err(StoreError::Unavailable(DbErr::Custom(words)))
        }
    }

    async fn open_sqlite(path: &Path, options: &OpenOptions) -> Result<Self, StoreError> {
        let base = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("cache_size", WRITER_CACHE)
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let pool = |most: u32| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(options.patience)
                // A file does not go away as a server does, so nothing is asked before use.
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        // The writer first: it makes the file and puts it into WAL mode.
        //
        // When a commit fails for the disk, SQLite ends the transaction by itself, the driver cannot
        // roll it back and goes on counting it as open. What came then would be savepoints in a
        // transaction that nobody ends: acknowledged, and lost. Such a pen is not
        // used again; its pool makes another.
        let writer = pool(1)
            .min_connections(1)
            .before_acquire(|pen, _about| Box::pin(async move { Ok(!pen.is_in_transaction()) }))
            .after_connect(|pen, _about| {
                // Not before: what another process does when it opens or closes the file takes longer.
                let looks = sqlx::query(LOOKS_FOR_MS).execute(pen);
                Box::pin(async move { looks.await.map(|_done| ()) })
            })
            .connect_with(base.clone())
            .await?;
        let readers = options.readers.max(1);
        let base = base.pragma("cache_size", READER_CACHE).pragma("query_only", "on");
        let reader = pool(readers).min_connections(1).connect_with(base).await?;
        check_pragmas(&writer, "20", WRITER_CACHE, "0").await?;
        check_pragmas(&reader, "5000", READER_CACHE, "1").await?;
        Ok(Self { kind: DbKind::Sqlite, writer: writer.into(), reader: reader.into() })
    }

    async fn open_postgres(url: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        let patience = format!("{}ms", options.patience.as_millis());
        let connect = url
            .parse::<PgConnectOptions>()?
            .application_name("carefolk")
            // Waiting for a row that somebody else holds has the same bound as waiting for a
            // connection; a transaction that its process forgot does not hold rows for ever.
            .options([("lock_timeout", patience.as_str())])
            .options([("idle_in_transaction_session_timeout", "60s")])
            // Compiling the claim of deliveries takes a second, running it a few milliseconds.
            .options([("jit", "off")])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(options.postgres_connections.max(1))
            .acquire_timeout(options.patience)
            .connect_with(connect)
            .await
            .map_err(|error| match StoreError::from(error) {
                // The driver takes a server that refuses for one that is starting, and waits.
                StoreError::Busy => StoreError::Unavailable(DbErr::Custom(
                    "the server did not answer in time".to_owned(),
                )),
                other => other,
            })?;
        let both = DatabaseConnection::from(pool);
        Ok(Self { kind: DbKind::Postgres, writer: both.clone(), reader: both })
    }

    /// Which database this is.
    pub fn kind(&self) -> DbKind {
        self.kind
    }

    /// The same, with `observe` told of each statement: how long it took, and whether it failed.
    /// What is opened once more by [`Db::open`] is not observed.
    #[must_use]
    pub fn observed(mut self, observe: impl Fn(Duration, bool) + Send + Sync + 'static) -> Self {
        let observe = Arc::new(observe);
        for connection in [&mut self.writer, &mut self.reader] {
            let observe = Arc::clone(&observe);
            connection.set_metric_callback(move |info| observe(info.elapsed, info.failed));
        }
        self
    }

    /// What reading statements are sent to. On SQLite these connections refuse to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins to read several things together. The driver asks each connection that it is given back whether it still
    /// works: a page of ten statements over ten loans is asked for twenty times.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when no connection is free within [`OpenOptions::patience`].
    pub async fn look(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx::new(self.reader.begin().await?))
    }

    /// What the migrator is given, and nobody else: on SQLite this is the only pen.
    pub fn migrate(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a change. On SQLite callers get their turn in the order in which they came.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] when the turn has not come within [`OpenOptions::patience`], or another process has the
    /// file of SQLite for five seconds.
    pub async fn begin(&self) -> Result<WriteTx, StoreError> {
        let options = match self.kind {
            // A deferred transaction that reads and then writes can fail whatever the timeout.
            DbKind::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            DbKind::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                ..TransactionOptions::default()
            },
        };
        let until = Instant::now() + BUSY_TIMEOUT;
        loop {
            match self.writer.begin_with_options(options).await.map_err(StoreError::from) {
                Err(StoreError::Busy) if self.kind == DbKind::Sqlite && Instant::now() < until => {}
                other => return Ok(WriteTx::new(other?)),
            }
        }
    }

    /// Closes every connection, after what is running on them.
    ///
    /// # Errors
    ///
    /// As any statement.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }
}

/// Refuses a database that silently did not take a setting: durability hangs on them.
async fn check_pragmas(
    pool: &SqlitePool,
    looks_for_ms: &str,
    cache_size: &str,
    query_only: &str,
) -> Result<(), StoreError> {
    let wanted = [
        ("PRAGMA journal_mode", "wal"),
        ("PRAGMA synchronous", "2"),
        ("PRAGMA foreign_keys", "1"),
        ("PRAGMA busy_timeout", looks_for_ms),
        ("PRAGMA temp_store", "2"),
        ("PRAGMA cache_size", cache_size),
        ("PRAGMA query_only", query_only),
    ];
    for (pragma, wanted) in wanted {
        let found = pragma_value(pool, pragma).await?;
        if found != wanted {
            let words = format!("{pragma} is {found} and not {wanted}");
            return Err(StoreError::Unavailable(DbErr::Custom(words)));
        }
    }
    Ok(())
}

async fn pragma_value(pool: &SqlitePool, pragma: &'static str) -> Result<String, StoreError> {
    use sea_orm::sqlx::{Row as _, ValueRef as _};
    let row = sqlx::query(pragma).fetch_one(pool).await?;
    let is_text = row.try_get_raw(0)?.type_info().to_string() == "TEXT";
    Ok(if is_text { row.try_get::<String, _>(0)? } else { row.try_get::<i64, _>(0)?.to_string() })
}
