//! Names that mean nothing: slugs of URLs and tokens of links.

use super::ports::Chance;

/// Random bytes behind a slug: 80 bits, sixteen letters of base32.
const SLUG_BYTES: usize = 10;

/// Random bytes behind a session or set-up token.
const TOKEN_BYTES: usize = 32;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A new slug: lower case only, because PieFed compares ids in lower case (docs/federation/peers.md).
pub fn slug(chance: &dyn Chance) -> String {
    let mut bytes = [0_u8; SLUG_BYTES];
    chance.fill(&mut bytes);
    base32(&bytes)
}

/// A new secret for a link or a cookie.
pub fn token(chance: &dyn Chance) -> String {
    let mut bytes = [0_u8; TOKEN_BYTES];
    chance.fill(&mut bytes);
    base32(&bytes)
}

/// A number of chance, for jitter.
pub fn number(chance: &dyn Chance) -> u64 {
    let mut bytes = [0_u8; 8];
    chance.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut out, buffer >> bits);
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        push(&mut out, buffer << (5 - bits));
    }
    out
}

fn push(out: &mut String, five_bits: u32) {
    let index = usize::try_from(five_bits & 31).unwrap_or(0);
    if let Some(&letter) = ALPHABET.get(index) {
        out.push(char::from(letter));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn base32_is_the_lower_case_of_the_standard_one() {
        assert_eq!(super::base32(b"foobar"), "mzxw6ytboi");
        assert_eq!(super::base32(&[0xff; 10]), "7777777777777777");
    }
}
