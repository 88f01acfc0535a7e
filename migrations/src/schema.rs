//! How our tables are written down: short words for what every step needs.
//!
//! Ids are minted by us, so no key counts up by itself. On SQLite an `integer` key is the row's
//! own number and needs no index of its own; a `bigint` there would need one. `sea_query` writes
//! `integer` on SQLite and `bigint` on PostgreSQL for the same column.
//!
//! Released steps are built with these words, so a word never changes its meaning.

use sea_orm_migration::prelude::*;
pub(crate) use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, integer, integer_null, text, text_null,
};

/// Tables and indexes that one step adds.
pub(crate) struct Addition {
    /// In an order in which each refers only to earlier ones.
    pub(crate) tables: Vec<NewTable>,
    pub(crate) indexes: Vec<IndexCreateStatement>,
}

impl Addition {
    pub(crate) async fn make(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables {
            manager.create_table(table.statement).await?;
        }
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// Takes the tables away, the last first; their indexes go with them.
    pub(crate) async fn unmake(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables.into_iter().rev() {
            manager.drop_table(Table::drop().table(table.name).to_owned()).await?;
        }
        Ok(())
    }
}

/// What becomes of a row when the row that it refers to is deleted.
#[derive(Clone, Copy)]
pub(crate) enum WithParent {
    /// It is deleted too.
    Goes,
    /// It stays, and so the other cannot be deleted.
    Holds,
}

/// A table that a step adds.
pub(crate) struct NewTable {
    name: &'static str,
    statement: TableCreateStatement,
}

impl NewTable {
    pub(crate) fn of(name: &'static str, columns: Vec<ColumnDef>) -> Self {
        let mut statement = Table::create();
        statement.table(name);
        for column in columns {
            statement.col(column);
        }
        Self { name, statement }
    }

    /// Its key is these columns together.
    pub(crate) fn keyed_by(mut self, columns: &[&'static str]) -> Self {
        let mut key = Index::create();
        for column in columns {
            key.col(*column);
        }
        self.statement.primary_key(&mut key);
        self
    }

    /// `column` holds the id of a row of `parent`.
    pub(crate) fn refers(
        mut self,
        column: &'static str,
        parent: &'static str,
        with_parent: WithParent,
    ) -> Self {
        let mut key = ForeignKey::create();
        key.name(format!("{}_{column}", self.name)).from(self.name, column).to(parent, "id");
        if matches!(with_parent, WithParent::Goes) {
            key.on_delete(ForeignKeyAction::Cascade);
        }
        self.statement.foreign_key(&mut key);
        self
    }
}

/// The usual key: a number that we minted.
pub(crate) fn id() -> ColumnDef {
    big_integer("id").primary_key().take()
}

/// A column of milliseconds since 1970.
pub(crate) fn moment(name: &'static str) -> ColumnDef {
    big_integer(name)
}

/// The same, where there may be none.
pub(crate) fn moment_null(name: &'static str) -> ColumnDef {
    big_integer_null(name)
}

/// An index, named after its table and columns.
pub(crate) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}__{}", columns.join("__"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// An index that no two rows share.
pub(crate) fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).unique().take()
}

/// `index`, of the rows alone in which `column` has a value: most have none.
pub(crate) fn where_set(
    mut index: IndexCreateStatement,
    column: &'static str,
) -> IndexCreateStatement {
    index.and_where(Expr::col(column).is_not_null()).take()
}
