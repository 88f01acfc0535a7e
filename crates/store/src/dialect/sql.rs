//! A statement in the making: text and bound values that cannot get out of step.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

/// How many rows stand in one statement: one of these. Each connection keeps the statements it has
/// prepared, by their text; were every number of rows a text of its own, it would prepare nearly each one
/// anew, and keep a hundred long ones that never come again.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// `rows` in pieces of few different [`SIZES`], in their order.
pub(super) fn sized<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

/// `values`, with the last of them repeated until there are as many as a statement that others send as well
/// has: to be looked for with `IN`, where it makes no difference. More than 1,000 at once stay as they are.
pub fn padded<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    const SIZES: [usize; 6] = [1, 4, 16, 64, 256, 1_024];
    let mut values: Vec<T> = values.into_iter().collect();
    let size = SIZES.into_iter().find(|size| *size >= values.len());
    if let (Some(size), Some(last)) = (size, values.last().cloned()) {
        values.resize(size, last);
    }
    values
}

/// A statement in the making.
///
/// `$1`, `$2` ... are the first, second ... value, wherever they stand.
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
        self.for_backend(conn.get_database_backend())
    }

    fn for_backend(self, backend: DbBackend) -> Statement {
        let this = if backend == DbBackend::Sqlite { self.nameless() } else { self };
        Statement::from_sql_and_values(backend, this.text, this.values)
    }

    /// The same with `?` for each value, in the order of the text. For SQLite `$1` is a name, and
    /// to look up the names of a statement takes the square of their number: a second for the
    /// deliveries of one post to 4,000 followers.
    fn nameless(self) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut order = Vec::with_capacity(self.values.len());
        for (part, piece) in self.text.split('\'').enumerate() {
            if part > 0 {
                text.push('\'');
            }
            // Every other piece stands between quotes.
            if part % 2 == 1 {
                text.push_str(piece);
            } else {
                unname(piece, &mut text, &mut order);
            }
        }
        if order.iter().copied().eq(0..self.values.len()) {
            return Self { text, values: self.values };
        }
        let values = order.iter().filter_map(|index| self.values.get(*index).cloned()).collect();
        Self { text, values }
    }
}

/// Copies `piece` to `text` with `?` for each `$n`, and notes the indices of their values.
fn unname(piece: &str, text: &mut String, order: &mut Vec<usize>) {
    let mut rest = piece;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (digits, behind) = after.split_at(end);
        match digits.parse::<usize>() {
            Ok(number @ 1..) => {
                text.push('?');
                order.push(number - 1);
            }
            _ => {
                text.push('$');
                text.push_str(digits);
            }
        }
        rest = behind;
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(backend: DbBackend) -> (String, Vec<Value>) {
        let words = "SELECT '$1' FROM t WHERE a = $2 AND b = $1 AND c IN ";
        let rows = [[3_i32.into(), 4_i32.into()]].into_iter();
        let statement = Sql::new(words, [1_i32.into(), 2_i32.into()]).rows(rows).text(" OR d = $2");
        let statement = statement.for_backend(backend);
        (statement.sql, statement.values.map(|values| values.0).unwrap_or_default())
    }

    #[test]
    fn rows_stand_in_pieces_of_few_sizes_and_in_their_order() {
        let rows: Vec<usize> = (0..600).collect();
        let pieces: Vec<&[usize]> = sized(&rows).collect();
        let sizes: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
        assert_eq!(sizes, [256, 256, 64, 16, 4, 4]);
        assert_eq!(pieces.concat(), rows);
        assert_eq!(sized::<i64>(&[]).count(), 0);
    }

    #[test]
    fn what_is_looked_for_is_repeated_up_to_the_next_size() {
        assert_eq!(padded([7]), [7]);
        assert_eq!(padded([7, 8]), [7, 8, 8, 8]);
        assert_eq!(padded(0..257).len(), 1_024);
        assert_eq!(padded(0..1_025).len(), 1_025);
        assert_eq!(padded(Vec::<i64>::new()), Vec::<i64>::new());
    }

    #[test]
    fn postgres_is_told_numbers() {
        let (text, values) = made(DbBackend::Postgres);
        assert_eq!(text, "SELECT '$1' FROM t WHERE a = $2 AND b = $1 AND c IN ($3,$4) OR d = $2");
        assert_eq!(values, [1, 2, 3, 4].map(Value::from));
    }

    #[test]
    fn sqlite_is_told_places() {
        let (text, values) = made(DbBackend::Sqlite);
        assert_eq!(text, "SELECT '$1' FROM t WHERE a = ? AND b = ? AND c IN (?,?) OR d = ?");
        assert_eq!(values, [2, 1, 3, 4, 2].map(Value::from));
    }
}
