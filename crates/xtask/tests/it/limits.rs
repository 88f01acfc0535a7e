//! The limits table of FEDERATION.md: each constant is where the table says, and has the value that
//! the table says.

use crate::tree::{between, code, find, read};

/// Rows that a constant alone does not decide. Whoever changes one of them looks here.
const BY_HAND: [&str; 4] = [
    "connections at once",             // a field of `ServeOptions::default`
    "HTML of a text, in characters",   // a multiple of a constant
    "verified activities of one host", // a field of `Limits::default`
    "requests of one client address",  // another
];

/// What is limited, to which values, and which constants hold them.
struct Row {
    limit: String,
    values: Vec<String>,
    constants: Vec<String>,
}

/// The rows of the table between the markers, without its head.
fn rows(page: &str) -> Vec<Row> {
    let table = between(page, "<!-- limits -->", "<!-- /limits -->").unwrap_or_default();
    let mut rows = Vec::new();
    for line in table.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 3, "this row has not three cells: {line}");
        rows.push(Row {
            limit: cells[0].to_owned(),
            values: cells[1].split(';').map(str::to_owned).collect(),
            constants: cells[2].split('`').skip(1).step_by(2).map(str::to_owned).collect(),
        });
    }
    rows
}

/// What stands behind `const NAME: TYPE =` in the file that a path such as
/// `httpkit::serve::STREAMS_MAX` leads to.
fn expression(path: &str) -> Option<String> {
    let (module, name) = path.rsplit_once("::")?;
    let (room, inside) = module.split_once("::")?;
    let stem = format!("crates/{room}/src/{}", inside.replace("::", "/"));
    let source = find(&format!("{stem}.rs")).or_else(|| find(&format!("{stem}/mod.rs")))?;
    let source = code(&source);
    let (_, rest) = source.split_once(&format!("const {name}: "))?;
    let (_, rest) = rest.split_once('=')?;
    let (expression, _) = rest.split_once(';')?;
    Some(expression.trim().to_owned())
}

/// What an expression comes to, times in milliseconds; nothing if it has another shape than these.
fn worth(expression: &str) -> Option<Vec<u64>> {
    if let Some(fields) = expression.strip_prefix("Allowance {") {
        let fields = fields.trim_end_matches('}').split(',');
        return fields.map(|field| product(field.split_once(':')?.1)).collect();
    }
    let (unit, count) = match expression.split_once('(') {
        Some((unit, rest)) => (unit, rest.strip_suffix(')')?),
        None => ("", expression),
    };
    let scale = match unit {
        "" | "Duration::from_millis" => 1,
        "Duration::from_secs" | "Span::seconds" => 1_000,
        "Duration::from_mins" | "Span::minutes" => 60_000,
        "Duration::from_hours" | "Span::hours" => 3_600_000,
        "Span::days" => 86_400_000,
        _ => return None,
    };
    Some(vec![product(count)? * scale])
}

/// `4_096`, `64 * 1024` or `1 << 20`.
fn product(text: &str) -> Option<u64> {
    if let Some((base, bits)) = text.split_once("<<") {
        return Some(number(base)? << number(bits)?);
    }
    text.split('*').map(number).product()
}

fn number(text: &str) -> Option<u64> {
    text.trim().replace(['_', ','], "").parse().ok()
}

/// The numbers of a value in words, each times its unit: `1 MiB`, `100 at once, then 10 a second`.
fn said(value: &str) -> Vec<u64> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let mut numbers = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(count) = number(word) else { continue };
        let unit = words.get(at + 1).copied().unwrap_or_default();
        let scale = match unit.trim_end_matches(',') {
            "KiB" => 1_024,
            "MiB" => 1_048_576,
            "s" => 1_000,
            "min" => 60_000,
            "h" => 3_600_000,
            "days" => 86_400_000,
            _ => 1,
        };
        numbers.push(count * scale);
    }
    numbers
}

#[test]
fn every_limit_of_the_table_is_the_one_in_the_code() {
    let rows = rows(&read("FEDERATION.md"));
    assert!(!rows.is_empty(), "FEDERATION.md has a table between <!-- limits --> and its twin");
    let mut faults = Vec::new();
    for Row { limit, values, constants } in &rows {
        if BY_HAND.contains(&limit.as_str()) {
            continue;
        }
        if values.len() != constants.len() {
            faults.push(format!("{limit}: name one constant for each value"));
        }
        for (value, path) in values.iter().zip(constants) {
            let Some(text) = expression(path) else {
                faults.push(format!("{limit}: there is no constant {path}"));
                continue;
            };
            match worth(&text) {
                Some(real) if said(value).starts_with(&real) => {}
                Some(_) => faults.push(format!("{limit}: '{value}', but {path} is {text}")),
                None => faults.push(format!("{limit}: {path} is {text}: put it into BY_HAND")),
            }
        }
    }
    for limit in BY_HAND.iter().filter(|limit| !rows.iter().any(|row| row.limit == **limit)) {
        faults.push(format!("'{limit}' is not in the table: take it off the list"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn values_are_read_in_words_and_in_code() {
    assert_eq!(said("2,000 at once, then 100 a second"), [2_000_u64, 100]);
    assert_eq!(said(" 1 MiB after unpacking, 30 s, port 443"), [1_048_576_u64, 30_000, 443]);
    for (text, value) in [
        ("4_096", 4_096),
        ("64 * 1024", 65_536),
        ("1 << 20", 1_048_576),
        ("Duration::from_mins(5)", 300_000),
        ("Span::days(7)", 604_800_000),
    ] {
        assert_eq!(worth(text), Some(vec![value]), "{text}");
    }
    assert_eq!(worth("Allowance { burst: 100, per_second: 10 }"), Some(vec![100, 10]));
    assert_eq!(worth("2 * OTHER"), None);
    assert_eq!(worth("other(5)"), None);
}

#[test]
fn a_row_may_hold_two_limits() {
    let page = "<!-- limits -->\n\n| a | b | c |\n| --- | --- | --- |\n\
                | x; y | 1 s; 2 | `p::q::R`, `p::S` |\n<!-- /limits -->";
    let rows = rows(page);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].limit, "x; y");
    assert_eq!(rows[0].values, ["1 s", " 2"]);
    assert_eq!(rows[0].constants, ["p::q::R", "p::S"]);
}
