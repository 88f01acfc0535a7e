//! Under a supervisor such as systemd, which is told how the server is.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use crate::support::{Place, Running};

/// For how long the supervisor believes that it is alive.
const PATIENCE: Duration = Duration::from_secs(2);

/// Longer than anything here takes.
const LONGEST: Duration = Duration::from_secs(15);

fn supervised(place: &Place) -> (Running, UnixDatagram) {
    let name = place.path("notify");
    std::fs::remove_file(&name).ok();
    let socket = UnixDatagram::bind(&name).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = place.command(&["serve"]);
    command.env("NOTIFY_SOCKET", &name);
    command.env("WATCHDOG_USEC", PATIENCE.as_micros().to_string());
    (Running::start(command, "Stop it with"), socket)
}

/// What it says next, or nothing if it says nothing for as long as it is believed to be alive.
fn next(socket: &UnixDatagram) -> Option<String> {
    let mut buffer = [0; 256];
    match socket.recv(&mut buffer) {
        Ok(length) => Some(String::from_utf8_lossy(&buffer[..length]).trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    }
}

fn hears(socket: &UnixDatagram, what: &str) {
    let begun = Instant::now();
    while next(socket).as_deref() != Some(what) {
        assert!(begun.elapsed() < LONGEST, "it does not say {what}");
    }
}

#[test]
fn a_supervisor_hears_that_it_is_ready_alive_and_stopping() {
    let place = Place::new();
    let (server, socket) = supervised(&place);
    assert_eq!(next(&socket).as_deref(), Some("READY=1"));
    hears(&socket, "WATCHDOG=1");
    hears(&socket, "WATCHDOG=1");
    assert!(server.stop().success());
    hears(&socket, "STOPPING=1");
}

#[test]
fn one_that_stands_still_is_not_said_to_be_alive_and_starts_again_once_killed() {
    let place = Place::new();
    let (server, socket) = supervised(&place);
    hears(&socket, "WATCHDOG=1");
    server.signal("STOP");
    let begun = Instant::now();
    while next(&socket).is_some() {
        assert!(begun.elapsed() < LONGEST, "it says that it is alive");
    }
    server.kill();
    let (server, socket) = supervised(&place);
    hears(&socket, "WATCHDOG=1");
    assert_eq!(server.get("/").0, 200);
    assert!(server.stop().success());
}
