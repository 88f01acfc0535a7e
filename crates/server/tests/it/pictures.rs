//! The process that looks at pictures: what it may, and what becomes of who asks it (S-127).

use std::io::{Read, Seek, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use carefolk_adapters::pictures::ChildPictures;
use carefolk_app::ports::{PictureFault, PictureMaker};
use carefolk_testkit::PIXEL;

const WORD: &str = "look-at-a-picture";

fn child() -> Child {
    Command::new(env!("CARGO_BIN_EXE_carefolk"))
        .arg(WORD)
        .env("MIMALLOC_ARENA_RESERVE", "0")
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
        "Max cpu time              8                    9 ",
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
    let first = std::fs::read_to_string(format!("/proc/{}/oom_score_adj", child.id())).unwrap();
    assert_eq!(first.trim(), "1000", "it goes before the server, where memory runs out");
    // What it has already is far below what it may have: or each request for more would be refused.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let size: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(size < 256 * 1024, "{size} kB");
    drop(child.stdin.take());
    assert_eq!(answer(&mut child), b"{\"Fault\":\"Kind\"}\n");
}

/// The pixels are drawn, so that no file of anybody is needed; a JPEG of twelve megapixels as phones make it.
#[tokio::test]
async fn it_makes_what_phones_make_each_time() {
    let (width, height) = (4_000, 3_000);
    let drawn = image::RgbImage::from_fn(width, height, |x, y| {
        let [low, high, ..] = (x * y / 97 + x * 7 + y * 3).to_le_bytes();
        image::Rgb([low, high.wrapping_mul(31), low ^ high])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 70).encode_image(&drawn).unwrap();
    assert!(jpeg.len() > 2 * 1024 * 1024, "{}", jpeg.len());
    let pictures = ChildPictures::new(env!("CARGO_BIN_EXE_carefolk"));
    for _ in 0..6 {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&jpeg).unwrap();
        file.rewind().unwrap();
        let made = pictures.make(file).await.unwrap();
        assert_eq!((made.full.width, made.full.height), (2_048, 1_536));
    }
    assert_eq!(pictures.make(tempfile::tempfile().unwrap()).await, Err(PictureFault::Kind));
    let broken = ChildPictures::new("/nowhere/carefolk").make(tempfile::tempfile().unwrap()).await;
    assert!(matches!(broken, Err(PictureFault::Unavailable(_))), "{broken:?}");
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

/// As the system does where memory runs out: nothing is wrong with the picture then.
#[tokio::test]
#[cfg(unix)]
async fn one_that_is_killed_says_nothing_of_its_picture() {
    use std::os::unix::fs::PermissionsExt;

    let room = tempfile::tempdir().unwrap();
    for (signal, fault) in [("KILL", PictureFault::Busy), ("XCPU", PictureFault::TooLarge)] {
        let program = room.path().join(signal);
        std::fs::write(&program, format!("#!/bin/sh\nkill -{signal} $$\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let made = ChildPictures::new(&program).make(tempfile::tempfile().unwrap()).await;
        assert_eq!(made, Err(fault), "{signal}");
    }
}
