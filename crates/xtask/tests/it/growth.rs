//! Everything that strangers can make grow stands in docs/dev/growth.md, with its bound (S-104).

use crate::tree::{code, files, read};

const PAGE: &str = "docs/dev/growth.md";

/// What holds more, the longer the program runs.
const GROWING: [&str; 5] =
    ["Cache::builder()", "= Cache::new(", ": Cache::new(", "(Cache::new(", "mpsc::channel("];
const MAPS: [&str; 2] = ["Mutex<HashMap", "Mutex<BTreeMap"];

#[test]
fn every_table_is_there() {
    let page = read(PAGE);
    let schema = read("crates/store/schema.sqlite.snap");
    let tables: Vec<&str> =
        schema.split("CREATE TABLE \"").skip(1).filter_map(|it| it.split('"').next()).collect();
    assert!(tables.len() > 30, "the tables are not found any more");
    for table in tables {
        assert!(page.contains(&format!("`{table}`")), "{PAGE}: what bounds the table {table}?");
    }
}

#[test]
fn every_cache_and_map_is_there_and_has_a_bound() {
    let page = read(PAGE);
    for room in ["app", "federation", "httpkit", "server", "store", "web"] {
        for file in files(&format!("crates/{room}/src"), &[".rs"]) {
            let source = code(&read(&file));
            let grows = GROWING.iter().chain(&MAPS).any(|it| source.contains(it));
            let name = file.trim_start_matches("crates/");
            assert!(!grows || page.contains(&format!("`{name}`")), "{PAGE}: what bounds {name}?");
            for (at, begin) in source.match_indices("Cache::builder()") {
                let rest = source.get(at + begin.len()..).unwrap_or_default();
                let made = rest.split(".build()").next().unwrap_or_default();
                assert!(made.contains(".max_capacity("), "{file}: a cache without a bound");
            }
        }
    }
}
