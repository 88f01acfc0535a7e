//! A server that runs, and commands beside it.

use crate::support::{Place, Running, get};

#[test]
fn a_first_start_needs_nothing_and_answers() {
    let place = Place::new();
    let server = Running::serve(&place);
    assert_eq!(server.get("/healthz"), (200, "ok\n".to_owned()));
    assert!(
        server.line("instance.url is not set (see docs/admin/install.md)").is_some(),
        "{:?}",
        server.said
    );
    assert!(server.line("/setup?token=").is_some(), "{:?}", server.said);
    assert!(server.stop().success());
}

#[test]
fn the_set_up_link_is_new_at_each_start_until_an_admin_exists() {
    let place = Place::new();
    let link = |server: &Running| {
        let line = server.line("/setup?token=")?;
        line.split("token=").nth(1).map(str::to_owned)
    };
    let first = Running::serve(&place);
    let one = link(&first).unwrap();
    first.stop();
    let second = Running::serve(&place);
    assert_ne!(link(&second).unwrap(), one);
    second.stop();
    let create = ["account", "create", "root_of_all", "--email", "r@b.example", "--role", "admin"];
    place.run(&create).good();
    let third = Running::serve(&place);
    assert_eq!(link(&third), None);
}

#[test]
fn one_server_uses_a_folder_and_commands_work_beside_it() {
    let place = Place::new();
    let server = Running::serve(&place);
    if place.is_on_sqlite() {
        place.run(&["serve"]).fails_saying(&["another carefolk serve is already using"]);
    }
    place.run(&["account", "create", "ann", "--email", "ann@b.example"]).good();
    place.run(&["provider", "create", "elm", "--name", "Elm House", "--owner", "ann"]).good();
    let post = place.json(&["post", "create", "--as", "elm", "--text-stdin"], "Soup at noon.");
    let page = post["url"].as_str().unwrap().split_once("/@").unwrap().1.to_owned();
    let (status, body) = server.get(&format!("/@{page}"));
    assert_eq!(status, 200);
    assert!(body.contains("Soup at noon."), "{body}");
    place.run(&["migrate", "down", "--yes"]).fails_saying(&["already using"]);
    assert!(server.stop().success());
}

#[test]
fn the_first_public_address_is_kept_for_good() {
    let place = Place::new();
    let with = |url: &str| {
        let mut command = place.command(&["serve"]);
        command.env("CAREFOLK__INSTANCE__URL", url);
        command
    };
    Running::serve(&place).stop();
    Running::start(with("https://one.example"), "Stop it with").stop();
    let answer = place.run_with(&["serve"], &[("CAREFOLK__INSTANCE__URL", "https://two.example")]);
    answer.fails_saying(&["instance.url", "https://two.example", "https://one.example"]);
    place.run(&["serve"]).fails_saying(&["instance.url", "not set", "https://one.example"]);
    place.run(&["account", "list"]).fails_saying(&["https://one.example"]);
}

#[test]
fn a_server_with_a_public_address_answers_to_that_name_alone() {
    let place = Place::new();
    let mut command = place.command(&["serve"]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    command.env("CAREFOLK__INSTANCE__URL", "https://one.example");
    command.env("CAREFOLK__HTTP__LISTEN", &listen);
    let _server = Running::start(command, "Stop it with");
    let (status, body) = get(&listen, "/");
    assert_eq!(status, 421);
    assert!(body.contains("https://one.example"), "{body}");
    assert_eq!(get(&listen, "/healthz").0, 200);
}
