//! What can be seen without the database: settings, folder, master key.

use std::os::unix::fs::PermissionsExt;

use super::Finding;
use crate::files::{self, KeyFault, MASTER_KEY_FILE};
use crate::metrics;
use crate::settings::{Mode, Settings};

/// With less room than this a database soon stops.
const ROOM_LEAST: u64 = 200 << 20;

/// With less room than this somebody should look.
const ROOM_LITTLE: u64 = 2 << 30;

/// Looks at settings, folder and key.
pub(super) fn look(settings: &Settings) -> Vec<Finding> {
    vec![
        address(settings),
        folder(settings),
        disk(settings),
        key(settings),
        server(settings),
        backup(),
    ]
}

fn address(settings: &Settings) -> Finding {
    let what = "public address";
    match &settings.instance.url {
        None => Finding::notice(
            what,
            "instance.url is not set, so the server does not talk to others",
            "set instance.url when you know the address for good",
        ),
        Some(url) if settings.federation.mode == Mode::Off => Finding::notice(
            what,
            format!("{}, but federation.mode is off", url.text),
            "set federation.mode to open or allowlist to talk to other servers",
        ),
        Some(url) if !settings.federation.lab_networks.is_empty() => Finding::notice(
            what,
            format!("{}, in a laboratory (federation.lab_networks)", url.text),
            "remove federation.lab_networks on a real server",
        ),
        Some(url) => Finding::good(what, url.text.clone()),
    }
}

fn folder(settings: &Settings) -> Finding {
    let what = "folder";
    let path = &settings.storage;
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::notice(
            what,
            format!("{} is not there yet", path.display()),
            "run: carefolk serve (it makes the folder)",
        ),
        Err(error) => Finding::problem(
            what,
            format!("{} cannot be read: {error}", path.display()),
            "run Carefolk as the user who owns the folder (storage.path)",
        ),
        Ok(facts) if facts.permissions().mode() & 0o007 != 0 => Finding::notice(
            what,
            format!("{} can be read by everybody on this machine", path.display()),
            format!("run: chmod 700 {}", path.display()),
        ),
        Ok(_) => Finding::good(what, path.display().to_string()),
    }
}

fn disk(settings: &Settings) -> Finding {
    let what = "disk";
    let room = |free: u64| format!("{} MiB are free where storage.path is", free >> 20);
    match metrics::disk_free(&settings.storage) {
        None => Finding::good(what, "not looked at: the folder is not there yet"),
        Some(free) if free < ROOM_LEAST => Finding::problem(
            what,
            room(free),
            "make room now: without it nothing can be written, and nothing comes in",
        ),
        Some(free) if free < ROOM_LITTLE => Finding::notice(what, room(free), "make room soon"),
        Some(free) => Finding::good(what, room(free)),
    }
}

/// The server makes no backups and sees none, so this is said each time.
fn backup() -> Finding {
    Finding::notice(
        "backup",
        "this program cannot see whether there is one",
        "try to restore yours now and then: docs/admin/backup.md",
    )
}

fn key(settings: &Settings) -> Finding {
    let what = "master key";
    let path = settings.file(MASTER_KEY_FILE);
    match files::read_key(&path) {
        Ok(_) => Finding::good(what, format!("{}, for its owner alone", path.display())),
        Err(KeyFault::Missing) => Finding::notice(
            what,
            format!("{} is not there", path.display()),
            "the first start makes it; if there was one, put it back from your backup",
        ),
        Err(fault) => Finding::problem(
            what,
            fault.words(&path),
            "without this key the community cannot sign anything",
        ),
    }
}

fn server(settings: &Settings) -> Finding {
    let what = "server";
    if !settings.storage.exists() {
        return Finding::notice(what, "has never been started", "run: carefolk serve");
    }
    if files::is_locked(&settings.storage) {
        Finding::good(what, "is running")
    } else {
        Finding::notice(what, "is not running", "run: carefolk serve")
    }
}
