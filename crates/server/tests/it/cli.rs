//! Commands that do what they say, for people and for scripts.

use std::io::Read;

use crate::support::Place;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["demo"],
    &["migrate"],
    &["migrate", "up"],
    &["migrate", "down"],
    &["migrate", "status"],
    &["config"],
    &["config", "check"],
    &["config", "print"],
    &["doctor"],
    &["account"],
    &["account", "create"],
    &["account", "list"],
    &["account", "suspend"],
    &["actor"],
    &["actor", "rotate-keys"],
    &["provider"],
    &["provider", "create"],
    &["provider", "list"],
    &["post"],
    &["post", "create"],
    &["post", "edit"],
    &["post", "delete"],
    &["follow"],
    &["follow", "list"],
    &["follower"],
    &["follower", "list"],
    &["follower", "approve"],
    &["follower", "remove"],
    &["follower", "ask"],
    &["follower", "open"],
    &["peer"],
    &["peer", "list"],
    &["peer", "show"],
    &["peer", "allow"],
    &["peer", "limit"],
    &["peer", "suspend"],
    &["delivery"],
    &["delivery", "list"],
    &["delivery", "show"],
    &["delivery", "retry"],
    &["delivery", "discard"],
    &["arrival"],
    &["arrival", "list"],
    &["arrival", "show"],
    &["arrival", "retry"],
    &["arrival", "discard"],
];

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    for command in COMMANDS {
        let args: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let help = place.run(&args).good().stdout;
        assert!(help.contains("Usage: carefolk"), "{args:?} {help}");
        assert!(help.contains("--json"), "{args:?} {help}");
    }
}

