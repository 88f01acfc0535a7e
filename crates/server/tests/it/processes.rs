//! Several processes on one PostgreSQL, each with a part of the work; on SQLite one alone.

use std::time::Duration;

use crate::sink::Sink;
use crate::support::{Place, Running, ask, within};

/// How many follow the provider; `CAREFOLK_CROWD=10000` is the full form.
const CROWD: usize = 300;

/// How many of them are on one server.
const ON_EACH: usize = 5;

/// What a killed process had is taken over after 60 s, and then sent.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(150);

/// A place whose server talks to others on this machine.
fn federating() -> Place {
    let place = Place::new();
    let settings = "[instance]\nurl = \"http://care.localhost\"\n\
         [federation]\nlab_networks = [\"127.0.0.0/8\"]\n[log]\nlevel = \"warn\"\n";
    std::fs::write(place.path("carefolk.toml"), settings).unwrap();
    place
}

fn provider(place: &Place) {
    place.run(&["account", "create", "ann", "--email", "ann@b.example"]).good();
    place.run(&["provider", "create", "elm", "--name", "Elm House", "--owner", "ann"]).good();
}

fn crowd(place: &Place, inboxes: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(carefolk_testkit::crowd(&place.database_url(), "elm", inboxes));
}

/// How many connections a process holds.
fn sockets(process: u32) -> usize {
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let is_socket = |entry: &std::fs::DirEntry| {
        std::fs::read_link(entry.path()).is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
    };
    open.filter_map(Result::ok).filter(is_socket).count()
}

#[test]
fn killing_one_of_four_processes_in_a_fan_out_loses_nothing() {
    let place = federating();
    if place.is_on_sqlite() {
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "tests have no settings")]
    let crowd_size = std::env::var("CAREFOLK_CROWD").ok().and_then(|n| n.parse().ok());
    let size: usize = crowd_size.unwrap_or(CROWD);
    // All four at the same moment, on an empty database: one of them makes it.
    let roles = ["web", "inbox,jobs", "delivery", "delivery"];
    let commands = roles.map(|roles| place.command(&["serve", "--roles", roles]));
    let mut processes = Running::start_all(commands.into(), "Stop it with");
    assert!(processes[0].line("/setup?token=").is_some(), "{:?}", processes[0].said);
    assert!(processes[2].line("a part of the work: delivery").is_some());
    provider(&place);
    let sink = Sink::new(size / 3);
    let port = sink.port;
    let inbox = |n: usize| format!("http://h{}.localhost:{port}/in/{n}", n / ON_EACH);
    let inboxes: Vec<String> = (0..size).map(inbox).collect();
    crowd(&place, &inboxes);
    place.tell(&["post", "create", "--as", "elm", "--text-stdin"], "Soup at noon.").good();

    // In the middle: a third is delivered, and a good part of the rest is under way.
    within(TAKEN_OVER_WITHIN, "the middle of the fan-out", || sink.count() >= size / 3 + ON_EACH);
    let busiest =
        if sockets(processes[2].number()) >= sockets(processes[3].number()) { 2 } else { 3 };
    let mut killed = processes.remove(busiest);
    killed.signal("KILL");
    within(TAKEN_OVER_WITHIN, "the end of the killed", || killed.ended().is_some());
    sink.open();
    within(TAKEN_OVER_WITHIN, "every inbox", || sink.arrived().len() == size);
    let left = || place.json(&["delivery", "list"], "");
    within(TAKEN_OVER_WITHIN, "an empty queue", || left() == serde_json::json!([]));

    let arrived = sink.arrived();
    let mut twice = 0;
    for (path, activities) in &arrived {
        assert_eq!(activities.len(), 1, "{path} was told of one post: {activities:?}");
        let times = activities.values().sum::<u32>();
        assert!(times <= 2, "{path}: only what was under way comes once more: {times}");
        twice += usize::from(times == 2);
    }
    // What was answered before the kill and written down does not come again.
    assert!(twice > 0, "the killed process had nothing under way: this proves nothing");
    assert!(twice <= size - size / 3 + 256, "{twice} came twice");
    let ids: std::collections::BTreeSet<_> = arrived.values().flat_map(|a| a.keys()).collect();
    assert_eq!(ids.len(), 1, "it is one activity with one id");
    assert_eq!(place.json(&["delivery", "list", "--failed"], ""), serde_json::json!([]));
    let rows = place.run(&["doctor", "--deep"]).stdout;
    assert!(rows.contains("rows: every rule of the tables is kept"), "{rows}");
    for process in processes {
        assert!(process.stop().success());
    }
}

