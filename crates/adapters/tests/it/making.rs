//! What becomes of a picture that somebody sent (S-122 to S-124).

use std::io::Cursor;

use carefolk_adapters::pictures::make;
use carefolk_app::ports::{Image, MediaType, PictureFault};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// What a phone writes into its pictures and nobody should learn.
const SECRET: &[u8] = b"51.4545 N 2.5879 W, serial 4711";

const RED: Rgb<u8> = Rgb([220, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _y| if x < width / 2 { RED } else { BLUE })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
    bytes
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = (picture.width(), picture.height());
    PngEncoder::new(&mut bytes)
        .write_image(picture.as_bytes(), width, height, picture.color().into())
        .unwrap();
    bytes
}

/// A segment of a JPEG.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}

/// Exif that says how the camera was held, with something behind it.
fn exif(orientation: u8) -> Vec<u8> {
    let tiff = [
        b"MM\0*\0\0\0\x08".as_slice(),
        &[0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
    ];
    segment(0xE1, &[b"Exif\0\0".as_slice(), tiff[0], tiff[1], SECRET].concat())
}

/// The picture with more between its first two bytes and the rest.
fn with(bytes: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    [&bytes[..2], &more.concat(), &bytes[2..]].concat()
}

fn pixels(image: &Image) -> RgbImage {
    let format = match image.media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
    };
    image::load(Cursor::new(&image.bytes), format).unwrap().into_rgb8()
}

fn is_red(pixel: Rgb<u8>) -> bool {
    pixel.0[0] > 150 && pixel.0[2] < 100
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[test]
fn a_photograph_is_turned_upright_and_says_nothing_but_what_it_shows() {
    let more = [exif(6), segment(0xFE, SECRET), segment(0xED, SECRET), segment(0xE2, SECRET)];
    let sent = [with(&jpeg(&halves(80, 40)), &more), SECRET.to_vec()].concat();
    assert!(holds(&sent, SECRET));
    let made = make(&sent).unwrap();
    for image in [&made.full, &made.small] {
        assert_eq!((image.width, image.height), (40, 80));
        assert_eq!(image.media_type, MediaType::Jpeg);
        assert!(!holds(&image.bytes, SECRET) && !holds(&image.bytes, b"Exif"));
        let pixels = pixels(image);
        assert!(is_red(*pixels.get_pixel(20, 5)), "the left side is up");
        assert!(!is_red(*pixels.get_pixel(20, 75)));
    }
    assert!(made.blurhash.len() > 6, "{}", made.blurhash);
}

#[test]
fn a_drawing_loses_its_words_and_what_hangs_behind_it() {
    let drawn = png(&DynamicImage::ImageRgb8(halves(60, 30)));
    let text = [b"\0\0\0\x23tEXtComment\0".as_slice(), &SECRET[..27], b"\0\0\0\0"].concat();
    let (head, rest) = drawn.split_at(33);
    let sent = [head, &text, rest, b"PK\x03\x04", SECRET, b"<script>alert(1)</script>"].concat();
    let made = make(&sent).unwrap();
    assert_eq!(made.full.media_type, MediaType::Png);
    for hidden in [&SECRET[..27], b"PK\x03\x04", b"<script>", b"tEXt"] {
        assert!(!holds(&made.full.bytes, hidden) && !holds(&made.small.bytes, hidden));
    }
}

#[test]
fn what_can_be_seen_through_stays_so_and_a_large_picture_becomes_smaller() {
    let clear = RgbaImage::from_pixel(3_000, 1_500, Rgba([10, 20, 30, 100]));
    let made = make(&png(&DynamicImage::ImageRgba8(clear))).unwrap();
    assert_eq!((made.full.width, made.full.height), (2_048, 1_024));
    assert_eq!((made.small.width, made.small.height), (640, 320));
    assert_eq!((made.full.media_type, made.small.media_type), (MediaType::Png, MediaType::Png));
    let shown = image::load(Cursor::new(&made.full.bytes), ImageFormat::Png).unwrap().into_rgba8();
    assert_eq!(shown.get_pixel(1_000, 500).0[3], 100);
    let thin = make(&png(&DynamicImage::ImageRgb8(halves(9_000, 2)))).unwrap();
    assert_eq!((thin.small.width, thin.small.height), (640, 1));
}

#[test]
fn a_noisy_drawing_that_would_be_large_becomes_a_photograph() {
    let noise = RgbImage::from_fn(1_200, 1_200, |x, y| {
        let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes();
        Rgb([n[0], n[1], n[2]])
    });
    let made = make(&png(&DynamicImage::ImageRgb8(noise))).unwrap();
    assert_eq!(made.full.media_type, MediaType::Jpeg);
}

#[test]
fn a_webp_is_taken() {
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
        .write_image(halves(40, 20).as_raw(), 40, 20, image::ExtendedColorType::Rgb8)
        .unwrap();
    assert_eq!(make(&bytes).unwrap().full.width, 40);
}

#[test]
fn what_is_no_picture_of_the_kinds_that_are_taken_is_refused() {
    let kinds: [&[u8]; 9] = [
        b"",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"%PDF-1.7",
        b"<!doctype html><script>alert(1)</script>",
        b"#EXTM3U\nfile:///etc/passwd",
        b"ffconcat version 1.0\nfile /etc/passwd",
        b"\0\0\0\x1cftypavif",
        b"II*\0\x08\0\0\0",
    ];
    for sent in kinds {
        assert_eq!(make(sent), Err(PictureFault::Kind), "{}", String::from_utf8_lossy(sent));
    }
}

/// A PNG that promises so many pixels.
fn promises(width: u32, height: u32) -> Vec<u8> {
    let mut head = png(&DynamicImage::ImageRgb8(halves(4, 4)));
    head[16..20].copy_from_slice(&width.to_be_bytes());
    head[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&head[12..29]);
    head[29..33].copy_from_slice(&sum.to_be_bytes());
    head
}

/// The sum at the end of a chunk of a PNG (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _bit| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn a_picture_that_unpacks_to_more_than_there_is_room_for_is_refused() {
    for (width, height) in [(50_000, 50_000), (16_000, 16_000), (40_000, 1), (6_500, 4_001)] {
        assert_eq!(make(&promises(width, height)), Err(PictureFault::TooLarge), "{width}");
    }
    let scans = vec![segment(0xDA, &[0; 10]); 10_000];
    assert_eq!(make(&with(&jpeg(&halves(8, 8)), &scans)), Err(PictureFault::TooLarge));
}