#[test]
fn settings_are_shown_with_where_they_came_from_and_without_passwords() {
    let place = Place::new();
    let variables = [("CAREFOLK__DATABASE__URL", "postgres://ann:hunter2@db.example/care")];
    let shown = place.run_with(&["config", "print"], &variables).good().stdout;
    assert!(shown.contains("CAREFOLK__DATABASE__URL"), "{shown}");
    assert!(shown.contains("ann") && !shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("federation.mode") && shown.contains("default"), "{shown}");
    place.run(&["config", "check"]).good();
    assert!(!place.path("data").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_accident() {
    let place = Place::new();
    let mut child = place.command(&["config", "print"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(stderr, "");
}

#[test]
fn accounts_providers_and_posts_make_a_round_trip_as_json() {
    let place = Place::migrated();
    let account = place.json(
        &["account", "create", "maya", "--email", "maya@hazelbank.example", "--password-stdin"],
        "a long enough password",
    );
    assert_eq!(account["name"], "maya");
    assert_eq!(account["role"], "member");
    assert!(account.get("password").is_none());
    let second = place.json(&["account", "create", "bo", "--email", "bo@hazelbank.example"], "");
    assert!(second["password"].as_str().unwrap().len() >= 16);
    let provider = place
        .json(&["provider", "create", "hazelbank", "--name", "Hazelbank", "--owner", "maya"], "");
    assert_eq!(provider["handle"], "hazelbank");
    let create = ["post", "create", "--as", "hazelbank", "--text-stdin", "--lang", "cy"];
    let post = place.json(&create, "Bore da!");
    assert_eq!((&post["author"], &post["lang"]), (&"hazelbank".into(), &"cy".into()));
    let url = post["url"].as_str().unwrap();
    let edited = place.json(&["post", "edit", url, "--text-stdin"], "Prynhawn da!");
    assert_eq!(edited["url"], post["url"]);
    assert_eq!(edited["lang"], "cy");
    assert!(edited["edited"].is_string());
    let answer = place
        .json(&["post", "create", "--as", "maya", "--text-stdin", "--reply-to", url], "Diolch!");
    assert_eq!(answer["author"], "maya");
    assert_eq!(place.json(&["provider", "list"], "")[0]["posts"], 1);
    assert_eq!(place.json(&["post", "delete", url], "")["deleted"], true);
    place.run(&["post", "delete", url]).fails_saying(&["no such post"]);
    place.run(&["account", "suspend", "bo"]).good();
    let states: Vec<String> = place
        .json(&["account", "list"], "")
        .as_array()
        .unwrap()
        .iter()
        .map(|account| format!("{} {}", account["name"], account["state"]))
        .collect();
    assert_eq!(states, ["\"maya\" \"active\"", "\"bo\" \"suspended\""]);
}

#[test]
fn the_number_of_a_report_is_text_that_scripts_can_hand_back() {
    let place = Place::migrated();
    std::fs::write(place.path("carefolk.toml"), "instance.url = \"https://care.example\"").unwrap();
    for name in ["maya", "bo"] {
        let email = format!("{name}@care.example");
        place.json(&["account", "create", name, "--email", &email], "");
    }
    let send = ["report", "send", "bo@care.example", "--as", "maya", "--reason-stdin"];
    let sent = place.json(&send, "Names a person and where they live.");
    // A number of this size is rounded by whatever reads JSON's numbers as doubles.
    let number = sent["number"].as_str().unwrap();
    assert_eq!(place.json(&["report", "list"], "")[0]["number"], number);
    assert_eq!(place.json(&["report", "show", number], "")["number"], number);
    assert_eq!(place.json(&["report", "close", number], "")["number"], number);
    assert_eq!(place.json(&["report", "list", "--closed"], "")[0]["number"], number);
}

#[test]
fn other_servers_can_be_decided_about_before_they_are_met() {
    let place = Place::migrated();
    for (act, standing) in [("suspend", "suspended"), ("limit", "limited"), ("allow", "allowed")] {
        place.run(&["peer", act, "rude.example"]).good();
        assert_eq!(place.json(&["peer", "show", "rude.example"], "")["standing"], standing);
    }
    assert_eq!(place.json(&["peer", "list"], "").as_array().unwrap().len(), 1);
    assert_eq!(place.json(&["delivery", "list", "--failed"], ""), serde_json::json!([]));
}

#[test]
fn a_follow_fails_with_a_sentence_while_there_is_no_public_address() {
    let place = Place::migrated();
    place.json(&["account", "create", "ann", "--email", "ann@b.example"], "");
    let answer = place.run(&["follow", "somebody@elsewhere.example", "--as", "ann"]);
    answer.fails_saying(&["could not follow somebody@elsewhere.example"]);
}

#[test]
fn the_doctor_says_what_is_good_and_what_to_do() {
    let place = Place::migrated();
    let answer = place.run(&["doctor", "--deep", "--json"]);
    // The PostgreSQL of the tests keeps nothing through a power cut, and is told so.
    assert_eq!(answer.status.success(), place.is_on_sqlite(), "{answer:?}");
    let findings: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let state = |what: &str| {
        let all = findings.as_array().unwrap();
        all.iter().find(|finding| finding["what"] == what).unwrap()["state"].clone()
    };
    let all = ["master key", "disk", "database", "tables", "clock", "deliveries"];
    for what in all.into_iter().chain(["failed deliveries", "arrivals", "jobs", "rows"]) {
        assert_eq!(state(what), "good", "{what}");
    }
    assert_eq!((state("admin"), state("backup")), ("notice".into(), "notice".into()));
    if !place.is_on_sqlite() {
        assert_eq!(state("durability"), "problem");
    }
    place.run(&["migrate", "down", "--yes"]).good();
    let answer = place.run(&["doctor"]);
    assert_eq!(answer.status.code(), Some(1));
    assert!(answer.stdout.contains("carefolk migrate up"), "{answer:?}");
}

#[test]
fn the_doctor_finds_a_wrong_count_and_a_foreign_master_key() {
    let place = Place::migrated();
    place.run(&["account", "create", "ann", "--email", "ann@b.example"]).good();
    place.meddle("UPDATE actor SET follower_count = 7 WHERE handle = 'ann'");
    let problems = |args: &[&str]| {
        let answer = place.run(args);
        let lines = answer.stdout.lines().filter(|line| line.starts_with("PROBLEM"));
        lines.filter(|line| !line.contains("durability")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(problems(&["doctor"]), Vec::<String>::new());
    let found = problems(&["doctor", "--deep"]);
    assert!(found.len() == 1 && found.concat().contains("follower counts"), "{found:?}");
    std::fs::write(place.data("master.key"), [7; 32]).unwrap();
    let found = problems(&["doctor"]);
    assert!(found.len() == 1 && found.concat().contains("master.key"), "{found:?}");
}
