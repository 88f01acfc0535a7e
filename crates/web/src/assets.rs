//! The files that pages need: one stylesheet, two fonts, one picture.
//!
//! Each address holds the hash of its content, so that a browser may keep it for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use carefolk_httpkit::Problem;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use crate::answer::Failure;

/// A year, the longest that browsers take.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Bytes of the hash in a name: enough to tell our own versions apart.
const HASH_BYTES: usize = 8;

struct Asset {
    address: String,
    kind: &'static str,
    body: Bytes,
}

struct Assets {
    css: Asset,
    latin: Asset,
    latin_ext: Asset,
    icon: Asset,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let latin =
        include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2");
    let latin_ext =
        include_bytes!("../assets/fonts/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2");
    let latin = asset("atkinson-latin.woff2", "font/woff2", Bytes::from_static(latin));
    let latin_ext = asset("atkinson-latin-ext.woff2", "font/woff2", Bytes::from_static(latin_ext));
    let css = include_str!("../assets/carefolk.css")
        .replace("@font-latin@", &latin.address)
        .replace("@font-latin-ext@", &latin_ext.address);
    let icon = Bytes::from_static(include_bytes!("../assets/icon.svg"));
    Assets {
        css: asset("carefolk.css", "text/css; charset=utf-8", Bytes::from(css)),
        latin,
        latin_ext,
        icon: asset("icon.svg", "image/svg+xml", icon),
    }
});

fn asset(name: &str, kind: &'static str, body: Bytes) -> Asset {
    use std::fmt::Write;
    let mut address = "/assets/".to_owned();
    for byte in Sha256::digest(&body).iter().take(HASH_BYTES) {
        // Writing into a String cannot fail.
        let _ = write!(address, "{byte:02x}");
    }
    address.push('-');
    address.push_str(name);
    Asset { address, kind, body }
}

/// The stylesheet's address.
pub(crate) fn css() -> &'static str {
    &ASSETS.css.address
}

/// The address of the font that every page needs.
pub(crate) fn font() -> &'static str {
    &ASSETS.latin.address
}

/// The address of the picture in the browser's tab.
pub(crate) fn favicon() -> &'static str {
    &ASSETS.icon.address
}

/// Answers with one of the files.
///
/// # Errors
///
/// 404 for any other name, also for an old hash: what it held is not here.
pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Failure> {
    let all = [&ASSETS.css, &ASSETS.latin, &ASSETS.latin_ext, &ASSETS.icon];
    let found =
        all.into_iter().find(|asset| asset.address.strip_prefix("/assets/") == Some(&*name));
    let asset = found.ok_or_else(|| Failure::from(Problem::not_found()))?;
    let mut response = asset.body.clone().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    Ok(response)
}

/// The picture under the address that browsers ask for by habit.
pub(crate) async fn favicon_by_habit() -> Response {
    let mut response = ASSETS.icon.body.clone().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(ASSETS.icon.kind));
    let day = HeaderValue::from_static("public, max-age=86400");
    response.headers_mut().insert(CACHE_CONTROL, day);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_names_the_fonts_by_their_hashed_addresses() {
        let css = String::from_utf8(ASSETS.css.body.to_vec()).unwrap();
        assert!(css.contains(&ASSETS.latin.address) && css.contains(&ASSETS.latin_ext.address));
        assert!(!css.contains("@font-latin"));
    }

    #[test]
    fn the_stylesheet_stays_small_and_asks_nobody_else() {
        let css = String::from_utf8(ASSETS.css.body.to_vec()).unwrap();
        assert!(css.len() < 25 * 1024, "{} bytes", css.len());
        for rest in css.split("url(").skip(1) {
            assert!(rest.starts_with("\"/assets/"), "{}", rest.lines().next().unwrap());
        }
        assert!(!css.contains("@import"));
        for physical in
            ["margin-left", "margin-right", "padding-left", "padding-right", "text-align: left"]
        {
            assert!(!css.contains(physical), "{physical} is not a logical property");
        }
    }
}
