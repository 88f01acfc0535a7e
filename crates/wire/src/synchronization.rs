//! The header that says who follows somebody, as far as its receiver is concerned (FEP-8fcf).

use crate::read::{Network, canonical_id_in};

/// The name of the header.
pub const HEADER: &str = "collection-synchronization";

/// The longest header read: two addresses and a digest.
const MAX_BYTES: usize = 8 * 1024;

/// The most parameters looked at; there are three.
const MAX_PARAMETERS: usize = 8;

/// Letters of a digest: SHA-256 in hex.
const DIGEST_LETTERS: usize = 64;

/// What a sender says about its followers on the receiver's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synchronization {
    /// The sender's collection of followers.
    pub collection_id: String,
    /// Where the part of it is that the receiver may read.
    pub url: String,
    /// The digest of that part.
    pub digest: String,
}

impl Synchronization {
    /// Reads a header; nothing if it is not whole, or says something twice.
    pub fn parse(header: &str, network: Network) -> Option<Self> {
        if header.len() > MAX_BYTES {
            return None;
        }
        let (mut collection_id, mut url, mut digest) = (None, None, None);
        let mut rest = header.trim();
        for _ in 0..MAX_PARAMETERS {
            let (name, after) = rest.split_once('=')?;
            let (value, after) = after.strip_prefix('"')?.split_once('"')?;
            let slot = match name.trim() {
                "collectionId" => Some(&mut collection_id),
                "url" => Some(&mut url),
                "digest" => Some(&mut digest),
                _ => None,
            };
            if slot.is_some_and(|slot| slot.replace(value).is_some()) {
                return None;
            }
            rest = after.trim_start();
            if rest.is_empty() {
                let digest = digest?.to_ascii_lowercase();
                let is_hex = digest.bytes().all(|letter| letter.is_ascii_hexdigit());
                return Some(Self {
                    collection_id: canonical_id_in(collection_id?, network).ok()?,
                    url: canonical_id_in(url?, network).ok()?,
                    digest: Some(digest).filter(|d| is_hex && d.len() == DIGEST_LETTERS)?,
                });
            }
            rest = rest.strip_prefix(',')?.trim_start();
        }
        None
    }

    /// The header as it is sent.
    pub fn to_header(&self) -> String {
        let Self { collection_id, url, digest } = self;
        format!(r#"collectionId="{collection_id}", url="{url}", digest="{digest}""#)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of FEP-8fcf.
    const EXAMPLE: &str = r#"collectionId="https://example.org/users/1/followers", url="https://example.org/users/1/followers_synchronization", digest="c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f""#;

    fn parse(header: &str) -> Option<Synchronization> {
        Synchronization::parse(header, Network::Public)
    }

    #[test]
    fn a_header_is_read_and_written_alike() {
        let read = parse(EXAMPLE).unwrap();
        assert_eq!(read.collection_id, "https://example.org/users/1/followers");
        assert_eq!(read.url, "https://example.org/users/1/followers_synchronization");
        assert_eq!(read.to_header(), EXAMPLE);
        // In any order, with others among them.
        let (collection, rest) = EXAMPLE.split_once(", ").unwrap();
        assert_eq!(parse(&format!(r#"{rest},x="y" , {collection}"#)), Some(read));
    }

    #[test]
    fn what_is_not_whole_is_nothing() {
        let digest = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";
        for bad in [
            String::new(),
            EXAMPLE.replace("url=", "other="),
            format!(r#"{EXAMPLE}, url="https://example.org/2""#),
            EXAMPLE.replace(digest, "somehash"),
            EXAMPLE.replace(digest, &"g".repeat(64)),
            EXAMPLE.replace("https://example.org/users/1/f", "http://127.0.0.1/f"),
            EXAMPLE.replace('"', ""),
            format!("{EXAMPLE},"),
            format!("{EXAMPLE}{}", r#",a="b""#.repeat(9)),
            format!(r#"{EXAMPLE},a="{}""#, "b".repeat(9_000)),
        ] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
