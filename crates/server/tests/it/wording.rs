//! What is refused is said in words that lead on.

use crate::support::Place;

/// A community with two people and a provider.
fn place() -> Place {
    let place = Place::migrated();
    let settings = "instance.url = \"https://care.example\"";
    std::fs::write(place.path("carefolk.toml"), settings).unwrap();
    for name in ["maya", "bo"] {
        account(&place, name);
    }
    place.run(&["provider", "create", "hazelbank", "--name", "H", "--owner", "maya"]).good();
    place
}

fn account(place: &Place, name: &str) {
    let email = format!("{name}@mail.example");
    place.run(&["account", "create", name, "--email", &email]).good();
}

fn publish(place: &Place, more: &[&str]) -> String {
    let args: Vec<&str> =
        ["post", "create", "--as", "maya", "--text-stdin"].iter().chain(more).copied().collect();
    place.json(&args, "Lunch at 12")["url"].as_str().unwrap().to_owned()
}

#[test]
fn a_deleted_post_is_said_to_be_deleted() {
    let place = place();
    let url = publish(&place, &[]);
    place.run(&["post", "delete", &url]).good();
    place.run(&["post", "show", &url]).fails_saying(&[&format!("{url} was deleted on 20")]);
}

#[test]
fn a_closed_account_leaves_its_email_address_to_others() {
    let place = place();
    account(&place, "cai");
    for name in ["bo", "cai"] {
        place.run(&["actor", "delete", name, "--really", name]).good();
    }
    let listed = place.run(&["account", "list"]).good().stdout;
    assert!(listed.contains("maya@") && !listed.contains("bo@"), "{listed}");
    place.run(&["account", "create", "dee", "--email", "bo@mail.example"]).good();
    let rows = place.run(&["doctor", "--deep"]).stdout;
    assert!(rows.contains("good     rows"), "{rows}");
}

#[test]
fn reports_say_who_is_told_and_what_is_refused() {
    let place = place();
    let send = |about: &str, by: &str, more: &[&str]| {
        let args = ["report", "send", about, "--as", by, "--reason-stdin"];
        let args: Vec<&str> = args.iter().chain(more).copied().collect();
        place.tell(&args, "They shout.")
    };
    let done = send("bo@care.example", "maya", &["--forward"]).good().stdout;
    assert!(done.contains("it stays here"), "{done}");
    send("bo@care.example", "hazelbank", &[]).fails_saying(&["a provider cannot"]);
    send("bo@care.example", "instance", &[]).fails_saying(&["people report"]);
    send("maya@care.example", "maya", &[]).fails_saying(&["nobody reports themselves"]);
    let url = publish(&place, &[]);
    let answer = send("bo@care.example", "hazelbank", &["--post", &url]);
    answer.fails_saying(&["a provider cannot"]);
    let answer = send("bo@care.example", "maya", &["--post", &url]);
    answer.fails_saying(&[&format!("{url} is no post of bo@care.example")]);
    let gone = "https://care.example/@bo/nothing";
    let answer = send("bo@care.example", "maya", &["--post", gone]);
    answer.fails_saying(&[&format!("{gone} is no post of bo@care.example")]);
    send("maya@care.example", "bo", &["--post", &url]).good();
}

#[test]
fn a_move_within_the_server_names_the_command_that_comes_first() {
    let place = place();
    let to = ["actor", "move", "bo", "maya@care.example"];
    place.run(&to).fails_saying(&["first run: carefolk actor alias maya bo@care.example"]);
    place.run(&["actor", "alias", "maya", "bo@care.example"]).good();
    place.run(&to).good();
    // Who moved can still say so here.
    let write = ["post", "create", "--as", "bo", "--text-stdin"];
    place.tell(&write, "I am maya now").good();
}

#[test]
fn a_change_of_nothing_is_no_change() {
    let place = place();
    assert_eq!(place.run(&["actor", "update", "bo"]).status.code(), Some(2));
    place.run(&["actor", "update", "bo", "--discoverable", "no"]).good();
}

#[test]
fn polls_and_pins_say_what_they_may_be() {
    let place = place();
    let local = publish(&place, &["--audience", "local"]);
    place.run(&["post", "pin", &local]).fails_saying(&["only posts for anybody can be pinned"]);
    let poll = |answers: &[&str]| {
        let answers = answers.iter().flat_map(|answer| ["--poll-option", *answer]);
        let args = ["post", "create", "--as", "maya", "--text-stdin"];
        let args: Vec<&str> = args.into_iter().chain(answers).collect();
        place.tell(&args, "Which day?")
    };
    poll(&["Monday"]).fails_saying(&["a poll needs 2 to 8 answers"]);
    let nine = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    poll(&nine).fails_saying(&["a poll needs 2 to 8 answers"]);
    poll(&["Monday", "Monday"]).fails_saying(&["two answers are the same"]);
    let url = publish(&place, &["--poll-option", "Monday", "--poll-option", "Friday"]);
    let vote = |options: &[&str]| {
        let options = options.iter().flat_map(|option| ["--option", *option]);
        let args: Vec<&str> =
            ["post", "vote", &url, "--as", "bo"].into_iter().chain(options).collect();
        place.run(&args)
    };
    vote(&["1", "2"]).fails_saying(&["this poll takes one answer"]);
    vote(&["3"]).fails_saying(&["no answer with this number"]);
    vote(&["1"]).good();
}

#[test]
fn an_empty_folder_is_told_to_begin() {
    let place = Place::new();
    if place.is_on_sqlite() {
        let answer = place.run(&["doctor"]);
        assert!(answer.stdout.contains("run: carefolk serve (it makes it)"), "{answer:?}");
    }
}

#[test]
fn pictures_of_providers_and_groups_say_what_is_wrong_with_them() {
    let place = place();
    let kept = ["--about", "For all", "--moderator", "maya", "--moderator", "bo"];
    place.run(&[&["group", "create", "table", "--name", "Table"], &kept[..]].concat()).good();
    std::fs::write(place.path("notes.txt"), "no picture").unwrap();
    std::fs::write(place.path("grey.png"), carefolk_testkit::PIXEL).unwrap();
    let (actor, group) = (["actor", "update", "hazelbank"], ["group", "change", "table"]);
    for change in [actor, group] {
        let with = |more: &[&'static str]| place.run(&[&change[..], more].concat());
        assert_eq!(with(&[]).status.code(), Some(2), "a change of nothing");
        with(&["--picture", "nowhere.png"]).fails_saying(&["could not open nowhere.png"]);
        with(&["--picture", "notes.txt", "--describe", "A door"])
            .fails_saying(&["the picture (--picture) is no JPEG, PNG or WebP"]);
        with(&["--picture", "grey.png"])
            .fails_saying(&["what the picture shows (--describe) is missing"]);
        with(&["--picture", "grey.png", "--describe", "A door"]).good();
        with(&["--name", " "]).fails_saying(&["the shown name is missing"]);
        with(&["--no-picture", "--name", "Another"]).good();
    }
    place.run(&["group", "change", "table", "--rule", "Be kind", "--posting", "members"]).good();
    let shown = place.json(&["group", "show", "table"], "");
    assert_eq!((&shown["name"], &shown["rules"]), (&"Another".into(), &["Be kind"][..].into()));
    place.run(&["group", "change", "nobody", "--name", "X"]).fails_saying(&["group"]);
}
