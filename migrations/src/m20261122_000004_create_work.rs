//! Work for later, and the record of what was done with special rights.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::schema::{
    Addition, NewTable, big_integer, blob, id, index, integer, moment, moment_null, text,
    text_null, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        for statement in keep_audit(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION audit_stays()").await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    Addition {
        tables: vec![job(), audit()],
        indexes: vec![
            unique("job", &["unique_key"]),
            index("job", &["state", "run_at", "id"]),
            // A chain does not fork.
            unique("audit", &["number"]),
            unique("audit", &["previous_hash"]),
        ],
    }
}

/// What was written into the audit stays as it was: the database itself refuses.
fn keep_audit(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the audit is not changed'; END $$",
            "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit \
             FOR EACH ROW EXECUTE FUNCTION audit_stays()",
        ],
        _ => &[
            "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit \
             BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END",
            "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit \
             BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END",
        ],
    }
}

fn job() -> NewTable {
    NewTable::of(
        "job",
        vec![
            id(),
            text("name"),
            text("payload"),
            text_null("unique_key"),
            text("state"),
            integer("attempts"),
            moment("run_at"),
            moment_null("locked_until"),
            text_null("last_error"),
            moment("created_at"),
        ],
    )
}

fn audit() -> NewTable {
    NewTable::of(
        "audit",
        vec![
            id(),
            big_integer("number"),
            moment("at"),
            text("who"),
            text("act"),
            text("target"),
            text("detail"),
            blob("previous_hash"),
            blob("hash"),
        ],
    )
}
