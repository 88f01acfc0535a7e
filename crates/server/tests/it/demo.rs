//! The two communities of the demo, as somebody new to Carefolk meets them.

use std::net::TcpListener;

use crate::support::{Place, Running, ask, until};

/// Two ports beside each other that nobody uses.
fn two_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

/// One of the two, as a browser sees it.
struct Town {
    address: String,
    host: String,
}

impl Town {
    fn new(name: &str, port: u16) -> Self {
        let (address, host) = (format!("127.0.0.1:{port}"), format!("{name}.localhost:{port}"));
        Self { address, host }
    }

    fn get(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}", self.host);
        let (status, _, body) = ask(&self.address, &head, "");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The status of signing in with a name and a password.
    fn sign_in(&self, name: &str, password: &str) -> u16 {
        let page = format!("GET /sign-in HTTP/1.1\r\nHost: {}", self.host);
        let (_, head, body) = ask(&self.address, &page, "");
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let cookie = cookie.split(';').next().unwrap();
        let token = body.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap();
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("csrf", token), ("name", name), ("password", password)])
            .finish();
        let head = format!(
            "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded",
            host = self.host
        );
        ask(&self.address, &head, &form).0
    }
}

fn start(place: &Place, port: u16) -> Running {
    let port = port.to_string();
    Running::start(place.command(&["demo", "--port", &port]), "Stop with Ctrl-C")
}

/// How many posts a community says it has (NodeInfo).
fn posts(town: &Town) -> u64 {
    let info: serde_json::Value = serde_json::from_str(&town.get("/nodeinfo/2.1")).unwrap();
    info.pointer("/usage/localPosts").unwrap().as_u64().unwrap()
}

#[test]
fn the_demo_is_full_of_life_federates_and_starts_twice() {
    let (place, port) = (Place::new(), two_ports());
    let (alder, lark) = (Town::new("alderbrook", port), Town::new("larkmoor", port + 1));
    let demo = start(&place, port);
    let line = demo.line("sign in as maya").unwrap().to_owned();
    let password = line.split_once(" with ").unwrap().1.split_whitespace().next().unwrap();
    assert_eq!(alder.sign_in("maya", password), 303);
    assert_eq!(alder.sign_in("maya", "not the password"), 401);
    let before = (posts(&alder), posts(&lark));
    assert!(before.0 >= 60 && before.1 >= 60, "{before:?}");

    // The command that is printed, with another end.
    let line = demo.line("commands: carefolk").unwrap().trim();
    let told = line.strip_prefix("commands: carefolk ").unwrap().strip_suffix("peer list").unwrap();
    let words = "post create --as hazelbank --text-stdin".split_whitespace();
    let args: Vec<&str> = told.split_whitespace().chain(words).collect();
    let mut write = place.command(&args);
    write
        .env_remove("CAREFOLK__STORAGE__PATH")
        .env_remove("CAREFOLK__HTTP__LISTEN")
        .env_remove("CAREFOLK__DATABASE__URL");
    Place::tell_command(write, "The minibus is back.").good();
    until("a post of Alderbrook on Larkmoor's home page", || {
        lark.get("/").contains("The minibus is back.")
    });
    assert!(demo.stop().success());

    let again = start(&place, port);
    assert!(again.line("sign in as maya").unwrap().contains(password));
    assert_eq!((posts(&alder), posts(&lark)), (before.0 + 1, before.1));
    assert!(again.stop().success());
}
