//! Reading RFC 9421, HTTP Message Signatures.
//!
//! Fields that are not structured fields are refused (401), not malformed (400): a number of sixteen digits is
//! already a syntax error in a structured field, and a sender who gets a 401 tries the other dialect.

use std::fmt::Write as _;

use sfv::{BareItem, Dictionary, InnerList, ListEntry, ListSerializer, Parameters, Parser};

use crate::algorithm::Claim;
use crate::components::{require, value};
use crate::incoming::{Dialect, Presented, bounded_key_id};
use crate::window::{check_created, check_expires};
use crate::{Incoming, SignatureError};

/// Most components that one signature may cover.
const MAX_COVERED: usize = 32;

/// Reads `Signature-Input` and `Signature` and judges everything but the signature itself.
///
/// # Errors
/// As [`crate::read`].
pub(crate) fn read(
    incoming: &Incoming<'_>,
    input: &str,
    signature: &str,
) -> Result<Presented, SignatureError> {
    let (label, list) = only_input(input)?;
    let signature = only_signature(signature, &label)?;
    let parameters = &list.params;

    let claim = Claim::rfc9421(string(parameters, "alg")?)?;
    let key_id = string(parameters, "keyid")?.ok_or(SignatureError::Refused("keyid is missing"))?;
    let created =
        integer(parameters, "created")?.ok_or(SignatureError::Refused("created is missing"))?;
    check_created(created, incoming.now_ms)?;
    if let Some(expires) = integer(parameters, "expires")? {
        check_expires(expires, incoming.now_ms)?;
    }

    let covered = covered(&list)?;
    require(&covered, incoming)?;
    Ok(Presented {
        dialect: Dialect::Rfc9421,
        key_id: bounded_key_id(key_id)?,
        claim,
        base: signature_base(&covered, &list, incoming)?,
        signature,
    })
}

/// The one signature that is described, and its label.
fn only_input(input: &str) -> Result<(String, InnerList), SignatureError> {
    let mut members = dictionary(input)?;
    let Some((label, ListEntry::InnerList(list))) = members.pop() else {
        return Err(SignatureError::Refused("signature-input is not a list of components"));
    };
    // The parser keeps the last of two parameters with one name; the count tells that there were two.
    let parameters =
        list.params.len() + list.items.iter().map(|item| item.params.len()).sum::<usize>();
    if outside_strings(input, b';') != parameters {
        return Err(SignatureError::Malformed("a signature parameter is given twice"));
    }
    Ok((label.as_str().to_owned(), list))
}

/// The bytes of the one signature, which must have the same label.
fn only_signature(signature: &str, label: &str) -> Result<Vec<u8>, SignatureError> {
    match dictionary(signature)?.pop() {
        Some((key, ListEntry::Item(item))) if key.as_str() == label && item.params.is_empty() => {
            match item.bare_item {
                BareItem::ByteSequence(bytes) => Ok(bytes),
                _ => Err(SignatureError::Refused("the signature is not a byte sequence")),
            }
        }
        _ => Err(SignatureError::Refused("signature does not match signature-input")),
    }
}

/// A dictionary of exactly one member.
fn dictionary(text: &str) -> Result<Dictionary, SignatureError> {
    if outside_strings(text, b',') != 0 {
        return Err(SignatureError::Refused("more than one signature"));
    }
    Parser::new(text)
        .parse::<Dictionary>()
        .ok()
        .ok_or(SignatureError::Refused("the signature is not a structured field"))
}

/// How often `byte` stands outside quoted strings.
fn outside_strings(text: &str, byte: u8) -> usize {
    let (mut count, mut is_quoted, mut is_escaped) = (0, false, false);
    for found in text.bytes() {
        match found {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if !is_quoted && found == byte => count += 1,
            _ => {}
        }
    }
    count
}

/// The names of the covered components, each of them once and without parameters.
fn covered(list: &InnerList) -> Result<Vec<&str>, SignatureError> {
    let mut covered = Vec::with_capacity(list.items.len());
    for item in &list.items {
        let name = match &item.bare_item {
            // No component that we need takes parameters, and most of those that exist weaken it.
            BareItem::String(name) if item.params.is_empty() => name.as_str(),
            _ => return Err(SignatureError::Refused("a component is not a plain name")),
        };
        if covered.contains(&name) {
            return Err(SignatureError::Malformed("a component is signed twice"));
        }
        if covered.len() == MAX_COVERED {
            return Err(SignatureError::Refused("too many components are signed"));
        }
        covered.push(name);
    }
    Ok(covered)
}

/// The signature base (§2.5).
fn signature_base(
    covered: &[&str],
    list: &InnerList,
    incoming: &Incoming<'_>,
) -> Result<String, SignatureError> {
    let mut base = String::with_capacity(512);
    for name in covered {
        push_line(&mut base, name, &value(name, incoming)?);
    }
    let mut serializer = ListSerializer::new();
    let mut inner = serializer.inner_list();
    inner.items(&list.items);
    let _: &mut String = inner.finish().parameters(&list.params).finish();
    let parameters = serializer.finish().unwrap_or_default();
    push_parameters(&mut base, &parameters);
    Ok(base)
}

/// Adds one component to a signature base.
pub(crate) fn push_line(base: &mut String, name: &str, value: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(base, "\"{name}\": {value}");
}

/// Adds the last line to a signature base.
pub(crate) fn push_parameters(base: &mut String, parameters: &str) {
    let _ = write!(base, "\"@signature-params\": {parameters}");
}

fn string<'a>(parameters: &'a Parameters, name: &str) -> Result<Option<&'a str>, SignatureError> {
    match parameters.get(name) {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(SignatureError::Refused("a signature parameter is not a string")),
    }
}

fn integer(parameters: &Parameters, name: &str) -> Result<Option<i64>, SignatureError> {
    match parameters.get(name) {
        None => Ok(None),
        Some(BareItem::Integer(number)) => Ok(Some(i64::from(*number))),
        Some(_) => Err(SignatureError::Refused("created or expires is not a number of seconds")),
    }
}

/// The base that `input` describes, without any rule about what it covers.
#[cfg(test)]
pub(crate) fn base_of(input: &str, incoming: &Incoming<'_>) -> Result<String, SignatureError> {
    let (_, list) = only_input(input)?;
    signature_base(&covered(&list)?, &list, incoming)
}

#[cfg(test)]
mod tests;
