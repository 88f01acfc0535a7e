//! The keys that others publish, good and bad.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_signatures::{PrivateKey, PublicKey, SignatureError, multikey, verify_raw};

use crate::request::{ED25519, RSA};

const RSA_OID: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0];
const DSA_OID: &[u8] = &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];

/// One DER element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = match content.len() {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// An `RSAPublicKey` whose modulus is a run of ones of `bits` bits.
fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
    // Without a spare bit, a zero keeps the number positive.
    let first = if bits.is_multiple_of(8) { 0 } else { (1 << (bits % 8)) - 1 };
    let modulus = [&[first][..], &vec![0xff; bits / 8]].concat();
    der(0x30, &[der(0x02, &modulus), der(0x02, exponent)].concat())
}

fn key_info(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let bits = [&[0], key].concat();
    der(0x30, &[der(0x30, algorithm), der(0x03, &bits)].concat())
}

#[test]
fn rsa_keys_within_the_bounds_are_read_in_both_forms() {
    for bits in [2_048, 2_049, 3_072, 4_096] {
        for exponent in [&[3][..], &[1, 0, 1], &[0, 0xff, 0xff, 0xff, 0xff]] {
            let key = rsa(bits, exponent);
            for text in [pem("RSA PUBLIC KEY", &key), pem("PUBLIC KEY", &key_info(RSA_OID, &key))] {
                let read = PublicKey::from_pem(&text);
                assert_eq!(read.unwrap().algorithm(), "rsa", "{bits} {exponent:?}");
            }
        }
    }
}

#[test]
fn rsa_keys_outside_the_bounds_are_refused() {
    let usual = &[1, 0, 1][..];
    for (bits, exponent) in [
        (16_384, usual),
        (8_192, usual),
        (4_097, usual),
        (2_047, usual),
        (1_024, usual),
        (512, usual),
        (2_048, &[1]),
        (2_048, &[0]),
        (2_048, &[2]),
        (2_048, &[5]),
        (2_048, &[0, 0x80, 0x01]),
        (2_048, &[1, 0, 0]),
        (2_048, &[1, 0, 2]),
        (2_048, &[1, 0, 0, 0, 0]),
        (2_048, &[1, 0, 0, 0, 1]),
        (2_048, &[0xff, 0xff, 0xff]),
        (2_048, &[0, 1, 0, 1]),
        (2_048, &[0x7f; 64]),
    ] {
        let key = rsa(bits, exponent);
        for text in [pem("RSA PUBLIC KEY", &key), pem("PUBLIC KEY", &key_info(RSA_OID, &key))] {
            let read = PublicKey::from_pem(&text);
            assert!(matches!(read, Err(SignatureError::Refused(_))), "{bits} {exponent:?}");
        }
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let ec = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----";
    let rsa_key = rsa(2_048, &[1, 0, 1]);
    let dsa = pem("PUBLIC KEY", &key_info(DSA_OID, &der(0x02, &[1; 128])));
    let private = pem("PRIVATE KEY", &RSA.private.to_der().unwrap());
    let rsa_private = pem("RSA PRIVATE KEY", &rsa_key);
    let ec_private = pem("EC PRIVATE KEY", &[1, 2, 3]);
    let disguised = pem("PUBLIC KEY", &RSA.private.to_der().unwrap());
    let certificate = pem("CERTIFICATE", &rsa_key);
    for (what, text) in [
        ("EC", ec),
        ("DSA", &dsa),
        ("private", &private),
        ("RSA private", &rsa_private),
        ("EC private", &ec_private),
        ("private, labelled public", &disguised),
        ("certificate", &certificate),
    ] {
        let read = PublicKey::from_pem(text);
        assert!(matches!(read, Err(SignatureError::Refused(_))), "{what}: {read:?}");
    }
}

#[test]
fn text_that_is_not_one_key_is_refused() {
    let good = RSA.private.public_text().unwrap();
    assert!(PublicKey::from_pem(&good).is_ok());
    assert!(PublicKey::from_pem(&format!("\r\n{}\r\n", good.replace('\n', "\r\n"))).is_ok());

    let key = key_info(RSA_OID, &rsa(2_048, &[1, 0, 1]));
    let trailing = pem("PUBLIC KEY", &[&key[..], &[0]].concat());
    let cut = pem("PUBLIC KEY", key.split_last().unwrap().1);
    let mismatched = good.replace("END PUBLIC", "END RSA PUBLIC");
    for (what, text) in [
        ("nothing", String::new()),
        ("one megabyte", good.replacen('\n', &"\n".repeat(1_000_000), 1)),
        ("a megabyte of base64", format!("-----BEGIN PUBLIC KEY-----{}", "A".repeat(1_000_000))),
        ("a thousand keys", good.repeat(1_000)),
        ("two keys", good.repeat(2)),
        ("text before", format!("key: {good}")),
        ("text after", format!("{good} and more")),
        ("no end", good.replace("-----END PUBLIC KEY-----", "")),
        ("other end", mismatched),
        ("only dashes", "-----BEGIN -----".to_owned()),
        ("begin is end", "-----BEGIN PUBLIC KEY-----".to_owned()),
        ("trailing bytes", trailing),
        ("cut off", cut),
        ("not base64", "-----BEGIN PUBLIC KEY-----\n????\n-----END PUBLIC KEY-----".to_owned()),
    ] {
        let read = PublicKey::from_pem(&text);
        assert!(matches!(read, Err(SignatureError::Refused(_))), "{what}: {read:?}");
    }
}

#[test]
fn our_own_keys_survive_storage_and_publication() {
    for keys in [&*RSA, &*ED25519] {
        let again = PrivateKey::from_der(&keys.private.to_der().unwrap()).unwrap();
        let signature = again.sign(b"message").unwrap();

        assert_eq!(verify_raw(&keys.public, b"message", &signature), Ok(()));
        assert!(verify_raw(&keys.public, b"massage", &signature).is_err());
        assert_eq!(again.public_text(), keys.private.public_text());
        assert_eq!(again.algorithm(), keys.public.algorithm());
    }
}

#[test]
fn published_keys_have_the_form_that_peers_read() {
    let pem = RSA.private.public_text().unwrap();
    assert!(
        pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC")
    );
    assert!(pem.ends_with("\n-----END PUBLIC KEY-----\n"));
    assert!(pem.lines().all(|line| line.len() <= 64));

    let word = ED25519.private.public_text().unwrap();
    assert!(word.starts_with("z6Mk"));
    assert!(multikey::decode(&word).is_ok());
    assert!(PublicKey::from_multibase(&word).is_ok());
    assert!(PublicKey::from_multibase(&pem).is_err());
}

#[test]
fn a_private_key_is_never_printed() {
    assert_eq!(format!("{:?}", RSA.private), "PrivateKey(rsa, ..)");
    assert_eq!(format!("{:?}", ED25519.private), "PrivateKey(ed25519, ..)");
}

#[test]
fn bytes_that_are_no_private_key_are_refused() {
    for length in [0, 1, 48, 1_200, 100_000] {
        assert!(PrivateKey::from_der(&vec![0x30; length]).is_err(), "{length} bytes");
    }
}
