//! What can go wrong with a database, in five words.

use sea_orm::sqlx::{self, error::DatabaseError};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr};

/// What went wrong. Cheap to clone, because one failed group commit is told to many callers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The row is not there.
    #[error("no such row")]
    NotFound,
    /// A row with the same key is there already.
    #[error("a row with this key exists")]
    Conflict,
    /// The database has too much to do. Trying again in a moment is safe.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached or cannot write. Somebody has to look at the machine.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// The program and the database do not fit together. Somebody has to look at the program.
    #[error("the database refused a statement")]
    Bug(#[source] DbErr),
}

impl StoreError {
    /// An invariant of ours that broke, in words for a developer.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::Bug(DbErr::Custom(what.into()))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => Self::NotFound,
            DbErr::RecordNotInserted => Self::Conflict,
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy,
            DbErr::ConnectionAcquire(_) => Self::Unavailable(error),
            DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause) => {
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
                    return Self::Conflict;
                }
                match fate_of(cause, &error) {
                    Fate::Busy => Self::Busy,
                    Fate::Unavailable => Self::Unavailable(error),
                    Fate::Bug => Self::Bug(error),
                }
            }
            _ => Self::Bug(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let cause = RuntimeErr::SqlxError(error.into());
        Self::from(DbErr::Conn(cause))
    }
}

/// The three ends that need a look into the driver's error.
enum Fate {
    Busy,
    Unavailable,
    Bug,
}

fn fate_of(cause: &RuntimeErr, whole: &DbErr) -> Fate {
    let RuntimeErr::SqlxError(cause) = cause else {
        return if matches!(whole, DbErr::Conn(_)) { Fate::Unavailable } else { Fate::Bug };
    };
    match &**cause {
        sqlx::Error::PoolTimedOut => Fate::Busy,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Configuration(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Fate::Unavailable,
        sqlx::Error::Database(answer) => fate_of_answer(answer.as_ref()),
        _ if matches!(whole, DbErr::Conn(_)) => Fate::Unavailable,
        _ => Fate::Bug,
    }
}

fn fate_of_answer(answer: &dyn DatabaseError) -> Fate {
    let code = answer.code().unwrap_or_default();
    match code.parse::<i32>() {
        // SQLSTATE has five characters; SQLite's extended result codes have at most four digits.
        Ok(number) if code.len() < 5 => fate_on_sqlite(number),
        _ => fate_on_postgres(&code),
    }
}

/// <https://sqlite.org/rescode.html>: the primary code is the low byte of the extended one.
fn fate_on_sqlite(code: i32) -> Fate {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const PERM: i32 = 3;
    const NO_MEMORY: i32 = 7;
    const READ_ONLY: i32 = 8;
    const IO_ERROR: i32 = 10;
    const CORRUPT: i32 = 11;
    const FULL: i32 = 13;
    const CANNOT_OPEN: i32 = 14;
    const NOT_A_DATABASE: i32 = 26;
    match code & 0xff {
        BUSY | LOCKED => Fate::Busy,
        PERM | NO_MEMORY | READ_ONLY | IO_ERROR | CORRUPT | FULL | CANNOT_OPEN | NOT_A_DATABASE => {
            Fate::Unavailable
        }
        _ => Fate::Bug,
    }
}

/// Appendix A of the manual of PostgreSQL: the first two characters name the class.
fn fate_on_postgres(code: &str) -> Fate {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    const READ_ONLY_TRANSACTION: &str = "25006";
    match (code, code.get(..2).unwrap_or_default()) {
        // 40: serialization failure, deadlock detected.
        (LOCK_NOT_AVAILABLE, _) | (_, "40") => Fate::Busy,
        // 08: connection; 28: authorization; 3D: no such database; 53: disk, memory or
        // connections used up; 57: shutting down, cancelled; 58: the system; XX: corrupted.
        (READ_ONLY_TRANSACTION, _) | (_, "08" | "28" | "3D" | "53" | "57" | "58" | "XX") => {
            Fate::Unavailable
        }
        _ => Fate::Bug,
    }
}
