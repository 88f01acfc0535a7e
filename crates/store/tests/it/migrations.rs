//! The schema: each step goes both ways, and the entities fit the tables.

use carefolk_migrations::Migrator;
use carefolk_store::{Db, DbKind, entity};
use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable, Statement};
use sea_orm_migration::MigratorTrait;

use crate::database::{empty, fresh, kind};

/// A column, as far as both databases and the entities can say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) name: String,
    family: &'static str,
    nullable: bool,
}

impl Column {
    /// Any value that fits, as SQL; ids are `id`.
    pub(crate) fn sample(&self, id: i64) -> String {
        match self.family {
            "number" if self.name == "id" => id.to_string(),
            "number" => "1".to_owned(),
            "text" => "'x'".to_owned(),
            "truth" => "false".to_owned(),
            _ if kind() == DbKind::Sqlite => "x'00'".to_owned(),
            _ => "'\\x00'".to_owned(),
        }
    }
}

/// All tables with their columns, in the order of names.
pub(crate) async fn tables(db: &Db) -> Vec<(String, Vec<Column>)> {
    let sql = match db.kind() {
        DbKind::Sqlite => {
            "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0 \
             FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name"
        }
        DbKind::Postgres => {
            "SELECT table_name::text, column_name::text, data_type::text, \
               (is_nullable = 'YES')::int::bigint \
             FROM information_schema.columns WHERE table_schema = 'public' \
             ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\""
        }
    };
    let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
    for row in query(db, sql).await {
        let table: String = row.try_get_by_index(0).unwrap();
        let declared: String = row.try_get_by_index(2).unwrap();
        let nullable: i64 = row.try_get_by_index(3).unwrap();
        let column = Column {
            name: row.try_get_by_index(1).unwrap(),
            family: match declared.to_ascii_lowercase().as_str() {
                "integer" | "bigint" => "number",
                "text" | "varchar" | "character varying" => "text",
                "blob" | "bytea" => "bytes",
                "boolean" => "truth",
                other => panic!("{table} has a column of type {other}"),
            },
            nullable: nullable != 0,
        };
        match tables.last_mut() {
            Some((name, columns)) if *name == table => columns.push(column),
            _ => tables.push((table, vec![column])),
        }
    }
    tables
}

async fn query(db: &Db, sql: &str) -> Vec<sea_orm::QueryResult> {
    let backend = db.read().get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, []);
    db.read().query_all_raw(statement).await.unwrap()
}

fn entity_columns<E: EntityTrait>() -> (String, Vec<Column>) {
    let mut columns: Vec<Column> = E::Column::iter()
        .map(|column| {
            let definition = column.def();
            Column {
                name: sea_orm::IdenStatic::as_str(&column).to_owned(),
                family: match definition.get_column_type() {
                    ColumnType::Integer | ColumnType::BigInteger => "number",
                    ColumnType::Text | ColumnType::String(_) => "text",
                    ColumnType::Boolean => "truth",
                    ColumnType::VarBinary(_) | ColumnType::Binary(_) | ColumnType::Blob => "bytes",
                    other => panic!("an entity has a column of type {other:?}"),
                },
                nullable: definition.is_null(),
            }
        })
        .collect();
    columns.sort();
    (sea_orm::EntityName::table_name(&E::default()).to_owned(), columns)
}

macro_rules! all_entities {
    ($($name:ident),* $(,)?) => { vec![$(entity_columns::<entity::$name::Entity>()),*] };
}

#[tokio::test]
async fn every_entity_has_the_columns_of_its_table() {
    let db = fresh("migration_entities").await;
    let mut found = tables(&db).await;
    found.retain(|(table, _)| table != "seaql_migrations");
    let wanted = all_entities![
        account,
        actor,
        actor_key,
        addressed,
        attachment,
        audit,
        block,
        group,
        delivery,
        domain,
        fan_out,
        follow,
        group_member,
        group_pin,
        handle_history,
        hashtag,
        held_post,
        home,
        inbound_activity,
        job,
        mention,
        notification,
        outbox_activity,
        peer,
        picture,
        pin,
        poll,
        poll_option,
        poll_vote,
        post,
        post_hashtag,
        quote_stamp,
        reaction,
        refusal,
        remote_picture,
        rendition,
        report,
        report_post,
        revision,
        session,
        setting,
        sign_in_try,
        team_member,
        tombstone,
        worker_lease,
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn every_step_goes_up_down_and_up_again() {
    let db = empty("migration_steps").await;
    for _ in Migrator::migrations() {
        let before = tables(&db).await;
        Migrator::up(db.migrate(), Some(1)).await.unwrap();
        let after = tables(&db).await;
        Migrator::down(db.migrate(), Some(1)).await.unwrap();
        let back = tables(&db).await;
        if before.is_empty() {
            assert_eq!(back.len(), 1, "the table of steps alone is left");
        } else {
            assert_eq!(back, before);
        }
        Migrator::up(db.migrate(), Some(1)).await.unwrap();
        assert_eq!(tables(&db).await, after);
    }
    Migrator::down(db.migrate(), None).await.unwrap();
    assert_eq!(tables(&db).await.len(), 1);
    Migrator::up(db.migrate(), None).await.unwrap();
}

#[tokio::test]
async fn on_sqlite_an_id_is_the_number_of_its_row() {
    let db = fresh("migration_rowid").await;
    if db.kind() != DbKind::Sqlite {
        return;
    }
    let sql = "SELECT DISTINCT tbl_name FROM sqlite_master WHERE name LIKE 'sqlite_autoindex%'";
    let indexed = query(&db, sql).await;
    let indexed: Vec<String> = indexed.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    for (table, columns) in tables(&db).await {
        let has_id = columns.iter().any(|column| column.name == "id");
        assert!(!(has_id && indexed.contains(&table)), "{table} has an index on its id");
    }
}

#[tokio::test]
async fn the_schema_is_the_one_that_was_reviewed() {
    let db = fresh("migration_snapshot").await;
    let (name, sql) = match db.kind() {
        DbKind::Sqlite => (
            "schema.sqlite",
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL \
             AND tbl_name <> 'seaql_migrations' ORDER BY tbl_name, type DESC, name",
        ),
        DbKind::Postgres => (
            "schema.postgres",
            "SELECT line FROM ( \
               SELECT table_name || '.' || column_name || ' ' || data_type || \
                 CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END AS line \
               FROM information_schema.columns WHERE table_schema = 'public' \
               UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
               UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) \
               FROM pg_constraint WHERE contype = 'f') every \
             WHERE line NOT LIKE '%seaql_migrations%' ORDER BY line COLLATE \"C\"",
        ),
    };
    let lines: Vec<String> = query(&db, sql)
        .await
        .iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap())
        .collect();
    let schema =
        lines.join("\n").replace(", \"", ",\n  \"").replace(", CONSTRAINT", ",\n  CONSTRAINT");
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../.." }, {
        insta::assert_snapshot!(name, schema);
    });
}