#[test]
fn a_photograph_with_a_film_behind_it_is_a_photograph() {
    let scans = |count: usize| [0xFF, 0xDA, 0, 12].repeat(count);
    let small = segment(0xE1, &scans(1_000));
    let sent = [with(&jpeg(&halves(80, 40)), &[small]), scans(100_000)].concat();
    assert_eq!(make(&sent).unwrap().full.width, 80);
}

#[test]
fn what_can_be_seen_through_does_not_grow_large() {
    let mut seed = 1_u32;
    let noise = RgbaImage::from_fn(2_000, 2_000, |_x, _y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let n = seed.to_le_bytes();
        Rgba([n[3], n[2], n[1] ^ n[3], n[3] / 2])
    });
    let made = make(&png(&DynamicImage::ImageRgba8(noise))).unwrap();
    assert_eq!(made.full.media_type, MediaType::Png);
    assert!(made.full.bytes.len() <= 4 * 1024 * 1024, "{}", made.full.bytes.len());
}

#[test]
fn a_picture_that_breaks_off_is_broken() {
    let whole = png(&DynamicImage::ImageRgb8(halves(600, 300)));
    for length in [9, 40, whole.len() / 2] {
        assert_eq!(make(&whole[..length]), Err(PictureFault::Broken), "{length}");
    }
    let whole = jpeg(&halves(600, 300));
    assert_eq!(make(&whole[..40]), Err(PictureFault::Broken));
}
