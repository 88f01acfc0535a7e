//! What goes wrong is said in one line, with exit code 1.

use std::net::TcpListener;

use crate::support::{Place, chmod, mode};

#[test]
fn an_unknown_setting_stops_the_start_and_is_named() {
    let place = Place::new();
    std::fs::write(place.path("carefolk.toml"), "[http]\nlistn = \"127.0.0.1:1\"\n").unwrap();
    for command in ["serve", "doctor"] {
        let answer = place.run(&[command]);
        answer.fails_saying(&["http.listn", "carefolk.toml", "did you mean http.listen?"]);
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_named_with_where_it_stands() {
    let place = Place::new();
    let answer = place.run_with(&["serve"], &[("CAREFOLK__LOG__LEVEL", "loud")]);
    answer.fails_saying(&["log.level", "CAREFOLK__LOG__LEVEL", "loud"]);
    std::fs::write(place.path("mine.toml"), "[federation]\nmode = 5\n").unwrap();
    let answer = place.run(&["serve", "--config", "mine.toml"]);
    answer.fails_saying(&["federation.mode", "mine.toml", "text"]);
    std::fs::write(place.path("mine.toml"), "[federation\n").unwrap();
    place.run(&["serve", "--config", "mine.toml"]).fails_saying(&["mine.toml", "line 1"]);
    place.run(&["serve", "--config", "none.toml"]).fails_saying(&["none.toml"]);
}

#[test]
fn laboratory_networks_are_refused_for_a_real_address() {
    let answer = Place::new().run_with(
        &["serve"],
        &[
            ("CAREFOLK__INSTANCE__URL", "https://care.community"),
            ("CAREFOLK__FEDERATION__LAB_NETWORKS", "[\"127.0.0.0/8\"]"),
        ],
    );
    answer.fails_saying(&["federation.lab_networks", "instance.url"]);
}

#[test]
fn a_port_in_use_is_one_line_and_leaves_nothing_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = Place::new();
    let answer = place.run_with(&["serve"], &[("CAREFOLK__HTTP__LISTEN", &address)]);
    answer.fails_saying(&[&address, "http.listen"]);
    assert!(!place.data("carefolk.db").exists());
    assert!(!place.data("master.key").exists());
}

#[test]
fn the_demo_says_which_port_is_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let answer = Place::new().run(&["demo", "--port", &port]);
    answer.fails_saying(&[&port]);
}

#[test]
fn a_file_that_is_no_database_is_one_line_and_stays_as_it_was() {
    let place = Place::new();
    if !place.is_on_sqlite() {
        return;
    }
    std::fs::create_dir_all(place.path("data")).unwrap();
    let words = "these are words and no database, at least as many as a header has ".repeat(20);
    std::fs::write(place.data("carefolk.db"), &words).unwrap();
    for command in [&["serve"][..], &["account", "list"], &["migrate", "up"]] {
        place.run(command).fails_saying(&["carefolk.db", "database.url"]);
    }
    assert_eq!(std::fs::read_to_string(place.data("carefolk.db")).unwrap(), words);
}

#[test]
fn a_database_server_that_is_not_there_is_one_line_without_the_password() {
    let variables =
        [("CAREFOLK__DATABASE__URL", "postgres://ann:hunter2@127.0.0.1:1/care?sslmode=disable")];
    let answer = Place::new().run_with(&["serve"], &variables);
    answer.fails_saying(&["care", "127.0.0.1", "database.url"]);
    assert!(!answer.stderr.contains("hunter2"), "{answer:?}");
}

#[test]
fn commands_say_what_to_do_while_the_database_is_missing_empty_or_old() {
    let place = Place::new();
    let none = if place.is_on_sqlite() { "no database" } else { "the database is empty" };
    place.run(&["account", "list"]).fails_saying(&[none, "carefolk migrate up"]);
    place.run(&["migrate", "up"]).good();
    place.run(&["account", "list"]).good();
    place.run(&["migrate", "down", "--yes"]).good();
    place.run(&["account", "list"]).fails_saying(&["older", "carefolk migrate up"]);
    let status = place.run(&["migrate", "status"]).good().stdout;
    assert!(status.contains("missing") && status.contains("taken"), "{status}");
}

#[test]
fn a_master_key_that_others_can_read_is_refused() {
    let place = Place::migrated();
    let key = place.data("master.key");
    assert_eq!(mode(&key), 0o600);
    chmod(&key, 0o644);
    for command in [&["serve"][..], &["provider", "list"]] {
        place.run(command).fails_saying(&["master.key", "chmod 600"]);
    }
}

#[test]
fn a_master_key_that_was_lost_is_not_made_anew() {
    let place = Place::migrated();
    std::fs::remove_file(place.data("master.key")).unwrap();
    place.run(&["serve"]).fails_saying(&["master.key", "backup"]);
    assert!(!place.data("master.key").exists());
}

#[test]
fn what_is_wrong_with_an_account_is_said_in_the_words_of_the_command_line() {
    let place = Place::migrated();
    let answer = place.run(&["account", "create", "admin", "--email", "nowhere"]);
    answer.fails_saying(&["HANDLE", "reserved", "--email"]);
    let answer =
        place.tell(&["account", "create", "ann", "--email", "a@b.example", "--password-stdin"], "");
    answer.fails_saying(&["password", "empty"]);
    let answer = place.run(&["provider", "create", "hazel", "--name", "Hazel", "--owner", "ann"]);
    answer.fails_saying(&["--owner", "not found"]);
    let answer = place.tell(&["post", "create", "--as", "nobody", "--text-stdin"], "Hello");
    answer.fails_saying(&["--as", "not found"]);
    let answer = place.run(&["post", "delete", "https://elsewhere.example/1"]);
    answer.fails_saying(&["https://elsewhere.example/1", "no such post"]);
}
