//! Groups that other servers do not know of: they have no actor, and so a name and a text of their own.
//!
//! A column cannot stop being required on `SQLite`, so both tables are made anew with what was in them.

use sea_orm_migration::prelude::*;

use crate::m20261130_000060_create_groups as before;
use crate::schema::{
    Addition, NewTable, WithParent, big_integer_null, id, index, moment, text, text_null, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What both forms of the table have.
const SHARED: &str = "id, actor_id, kind, posting, rules, lang, area, created_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kept = Kept {
            // So that no two groups share a name, whatever their kind.
            handle: (
                ", handle",
                ", (SELECT a.handle_folded FROM actor a WHERE a.id = care_group_was.actor_id)",
            ),
            groups: "",
            members: "",
        };
        made_anew(manager, before::addition(), addition(), kept).await
    }

    /// The groups without an actor go, and who is in them; their posts stay, and nobody but who wrote them
    /// sees them.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kept = Kept {
            handle: ("", ""),
            groups: " WHERE actor_id IS NOT NULL",
            members: " WHERE role NOT IN ('asked', 'invited') \
                AND group_id IN (SELECT id FROM care_group)",
        };
        made_anew(manager, addition(), before::addition(), kept).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Which rows are written back.
struct Kept {
    /// A column that is new, and what it holds.
    handle: (&'static str, &'static str),
    groups: &'static str,
    members: &'static str,
}

async fn made_anew(
    manager: &SchemaManager<'_>,
    from: Addition,
    to: Addition,
    kept: Kept,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared("CREATE TABLE care_group_was AS SELECT * FROM care_group").await?;
    db.execute_unprepared("CREATE TABLE group_member_was AS SELECT * FROM group_member").await?;
    from.unmake(manager).await?;
    to.make(manager).await?;
    let (columns, values) = kept.handle;
    let groups = format!(
        "INSERT INTO care_group ({SHARED}{columns}) SELECT {SHARED}{values} FROM care_group_was{}",
        kept.groups
    );
    db.execute_unprepared(&groups).await?;
    let members = format!(
        "INSERT INTO group_member (group_id, actor_id, role, created_at) \
         SELECT group_id, actor_id, role, created_at FROM group_member_was{}",
        kept.members
    );
    db.execute_unprepared(&members).await?;
    db.execute_unprepared("DROP TABLE group_member_was").await?;
    db.execute_unprepared("DROP TABLE care_group_was").await?;
    Ok(())
}

fn addition() -> Addition {
    Addition {
        tables: vec![group(), before::member()],
        indexes: vec![
            unique("care_group", &["actor_id"]),
            unique("care_group", &["handle"]),
            index("group_member", &["actor_id", "group_id"]),
        ],
    }
}

fn group() -> NewTable {
    NewTable::of(
        "care_group",
        vec![
            id(),
            big_integer_null("actor_id"),
            text("kind"),
            text("handle"),
            text_null("name"),
            text_null("summary_source"),
            text_null("summary_html"),
            text("posting"),
            text("rules"),
            text("lang"),
            text_null("area"),
            moment("created_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Goes)
}
