//! The process that looks at pictures: what it may, and what becomes of who asks it (S-127).

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use carefolk_testkit::PIXEL;

const WORD: &str = "look-at-a-picture";

fn child() -> Child {
    Command::new(env!("CARGO_BIN_EXE_carefolk"))
        .arg(WORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn answer(child: &mut Child) -> Vec<u8> {
    let mut answer = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut answer).unwrap();
    assert!(child.wait().unwrap().success());
    answer
}

#[test]
fn it_makes_a_picture_anew() {
    let mut child = child();
    child.stdin.take().unwrap().write_all(PIXEL).unwrap();
    let answer = answer(&mut child);
    let line = answer.split(|byte| *byte == b'\n').next().unwrap();
    let line = String::from_utf8(line.to_vec()).unwrap();
    assert!(line.starts_with("{\"Made\":"), "{line}");
}

#[test]
#[cfg(target_os = "linux")]
fn it_opens_nothing_and_has_little_memory_and_time() {
    let mut child = child();
    // Until it has its picture it waits, limited already.
    let wanted = [
        "Max open files            3                    3 ",
        "Max file size             0                    0 ",
        "Max cpu time              8                    8 ",
        "Max address space         536870912            536870912 ",
        "Max processes             0                    0 ",
    ];
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        if wanted.iter().all(|line| limits.contains(line)) {
            break;
        }
        assert!(Instant::now() < until, "{limits}");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(child.stdin.take());
    assert_eq!(answer(&mut child), b"{\"Fault\":\"Kind\"}\n");
}

#[test]
fn it_refuses_more_bytes_than_a_picture_may_have() {
    let mut child = child();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let _ends_early = stdin.write_all(&vec![0; 17 * 1024 * 1024]);
    });
    assert_eq!(answer(&mut child), b"{\"Fault\":\"TooLarge\"}\n");
    writer.join().unwrap();
}
