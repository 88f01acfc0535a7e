//! Just enough DER to look at a public key before a crypto library does.
//!
//! The bounds are checked here because the cost of a verification grows with the key: a modulus of 16384 bits
//! would let one small request buy milliseconds of our time.

use crate::SignatureError;

/// Bits of an RSA modulus: below, it can be factored; above, it costs too much and nobody publishes one.
const MODULUS_BITS: std::ops::RangeInclusive<u32> = 2_048..=4_096;

/// The RSA exponents that exist in practice: 3, 65537, and odd numbers of at most 32 bits above it.
const LEAST_EXPONENT: u64 = 65_537;
const MOST_EXPONENT: u64 = u32::MAX as u64;
const OLD_EXPONENT: u64 = 3;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// 1.2.840.113549.1.1.1 (RFC 8017).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.3.101.112 (RFC 8410).
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const NULL: &[u8] = &[0x05, 0x00];

const NOT_DER: SignatureError = SignatureError::Refused("the public key is not DER");

/// What a `SubjectPublicKeyInfo` holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyInfo<'a> {
    /// An `RSAPublicKey`, bounds not checked.
    Rsa(&'a [u8]),
    /// 32 bytes.
    Ed25519(&'a [u8]),
}

/// Opens a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
///
/// # Errors
/// [`SignatureError::Refused`] for other algorithms (EC, DSA, RSA-PSS) and for what is not one.
pub(crate) fn key_info(input: &[u8]) -> Result<KeyInfo<'_>, SignatureError> {
    let body = whole(input, SEQUENCE)?;
    let (algorithm, rest) = element(body, SEQUENCE)?;
    let (oid, parameters) = element(algorithm, OBJECT_IDENTIFIER)?;
    let bits = whole(rest, BIT_STRING)?;
    let Some((0, key)) = bits.split_first().map(|(unused, key)| (*unused, key)) else {
        return Err(NOT_DER);
    };
    if oid == RSA_ENCRYPTION && (parameters == NULL || parameters.is_empty()) {
        Ok(KeyInfo::Rsa(key))
    } else if oid == ED25519 && parameters.is_empty() {
        Ok(KeyInfo::Ed25519(key))
    } else {
        Err(SignatureError::Refused("the public key is neither RSA nor Ed25519"))
    }
}

/// Checks modulus and exponent of an `RSAPublicKey` (RFC 8017 A.1.1).
///
/// # Errors
/// [`SignatureError::Refused`] outside the bounds.
pub(crate) fn check_rsa(input: &[u8]) -> Result<(), SignatureError> {
    let body = whole(input, SEQUENCE)?;
    let (modulus, rest) = element(body, INTEGER)?;
    let (modulus, exponent) = (unsigned(modulus)?, unsigned(whole(rest, INTEGER)?)?);
    if !MODULUS_BITS.contains(&bits(modulus)) {
        return Err(SignatureError::Refused("the RSA modulus is not of 2048 to 4096 bits"));
    }
    let refused = SignatureError::Refused("the RSA exponent is out of bounds");
    if exponent.len() > size_of::<u32>() {
        return Err(refused);
    }
    let exponent = exponent.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let is_usual = (LEAST_EXPONENT..=MOST_EXPONENT).contains(&exponent) && exponent % 2 == 1;
    if is_usual || exponent == OLD_EXPONENT { Ok(()) } else { Err(refused) }
}

/// The content of the one element that `input` is.
fn whole(input: &[u8], tag: u8) -> Result<&[u8], SignatureError> {
    match element(input, tag)? {
        (content, []) => Ok(content),
        _ => Err(NOT_DER),
    }
}

/// The content of the first element of `input`, and what follows it.
fn element(input: &[u8], tag: u8) -> Result<(&[u8], &[u8]), SignatureError> {
    let (length, rest) = match input {
        [found, rest @ ..] if *found == tag => match rest {
            [0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
            [0x81, length, rest @ ..] | [length @ 0..=0x7f, rest @ ..] => {
                (usize::from(*length), rest)
            }
            _ => return Err(NOT_DER),
        },
        _ => return Err(NOT_DER),
    };
    rest.split_at_checked(length).ok_or(NOT_DER)
}

/// The magnitude of a non-negative DER integer.
fn unsigned(content: &[u8]) -> Result<&[u8], SignatureError> {
    match content {
        [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Ok(rest),
        [1..=0x7f, ..] => Ok(content),
        _ => Err(NOT_DER),
    }
}

fn bits(magnitude: &[u8]) -> u32 {
    let bytes = u32::try_from(magnitude.len()).unwrap_or(u32::MAX);
    let unused = magnitude.first().map_or(0, |byte| byte.leading_zeros());
    bytes.saturating_mul(8).saturating_sub(unused)
}
