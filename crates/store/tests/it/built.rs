//! How SQLite is built (ADR-0023): what is slow is switched off, for all who build here.

use carefolk_store::DbKind;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::database::fresh;

#[tokio::test]
async fn sqlite_is_built_for_several_who_read_at_once() {
    let db = fresh("built").await;
    if db.kind() != DbKind::Sqlite {
        return;
    }
    let sql = "PRAGMA compile_options";
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, []);
    let rows = db.read().query_all_raw(statement).await.unwrap();
    let options: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    for (option, is_there) in [
        ("DEFAULT_MEMSTATUS=0", true),
        ("ENABLE_QPSG", true),
        ("ENABLE_STAT4", false),
        ("ENABLE_MEMORY_MANAGEMENT", false),
    ] {
        assert_eq!(options.iter().any(|found| found == option), is_there, "{option}: {options:?}");
    }
}