#[test]
fn a_process_answers_for_its_own_part_and_sends_the_rest_on() {
    let place = federating();
    if place.is_on_sqlite() {
        return;
    }
    let commands = ["web", "inbox"].map(|roles| place.command(&["serve", "--roles", roles]));
    let processes = Running::start_all(commands.into(), "Stop it with");
    let [web, inbox] = [&processes[0], &processes[1]].map(Running::listening);
    let get = "GET / HTTP/1.1\r\nHost: care.localhost";
    let post =
        "POST /inbox HTTP/1.1\r\nHost: care.localhost\r\nContent-Type: application/activity+json";
    assert_eq!((ask(&web, get, "").0, ask(&inbox, post, "{}").0), (200, 401));
    for (address, head) in [(&web, post), (&inbox, get)] {
        let (status, head, _) = ask(address, head, "{}");
        assert_eq!(status, 503);
        assert!(head.to_ascii_lowercase().contains("retry-after: 60"), "{head}");
    }
    for address in [&web, &inbox] {
        assert_eq!(ask(address, "GET /healthz HTTP/1.1\r\nHost: any", "").0, 200);
    }
}

#[test]
fn on_sqlite_one_process_does_everything() {
    let place = Place::new();
    if !place.is_on_sqlite() {
        return;
    }
    let answer = place.run(&["serve", "--roles", "web,inbox"]);
    answer.fails_saying(&["process.roles is web,inbox", "on SQLite one process"]);
    place.run(&["serve", "--roles", "mail"]).fails_saying(&["--roles", "mail"]);
    let server =
        Running::start(place.command(&["serve", "--roles", "jobs,web,inbox,delivery"]), "Stop it");
    assert!(server.stop().success());
}

#[test]
fn another_master_key_is_refused() {
    let place = Place::new();
    Running::serve(&place).stop();
    let key = place.data("master.key");
    std::fs::write(&key, [7; 32]).unwrap();
    place.run(&["serve"]).fails_saying(&["is not the master key", "master.key"]);
}

/// R-050b: each process that was killed keeps a place for a while, and there are 64.
#[test]
fn places_of_processes_that_were_killed_are_waited_for() {
    let place = Place::migrated();
    let now = if place.is_on_sqlite() {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    } else {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
    place.meddle(&format!(
        "INSERT INTO worker_lease (slot, holder, until) WITH RECURSIVE n(i) AS \
         (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 63) SELECT i, 'gone', {now} + 4000 FROM n"
    ));
    place.run(&["account", "create", "ann", "--email", "ann@b.example"]).good();
}

#[test]
fn steps_are_not_taken_back_while_another_process_uses_the_database() {
    let place = Place::migrated();
    if place.is_on_sqlite() {
        return;
    }
    let now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    let lease = |until: &str| {
        format!(
            "INSERT INTO worker_lease (slot, holder, until) VALUES (7, 'elsewhere', {now} {until})"
        )
    };
    place.meddle(&lease("+ 600000"));
    place.run(&["migrate", "down", "--yes"]).fails_saying(&["1 Carefolk processes are using"]);
    place.meddle("DELETE FROM worker_lease");
    place.meddle(&lease("- 1"));
    place.run(&["migrate", "down", "--yes"]).good();
}
