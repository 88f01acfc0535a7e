//! Commands about other servers and the people there, as somebody new to them gives them.

use crate::support::{Place, free_address};

/// A place with this setting file and accounts of these names.
fn place(settings: &str, names: &[&str]) -> Place {
    let place = Place::migrated();
    std::fs::write(place.path("carefolk.toml"), settings).unwrap();
    for name in names {
        let email = format!("{name}@mail.example");
        place.json(&["account", "create", name, "--email", &email], "");
    }
    place
}

const CARE: &str = "instance.url = \"https://care.example\"";

#[test]
fn a_follow_is_listed_and_taken_back() {
    let place = place(CARE, &["ann", "bo"]);
    for who in ["ann", "instance"] {
        let list = ["follow", "list", "--as", who];
        place.run(&["follow", "bo@care.example", "--as", who]).good();
        let listed = place.json(&list, "");
        assert_eq!(
            (listed[0]["followee"].as_str(), listed[0]["state"].as_str()),
            (Some("bo@care.example"), Some("accepted"))
        );
        let undone = place.run(&["follow", "bo@care.example", "--as", who, "--undo"]).good();
        assert_eq!(undone.stdout.trim(), format!("{who} does not follow bo@care.example."));
        assert_eq!(place.json(&list, ""), serde_json::json!([]));
    }
    place.run(&["follower", "ask", "--as", "bo"]).good();
    place.run(&["follow", "bo@care.example", "--as", "ann"]).good();
    assert_eq!(place.json(&["follow", "list", "--as", "ann"], "")[0]["state"], "pending");
    assert_eq!(place.run(&["follow", "--as", "ann"]).status.code(), Some(2));
}

#[test]
fn why_a_server_is_not_talked_with_is_said() {
    let follow = ["follow", "maya@sub.mastodon.social", "--as", "ann"];
    let bare = place("", &["ann"]);
    bare.run(&follow).fails_saying(&["no public address yet; set instance.url"]);
    let off = place(&format!("{CARE}\nfederation.mode = \"off\""), &["ann"]);
    off.run(&follow).fails_saying(&["federation.mode is off"]);
    let some = place(&format!("{CARE}\nfederation.mode = \"allowlist\""), &["ann"]);
    some.run(&follow).fails_saying(&["sub.mastodon.social is not on the allowlist"]);
    some.run(&follow).fails_saying(&["run: carefolk peer allow sub.mastodon.social"]);
    let open = place(CARE, &["ann"]);
    open.run(&["peer", "suspend", "mastodon.social"]).good();
    open.run(&follow).fails_saying(&["sub.mastodon.social is suspended, by mastodon.social"]);
}

#[test]
fn what_holds_for_a_server_is_shown_though_it_was_never_met() {
    let place = place(CARE, &[]);
    place.run(&["peer", "suspend", "mastodon.social"]).good();
    let shown = place.run(&["peer", "show", "sub.mastodon.social"]).good().stdout;
    assert!(shown.contains("suspended (by mastodon.social)"), "{shown}");
    assert!(shown.contains("We never met it."), "{shown}");
    let shown = place.run(&["peer", "show", "mastodon.social"]).good().stdout;
    assert!(shown.contains("Standing      suspended\nHealth        -\n"), "{shown}");
    assert!(shown.contains("It has sent nothing.") && !shown.contains("never met"), "{shown}");
    let shown = place.json(&["peer", "show", "never.example"], "");
    assert_eq!((&shown["standing"], &shown["health"]), (&"unknown".into(), &().into()));
}

#[test]
fn a_decision_about_ourselves_or_about_an_address_is_refused_in_words() {
    let place = place(CARE, &[]);
    for act in ["suspend", "limit", "allow"] {
        place.run(&["peer", act, "Care.example."]).fails_saying(&["that is this server"]);
        let answer = place.run(&["peer", act, "https://mastodon.social/"]);
        answer.fails_saying(&["such as mastodon.social, without https://"]);
    }
    assert_eq!(place.json(&["peer", "list"], ""), serde_json::json!([]));
}

#[test]
fn a_server_that_is_not_there_is_said_without_the_words_of_libraries() {
    let settings = "instance.url = \"http://a.localhost:8080\"\n\
                    federation.lab_networks = [\"127.0.0.0/8\"]";
    let place = place(settings, &["ann"]);
    let port = free_address().rsplit_once(':').unwrap().1.to_owned();
    let whom = format!("maya@b.localhost:{port}");
    let answer = place.run(&["follow", &whom, "--as", "ann"]);
    answer.fails_saying(&["the other server cannot be asked: it refuses connections"]);
    let answer = place.run(&["follow", "maya@nobody.invalid", "--as", "ann"]);
    answer.fails_saying(&["the other server cannot be asked: "]);
    assert!(!answer.stderr.contains("error") && !answer.stderr.contains("lookup"), "{answer:?}");
}
