//! I2: which crate may name which foreign crate, and where SQL may be written.

use crate::tree::{code, files, names, read};

/// A foreign crate, and the folders whose code may name it.
const ROOMS: [(&[&str], &[&str]); 3] = [
    (
        &["axum", "axum_extra"],
        &["crates/httpkit/", "crates/federation/", "crates/web/", "crates/server/", "tests/"],
    ),
    (&["activitypub_federation"], &["crates/federation/"]),
    (
        &["sea_orm", "sea_orm_migration", "sqlx"],
        &[
            "crates/domain/",
            "crates/store/",
            "crates/app/",
            "crates/testkit/",
            "crates/server/src/cli/migrate",
            "migrations/",
        ],
    ),
];

/// Words that mean SQL text, or a difference between the databases.
const SQL_WORDS: [&str; 6] =
    ["Statement", "DbBackend", "DatabaseBackend", "execute_unprepared", "raw_sql", "query_as"];

/// Where such words may stand.
const SQL_ROOMS: [&str; 5] = [
    "crates/store/src/dialect",
    "crates/store/src/db.rs", // opens the connections and asks which database it is
    "crates/store/tests/",
    "crates/testkit/src/database.rs", // makes the databases that tests run in
    "migrations/",
];

fn sources() -> Vec<String> {
    let tidy = |path: &String| path.starts_with("crates/xtask/");
    files("", &[".rs"]).into_iter().filter(|path| !tidy(path)).collect()
}

#[test]
fn each_foreign_crate_is_named_only_in_its_rooms() {
    let mut faults = Vec::new();
    for path in sources() {
        let text = code(&read(&path));
        for (words, rooms) in ROOMS {
            let is_room = rooms.iter().any(|room| path.starts_with(room));
            for word in words.iter().filter(|word| !is_room && names(&text, word)) {
                faults.push(format!("{path} names {word}: only {rooms:?} may"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_domain_has_columns_but_no_connection() {
    for path in files("crates/domain/src", &[".rs"]) {
        let text = code(&read(&path));
        for word in ["ConnectionTrait", "DatabaseConnection", "TransactionTrait"] {
            assert!(!names(&text, word), "{path} names {word}: the domain does no I/O");
        }
    }
}

#[test]
fn sql_text_lives_in_the_dialect_and_in_migrations() {
    let mut faults = Vec::new();
    for path in sources() {
        if SQL_ROOMS.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        let text = code(&read(&path));
        for word in SQL_WORDS.iter().filter(|word| names(&text, word)) {
            faults.push(format!("{path} names {word}: SQL text lives in store/src/dialect"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
