//! Told to stop, a server finishes what is under way and ends well (P9, R-049).

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::sink::Sink;
use crate::support::{Place, Running, within};

/// The promise.
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// A server with a delivery under way to somebody who never answers.
fn hanging() -> (Place, Running, Sink) {
    let place = Place::new();
    let settings = "[instance]\nurl = \"http://care.localhost\"\n\
         [federation]\nlab_networks = [\"127.0.0.0/8\"]\n";
    std::fs::write(place.path("carefolk.toml"), settings).unwrap();
    let server = Running::serve(&place);
    place.run(&["account", "create", "ann", "--email", "ann@b.example"]).good();
    place.run(&["provider", "create", "elm", "--name", "Elm House", "--owner", "ann"]).good();
    let sink = Sink::new(0);
    let inbox = format!("http://slow.localhost:{}/in", sink.port);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(carefolk_testkit::crowd(&place.database_url(), "elm", &[inbox]));
    place.tell(&["post", "create", "--as", "elm", "--text-stdin"], "Soup at noon.").good();
    within(STOPS_WITHIN, "a delivery under way", || sink.count() > 0);
    (place, server, sink)
}

/// A request that the server waits for the end of.
fn begun(address: &str) -> TcpStream {
    let mut under_way = TcpStream::connect(address).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8";
    let head = format!("POST /sign-in HTTP/1.1\r\nHost: {address}\r\n{form}");
    write!(under_way, "{head}\r\nExpect: 100-continue\r\n\r\n").unwrap();
    // Asked to go on, it is under way for certain.
    let mut go_on = [0; 25];
    under_way.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    under_way
}

#[test]
fn a_request_under_way_is_answered_and_a_new_one_is_not_taken() {
    let place = Place::new();
    let mut server = Running::serve(&place);
    let address = server.address();
    let mut under_way = begun(&address);
    let told = Instant::now();
    server.signal("TERM");
    within(STOPS_WITHIN, "a closed door", || TcpStream::connect(&address).is_err());
    under_way.write_all(b"name=ann").unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    within(STOPS_WITHIN, "the end", || server.ended().is_some());
    assert!(server.ended().unwrap().success());
    assert!(told.elapsed() < STOPS_WITHIN);
}

#[test]
fn a_request_that_never_ends_does_not_keep_it_from_ending_well() {
    let place = Place::new();
    let mut server = Running::serve(&place);
    let _under_way = begun(&server.address());
    server.signal("TERM");
    within(STOPS_WITHIN, "the end", || server.ended().is_some());
    assert!(server.ended().unwrap().success());
}

#[test]
fn a_delivery_to_somebody_who_never_answers_does_not_keep_it_from_ending_well() {
    let (place, mut server, _sink) = hanging();
    let told = Instant::now();
    server.signal("TERM");
    within(STOPS_WITHIN, "the end", || server.ended().is_some());
    assert!(server.ended().unwrap().success(), "after {:?}", told.elapsed());
    // It is not lost: it waits.
    assert_eq!(place.json(&["delivery", "list"], "").as_array().unwrap().len(), 1);
}

#[test]
fn told_twice_it_ends_at_once() {
    let (_place, mut server, _sink) = hanging();
    let told = Instant::now();
    // Signals within a second of the first are one wish.
    within(Duration::from_secs(10), "the end", || {
        server.signal("TERM");
        server.ended().is_some()
    });
    assert!(told.elapsed() >= Duration::from_millis(900), "{:?}", told.elapsed());
    assert_eq!(server.ended().unwrap().code(), Some(1));
    assert!(server.log().contains("stopped at once"));
}

#[test]
fn told_before_it_is_ready_it_ends_well_and_says_nothing_of_being_ready() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let database = format!("postgres://ann:pass@127.0.0.1:{port}/care?sslmode=disable");
    let place = Place::new();
    let mut command = place.command(&["serve"]);
    let mut child = command.env("CAREFOLK__DATABASE__URL", database).spawn().unwrap();
    // It waits for a database that never answers.
    let _asked = silent.accept().unwrap();
    std::process::Command::new("kill")
        .args(["-s", "TERM", &child.id().to_string()])
        .status()
        .unwrap();
    within(STOPS_WITHIN, "the end", || child.try_wait().unwrap().is_some());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
}
