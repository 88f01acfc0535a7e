//! The numbers for a monitoring program: told on this machine alone, true, and known to the dashboard.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Place, Running, ask, free_address, get};

/// A server with a public address, where it listens, and where it tells its numbers.
fn serve(place: &Place) -> (Running, String, String) {
    let mut command = place.command(&["serve"]);
    let listen = free_address();
    command.env("CAREFOLK__METRICS__LISTEN", "127.0.0.1:0");
    command.env("CAREFOLK__HTTP__LISTEN", &listen);
    command.env("CAREFOLK__INSTANCE__URL", "https://care.example");
    let server = Running::start(command, "Stop it with");
    let line = server.line("Numbers for monitoring").unwrap();
    let address = line.split("http://").nth(1).unwrap().trim_end_matches("/metrics").to_owned();
    (server, listen, address)
}

/// Every name of a page, those of histograms with their three endings.
fn names(page: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        if kind == "histogram" {
            names.extend(["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")));
        } else {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The value of the line that begins with `series`.
fn value(page: &str, series: &str) -> Option<f64> {
    let line = page.lines().find(|line| line.split(' ').next() == Some(series))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// Every word that looks like one of our names.
fn mentioned(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("carefolk_")).map(str::to_owned).collect()
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn numbers_are_off_unless_switched_on_and_never_told_to_others() {
    let place = Place::new();
    let server = Running::serve(&place);
    assert_eq!(server.line("Numbers for monitoring"), None);
    assert_eq!(server.get("/metrics").0, 404);
    server.stop();
    let answer = place.run_with(&["serve"], &[("CAREFOLK__METRICS__LISTEN", "0.0.0.0:0")]);
    answer.fails_saying(&["metrics.listen", "this machine alone"]);
}

#[test]
fn numbers_say_what_happened() {
    let place = Place::new();
    let (server, listen, address) = serve(&place);
    // What is not signed is refused, and counted.
    let head =
        "POST /inbox HTTP/1.1\r\nHost: care.example\r\nContent-Type: application/activity+json";
    assert_eq!(ask(&listen, head, "{}").0, 401);
    let (status, page) = get(&address, "/metrics");
    assert_eq!(status, 200);
    assert_eq!(value(&page, "carefolk_database_up"), Some(1.0), "{page}");
    assert_eq!(value(&page, "carefolk_panics_total"), Some(0.0), "{page}");
    assert_eq!(value(&page, "carefolk_dead_letters"), Some(0.0), "{page}");
    assert!(value(&page, "carefolk_disk_free_bytes").unwrap() > 0.0, "{page}");
    assert!(value(&page, "carefolk_database_commit_seconds_count").unwrap() > 0.0, "{page}");
    assert!(page.contains("carefolk_refusals_total{reason=\"no signature\"} 1\n"), "{page}");
    assert!(page.contains("carefolk_build_info{version=\""), "{page}");
    // A page of another site that made its name lead here learns nothing.
    let (status, ..) = ask(&address, "GET /metrics HTTP/1.1\r\nHost: evil.example", "");
    assert_eq!(status, 421);
    assert!(server.stop().success());
}

#[test]
fn the_dashboard_and_the_book_know_the_numbers_that_exist() {
    let place = Place::new();
    let (_server, _, address) = serve(&place);
    let there = names(&get(&address, "/metrics").1);
    let dashboard: serde_json::Value =
        serde_json::from_str(&read("docs/admin/grafana.json")).unwrap();
    let used = mentioned(&dashboard.to_string());
    assert!(used.len() > 15, "{used:?}");
    let unknown: Vec<_> = used.difference(&there).collect();
    assert!(unknown.is_empty(), "docs/admin/grafana.json uses {unknown:?}");
    let book = mentioned(&read("docs/admin/monitoring.md"));
    let whole = |name: &String| {
        let bare = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        bare.unwrap_or(name).to_owned()
    };
    let families: BTreeSet<String> = there.iter().map(whole).collect();
    let explained: BTreeSet<String> = book.iter().map(whole).collect();
    assert_eq!(explained, families, "docs/admin/monitoring.md");
}
