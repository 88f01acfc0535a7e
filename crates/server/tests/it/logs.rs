//! What the server says of its work holds no personal text (S-183), and as JSON each line is one object.

use crate::sink::Sink;
use crate::support::{Place, Running, ask, free_address, until};

/// What must not be in the log, whatever happens.
const TEXT: &str = "xylophone-of-hazelbank";
const EMAIL: &str = "quokka@mailbox.example";
const PASSWORD: &str = "wombat-wombat-wombat";
const TYPED: &str = "narwhal-typed-as-a-name";
const QUERY: &str = "axolotl-in-a-query";
const BODY: &str = "platypus-in-a-body";

/// What stands between `before` and the next of `ends`.
fn between<'a>(text: &'a str, before: &str, ends: &[char]) -> &'a str {
    text.split(before).nth(1).unwrap_or_default().split(ends).next().unwrap_or_default()
}

/// Signs in as a browser does; the secrets that were given.
fn sign_in(listen: &str, name: &str, password: &str) -> (u16, Vec<String>) {
    let host = "Host: care.localhost";
    let (_, head, page) = ask(listen, &format!("GET /sign-in?next={QUERY} HTTP/1.1\r\n{host}"), "");
    let cookie = between(&head.to_ascii_lowercase(), "set-cookie: ", &[';', '\r']).len();
    let at = head.to_ascii_lowercase().find("set-cookie: ").unwrap() + "set-cookie: ".len();
    let cookie = head.get(at..at + cookie).unwrap().to_owned();
    let token = between(&page, "name=\"csrf\" value=\"", &['"']).to_owned();
    let body = format!("csrf={token}&name={name}&password={password}");
    let form = "Content-Type: application/x-www-form-urlencoded";
    let request = format!("POST /sign-in HTTP/1.1\r\n{host}\r\nCookie: {cookie}\r\n{form}");
    let (status, head, _) = ask(listen, &request, &body);
    let secret = |cookie: &str| cookie.split('=').nth(1).unwrap_or_default().to_owned();
    let mut secrets = vec![secret(&cookie), token];
    let lower = head.to_ascii_lowercase();
    for (at, mark) in lower.match_indices("set-cookie: ") {
        let rest = head.get(at + mark.len()..).unwrap();
        secrets.push(secret(rest.split([';', '\r']).next().unwrap()));
    }
    // A cookie that is taken back is given empty.
    secrets.retain(|secret| !secret.is_empty());
    (status, secrets)
}

#[test]
fn the_log_is_one_object_a_line_and_holds_nothing_personal() {
    let place = Place::new();
    let listen = free_address();
    let settings = "[instance]\nurl = \"http://care.localhost\"\n[federation]\n\
         lab_networks = [\"127.0.0.0/8\"]\n[log]\nformat = \"json\"\nlevel = \"trace\"\n";
    std::fs::write(place.path("carefolk.toml"), settings).unwrap();
    let mut command = place.command(&["serve"]);
    command.env("CAREFOLK__HTTP__LISTEN", &listen);
    let server = Running::start(command, "Stop it with");
    let setup = server.line("token=").unwrap().split("token=").nth(1).unwrap().to_owned();
    let create = ["account", "create", "ann", "--email", EMAIL, "--password-stdin"];
    place.tell(&create, PASSWORD).good();
    place.run(&["provider", "create", "elm", "--name", "Elm House", "--owner", "ann"]).good();

    // A delivery, people who sign in and fail to, a stranger's query, and what strangers send.
    let sink = Sink::new(0);
    let inbox = format!("http://v.localhost:{}/in", sink.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(carefolk_testkit::crowd(&place.database_url(), "elm", &[inbox]));
    place.tell(&["post", "create", "--as", "elm", "--text-stdin"], TEXT).good();
    until("a delivery", || sink.count() > 0);
    sink.open();
    let (status, mut secrets) = sign_in(&listen, "ann", PASSWORD);
    assert_eq!(status, 303);
    assert_eq!(secrets.len(), 3, "of the form two, and a session");
    secrets.extend(sign_in(&listen, TYPED, PASSWORD).1);
    secrets.push(setup.clone());
    let host = "Host: care.localhost";
    let paths =
        [format!("/@nobody?q={QUERY}"), format!("/setup?token={setup}"), format!("/{QUERY}")];
    for path in paths {
        ask(&listen, &format!("GET {path} HTTP/1.1\r\n{host}"), "");
    }
    let kind = "Content-Type: application/activity+json";
    let signed = "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\nSignature: keyId=\"http://v.localhost/a\"";
    for body in [format!("{{\"id\": \"{BODY}\"}}"), BODY.to_owned()] {
        ask(&listen, &format!("POST /inbox HTTP/1.1\r\n{host}\r\n{kind}\r\n{signed}"), &body);
    }

    server.signal("TERM");
    let log = server.log();
    assert!(log.lines().count() > 10, "{log}");
    for line in log.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("{error}: {line}");
        });
        assert!(object["timestamp"].is_string() && object["level"].is_string(), "{line}");
    }
    let canaries = [TEXT, EMAIL, PASSWORD, TYPED, QUERY, BODY].map(str::to_owned);
    for secret in secrets.into_iter().chain(canaries) {
        assert!(secret.len() > 10, "a secret to look for: {secret}");
        assert!(!log.contains(&secret), "{secret} is in the log: {log}");
    }
}
