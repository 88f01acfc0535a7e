//! Multikey: an Ed25519 public key as one word, `z6Mk…` (W3C Controlled Identifiers, FEP-521a).

use crate::SignatureError;

/// Bytes of an Ed25519 public key.
pub const KEY_BYTES: usize = 32;

/// The multicodec `ed25519-pub`, as a variable-length integer.
const CODEC: [u8; 2] = [0xed, 0x01];

/// The letter for base58btc.
const BASE58BTC: char = 'z';

/// Longest word that is decoded, since the cost grows with the square; an Ed25519 key takes 48.
const MAX_LENGTH: usize = 64;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The word for `key`.
pub fn encode(key: &[u8; KEY_BYTES]) -> String {
    let bytes: Vec<u8> = CODEC.iter().chain(key).copied().collect();
    format!("{BASE58BTC}{}", base58(&bytes))
}

/// The key that `text` stands for.
///
/// # Errors
/// [`SignatureError::Refused`] for other bases, other codecs, and other lengths.
pub fn decode(text: &str) -> Result<[u8; KEY_BYTES], SignatureError> {
    let refused = SignatureError::Refused("the multikey is not Ed25519 in base58btc");
    if text.len() > MAX_LENGTH {
        return Err(refused);
    }
    let bytes = text.strip_prefix(BASE58BTC).and_then(from_base58).ok_or(refused)?;
    let key = bytes.strip_prefix(&CODEC).ok_or(refused)?;
    key.try_into().ok().ok_or(refused)
}

pub(crate) fn base58(bytes: &[u8]) -> String {
    // Digits of base 58, least first.
    let mut digits: Vec<usize> = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| 0);
    let word = zeros.chain(digits.into_iter().rev());
    word.filter_map(|digit| ALPHABET.get(digit).map(|letter| char::from(*letter))).collect()
}

pub(crate) fn from_base58(word: &str) -> Option<Vec<u8>> {
    // Bytes, least first.
    let mut bytes: Vec<usize> = Vec::with_capacity(word.len());
    for letter in word.bytes() {
        let mut carry = ALPHABET.iter().position(|known| *known == letter)?;
        for byte in &mut bytes {
            carry += *byte * 58;
            *byte = carry % 256;
            carry /= 256;
        }
        if carry > 0 {
            bytes.push(carry);
        }
    }
    let zeros = word.bytes().take_while(|letter| *letter == b'1').map(|_| 0);
    zeros.chain(bytes.into_iter().rev()).map(|byte| u8::try_from(byte).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58_agrees_with_its_known_words() {
        // The test values of draft-msporny-base58-03.
        for (bytes, word) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (&[0, 0, 0x28, 0x7f, 0xb4, 0xcd][..], "11233QC4"),
            (&[][..], ""),
        ] {
            assert_eq!(base58(bytes), word);
            assert_eq!(from_base58(word).unwrap(), bytes);
        }
    }

    #[test]
    fn a_key_becomes_one_word_and_comes_back() {
        for byte in [0, 1, 127, 255] {
            let key = [byte; KEY_BYTES];
            let word = encode(&key);

            assert!(word.starts_with("z6Mk"), "{word}");
            assert_eq!(decode(&word), Ok(key));
        }
    }

    #[test]
    fn words_that_are_not_an_ed25519_key_are_refused() {
        let good = encode(&[7; KEY_BYTES]);
        let p256 = format!("z{}", base58(&[&[0x80, 0x24][..], &[2; 33]].concat()));
        let short = format!("z{}", base58(&[&CODEC[..], &[2; 31]].concat()));
        let long = format!("z{}", "1".repeat(1_000_000));
        let other_base = good.replacen('z', "u", 1);
        for text in ["", "z", "z0OIl", "é", &p256, &short, &long, &other_base, &format!("{good}1")]
        {
            assert!(decode(text).is_err(), "{text:.60} was decoded");
        }
    }
}
