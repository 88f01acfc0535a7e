//! A statement in the making: text and bound values that cannot get out of step.

use sea_orm::{ConnectionTrait, Statement, Value};

/// Rows in one statement at most. The widest of our rows has 14 columns, and SQLite takes 32,766
/// bound values.
pub(super) const ROWS_MAX: usize = 1_000;

/// A statement in the making.
///
/// Both databases understand `$1`, `$2` ... as the first, second ... value, wherever they stand.
#[derive(Debug, Default)]
pub(super) struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// A statement that begins with `text`, whose `$n` are `values`.
    pub(super) fn new<const N: usize>(text: impl Into<String>, values: [Value; N]) -> Self {
        Self { text: text.into(), values: values.into() }
    }

    /// Adds `text` as it is.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds one row of values in brackets for each of `rows`, with commas between them.
    pub(super) fn rows<const N: usize>(mut self, rows: impl Iterator<Item = [Value; N]>) -> Self {
        for (row_number, row) in rows.enumerate() {
            self.text.push_str(if row_number == 0 { "(" } else { ",(" });
            for (column, value) in row.into_iter().enumerate() {
                if column > 0 {
                    self.text.push(',');
                }
                self.bind(value);
            }
            self.text.push(')');
        }
        self
    }

    /// Adds one value.
    pub(super) fn value(mut self, value: Value) -> Self {
        self.bind(value);
        self
    }

    fn bind(&mut self, value: Value) {
        self.values.push(value);
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
    }

    /// The statement for the database behind `conn`.
    pub(super) fn on(self, conn: &impl ConnectionTrait) -> Statement {
        Statement::from_sql_and_values(conn.get_database_backend(), self.text, self.values)
    }
}
