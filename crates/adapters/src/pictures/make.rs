//! Making a picture anew. Runs in the child; tests run it where they are.

use std::io::Cursor;

use carefolk_app::ports::{
    ICON_SIDE, Image, MadePicture, MediaType, PictureFault, SMALL_SIDE, within,
};
use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as Filter, PngEncoder};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageFormat,
    ImageReader, Limits, RgbImage, RgbaImage,
};

/// The most pixels of a picture that is taken: with three bytes each it stays below what a child may use.
pub const PIXELS_MAX: u64 = 26_000_000;

/// The longest side of a picture that is taken.
const SIDE_MAX: u32 = 16_384;

/// How much memory a decoder may ask for.
const DECODER_MAX_BYTES: u64 = 160 * 1024 * 1024;

/// How often a progressive JPEG may go over its pixels: real ones do it some ten times (S-123).
const SCANS_MAX: usize = 64;

/// The longest side of what is kept: fills a screen.
const FULL_SIDE: u32 = 2_048;

/// The longest side of what the few colours are read from.
const HASH_SIDE: u32 = 32;

/// How well a JPEG keeps what it shows, of 100.
const FULL_QUALITY: u8 = 84;
const SMALL_QUALITY: u8 = 78;

/// A drawing stays a PNG up to this size: letters in a JPEG have dirt around them.
const PNG_MAX_BYTES: usize = 1024 * 1024;

/// What can be seen through has to be a PNG; above this size it becomes smaller.
const CLEAR_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Makes the picture that `bytes` are anew, in three sizes.
///
/// # Errors
///
/// [`PictureFault`], by what is wrong with it.
pub fn make(bytes: &[u8]) -> Result<MadePicture, PictureFault> {
    let format = image::guess_format(bytes).map_err(|_unknown| PictureFault::Kind)?;
    match format {
        ImageFormat::Jpeg if scans(bytes) > SCANS_MAX => return Err(PictureFault::TooLarge),
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP => {}
        _ => return Err(PictureFault::Kind),
    }
    let (picture, turn) = decode(bytes, format)?;
    let mut full = smaller(picture, FULL_SIDE)?;
    full.apply_orientation(turn);
    let small = smaller(full.clone(), SMALL_SIDE)?;
    let tiny = smaller(small.clone(), ICON_SIDE)?;
    let blurhash = hash(smaller(tiny.clone(), HASH_SIDE)?)?;
    let drawn = format != ImageFormat::Jpeg;
    let (full, small) =
        (encode(&full, drawn, FULL_QUALITY)?, encode(&small, drawn, SMALL_QUALITY)?);
    let icon = match small.media_type {
        MediaType::Png => png(&tiny)?,
        MediaType::Jpeg => jpeg(&tiny, SMALL_QUALITY)?,
    };
    Ok(MadePicture { full, small, icon, blurhash })
}

/// How many scans a JPEG has: what hangs behind it, and what stands inside its segments, is none (phones put
/// films and small pictures there).
fn scans(bytes: &[u8]) -> usize {
    const TEMPORARY: u8 = 0x01;
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let (mut at, mut scans) = (2, 0);
    loop {
        // To the next marker. Inside a scan, 0 behind 0xFF is a byte of it, and 0xD0 to 0xD7 stand alone.
        let rest = bytes.get(at..).unwrap_or_default();
        let found = rest.windows(2).position(|pair| {
            matches!(pair, [0xFF, kind] if !matches!(*kind, 0 | TEMPORARY | 0xD0..=0xD7 | 0xFF))
        });
        let Some(found) = found else { return scans };
        let segment = rest.get(found + 1..).unwrap_or_default();
        let [kind, high, low, ..] = segment else { return scans };
        match *kind {
            END => return scans,
            SCAN => scans += 1,
            _ => {}
        }
        at += found + 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
}

/// The first picture of a file, in eight bits for each colour, and how it has to be turned.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PictureFault> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODER_MAX_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PictureFault::Broken);
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(PictureFault::TooLarge);
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    let has_alpha = picture.color().has_alpha();
    let eight = if has_alpha {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    Ok((eight, turn))
}

fn fault(error: &ImageError) -> PictureFault {
    match error {
        ImageError::Limits(_) => PictureFault::TooLarge,
        ImageError::Unsupported(_) => PictureFault::Kind,
        _ => PictureFault::Broken,
    }
}

/// The picture with no side longer than `side`.
fn smaller(picture: DynamicImage, side: u32) -> Result<DynamicImage, PictureFault> {
    let (width, height) = (picture.width(), picture.height());
    let (to_width, to_height) = within((width, height), side);
    if (to_width, to_height) == (width, height) {
        return Ok(picture);
    }
    let kind = if picture.color().has_alpha() { PixelType::U8x4 } else { PixelType::U8x3 };
    let broken = |_error| PictureFault::Broken;
    let from = ImageRef::new(width, height, picture.as_bytes(), kind);
    let from = from.map_err(|_error| PictureFault::Broken)?;
    let mut to = Pixels::new(to_width, to_height, kind);
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&from, &mut to, &how).map_err(broken)?;
    let bytes = to.into_vec();
    let made = match kind {
        PixelType::U8x4 => {
            RgbaImage::from_raw(to_width, to_height, bytes).map(DynamicImage::ImageRgba8)
        }
        _ => RgbImage::from_raw(to_width, to_height, bytes).map(DynamicImage::ImageRgb8),
    };
    made.ok_or(PictureFault::Broken)
}

/// The few colours that stand for a picture (blurhash, as Mastodon sends it).
fn hash(tiny: DynamicImage) -> Result<String, PictureFault> {
    let tiny = tiny.into_rgba8();
    let (width, height) = tiny.dimensions();
    let (across, down) = if width >= height { (4, 3) } else { (3, 4) };
    blurhash::encode(across, down, width, height, tiny.as_raw())
        .map_err(|_error| PictureFault::Broken)
}

/// A PNG of what can be seen through, and of what was drawn while that is not large; a JPEG of the rest.
fn encode(picture: &DynamicImage, drawn: bool, quality: u8) -> Result<Image, PictureFault> {
    if is_clear(picture) {
        let mut png = png(picture)?;
        while png.bytes.len() > CLEAR_MAX_BYTES {
            let half = png.width.max(png.height) / 2;
            png = self::png(&smaller(picture.clone(), half)?)?;
        }
        return Ok(png);
    }
    if drawn {
        let png = png(picture)?;
        if png.bytes.len() <= PNG_MAX_BYTES {
            return Ok(png);
        }
    }
    jpeg(picture, quality)
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Image, PictureFault> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let plain = picture.to_rgb8();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(plain.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(|_error| PictureFault::Broken)?;
    Ok(Image { media_type: MediaType::Jpeg, width, height, bytes })
}

fn is_clear(picture: &DynamicImage) -> bool {
    picture.as_rgba8().is_some_and(|it| it.pixels().any(|pixel| pixel.0[3] < u8::MAX))
}

fn png(picture: &DynamicImage) -> Result<Image, PictureFault> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, Filter::Adaptive)
        .write_image(picture.as_bytes(), width, height, ExtendedColorType::from(picture.color()))
        .map_err(|_error| PictureFault::Broken)?;
    Ok(Image { media_type: MediaType::Png, width, height, bytes })
}
