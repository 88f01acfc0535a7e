//! Whether two servers know the same followers (FEP-8fcf).

use sha2::{Digest, Sha256};

/// Bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;

/// The digest of a part of somebody's followers: the SHA-256 of each id, all combined by XOR, in
/// hex. Their order does not matter; each may be given once only, for two cancel each other out.
pub fn digest<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = [0_u8; DIGEST_BYTES];
    for id in ids {
        for (byte, of_id) in all.iter_mut().zip(Sha256::digest(id.as_bytes())) {
            *byte ^= of_id;
        }
    }
    let hex = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    all.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 0xf)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of FEP-8fcf, "Partial follower collection digest".
    #[test]
    fn a_digest_is_the_one_that_others_make() {
        let (one, two) =
            ("https://testing.example.org/users/1", "https://testing.example.org/users/2");
        let both = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f";
        assert_eq!(digest([one, two]), both);
        assert_eq!(digest([two, one]), both);
        assert_eq!(
            digest([one]),
            "3a06e99569547f444c352ab7f52e4bab207abec5ca6f07b0045cfdc9723f8fa9"
        );
        assert_eq!(digest([]), "0".repeat(2 * DIGEST_BYTES));
    }
}
