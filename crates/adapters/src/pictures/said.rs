//! What the child says to who started it: a line of JSON, and the bytes of its pictures.

use carefolk_app::ports::{Image, MadePicture, MediaType, PictureFault};
use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Serialize, Deserialize)]
enum Head {
    Made { full: Size, small: Size, icon: Size, blurhash: String },
    Fault(Fault),
}

#[derive(Serialize, Deserialize)]
struct Size {
    png: bool,
    width: u32,
    height: u32,
    bytes: usize,
}

#[derive(Serialize, Deserialize)]
enum Fault {
    Kind,
    TooLarge,
    Broken,
}

/// The bytes that say `made`.
pub(super) fn write(made: Result<MadePicture, PictureFault>) -> Vec<u8> {
    let (head, bodies) = match made {
        Ok(made) => {
            let [full, small, icon] = [&made.full, &made.small, &made.icon].map(size);
            let bodies = vec![made.full.bytes, made.small.bytes, made.icon.bytes];
            (Head::Made { full, small, icon, blurhash: made.blurhash }, bodies)
        }
        Err(PictureFault::Kind) => (Head::Fault(Fault::Kind), Vec::new()),
        Err(PictureFault::TooLarge) => (Head::Fault(Fault::TooLarge), Vec::new()),
        Err(_) => (Head::Fault(Fault::Broken), Vec::new()),
    };
    let mut out = serde_json::to_vec(&head).unwrap_or_default();
    out.push(b'\n');
    out.extend(bodies.into_iter().flatten());
    out
}

fn size(image: &Image) -> Size {
    let png = image.media_type == MediaType::Png;
    Size { png, width: image.width, height: image.height, bytes: image.bytes.len() }
}

/// What `said` says; half an answer is none.
pub(super) fn read(said: &[u8]) -> Result<MadePicture, PictureFault> {
    let end = said.iter().position(|byte| *byte == b'\n').ok_or(PictureFault::Broken)?;
    let (head, bodies) = said.split_at_checked(end).ok_or(PictureFault::Broken)?;
    let head: Head = serde_json::from_slice(head).map_err(|_error| PictureFault::Broken)?;
    let bodies = bodies.get(1..).unwrap_or_default();
    match head {
        Head::Fault(Fault::Kind) => Err(PictureFault::Kind),
        Head::Fault(Fault::TooLarge) => Err(PictureFault::TooLarge),
        Head::Fault(Fault::Broken) => Err(PictureFault::Broken),
        Head::Made { full, small, icon, blurhash } => {
            let half = || PictureFault::Broken;
            let (first, rest) = bodies.split_at_checked(full.bytes).ok_or_else(half)?;
            let (second, third) = rest.split_at_checked(small.bytes).ok_or_else(half)?;
            if third.len() != icon.bytes {
                return Err(half());
            }
            let (full, small) = (image(&full, first), image(&small, second));
            Ok(MadePicture { full, small, icon: image(&icon, third), blurhash })
        }
    }
}

fn image(size: &Size, bytes: &[u8]) -> Image {
    let media_type = if size.png { MediaType::Png } else { MediaType::Jpeg };
    Image { media_type, width: size.width, height: size.height, bytes: bytes.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_read_again_and_half_of_it_is_not() {
        let image = |bytes: &[u8]| Image {
            media_type: MediaType::Jpeg,
            width: 4,
            height: 3,
            bytes: bytes.to_vec(),
        };
        let (full, small, icon) = (image(b"full\n"), image(b"small"), image(b"icon"));
        let made = MadePicture { full, small, icon, blurhash: "L0".into() };
        let said = write(Ok(made.clone()));
        assert_eq!(read(&said), Ok(made));
        assert_eq!(read(&said[..said.len() - 1]), Err(PictureFault::Broken));
        assert_eq!(read(b""), Err(PictureFault::Broken));
        assert_eq!(read(&write(Err(PictureFault::Kind))), Err(PictureFault::Kind));
    }
}
