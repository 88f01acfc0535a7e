//! The string that draft-cavage signs, built by `http-signature-normalization`.
//!
//! Only the library's canonicalisation is used. Its parser takes the last of two parameters, believes any future
//! date, reads the machine's clock and overflows on a huge `created`; so it never sees what a sender wrote as
//! parameters: it is given a header of our own making with the list of names, and `(created)` and `(expires)` as
//! plain values that we have already judged.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use http_signature_normalization::Config;

use crate::SignatureError;

/// The pseudo-header that stands for method and path.
pub(crate) const REQUEST_TARGET: &str = "(request-target)";

/// Longer than any `Date` can be old, so that the library's own window (which asks the machine's clock) never
/// speaks; `window` has decided by then. Four thousand years, and far from overflowing.
const FOREVER: Duration = Duration::from_hours(4_000 * 365 * 24);

/// The string to sign: one line for each name, in the given order.
///
/// The value given for `(request-target)` is not used. Names must be distinct tokens in lower case.
///
/// # Errors
/// [`SignatureError::Refused`] when the library finds no such string.
pub(crate) fn signing_string(
    method: &str,
    path_and_query: &str,
    lines: &[(&str, Cow<'_, str>)],
) -> Result<String, SignatureError> {
    let mut names = String::with_capacity(128);
    let mut values = BTreeMap::new();
    for (name, value) in lines {
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(name);
        values.insert((*name).to_owned(), value.clone().into_owned());
    }
    values.insert("signature".to_owned(), format!(r#"keyId="k",headers="{names}",signature="s""#));
    let unverified = Config::new()
        .set_expiration(FOREVER)
        .begin_verify(method, path_and_query, values)
        .ok()
        .ok_or(SignatureError::Refused("there is no string to sign"))?;
    Ok(unverified.signing_string().to_owned())
}
