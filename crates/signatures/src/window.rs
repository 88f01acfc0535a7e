//! How old, and how far in the future, a signature may be.

use std::time::{Duration, UNIX_EPOCH};

use crate::SignatureError;

/// How old a signature may be, in milliseconds: the hour that peers' queues take, and their clock's error.
pub const PAST_MS: i64 = 65 * 60 * 1_000;

/// How far ahead of our clock a signature may be, in milliseconds: the error of two clocks without NTP.
pub const FUTURE_MS: i64 = 5 * 60 * 1_000;

/// Digits of `created` and `expires`: enough until the year 33658, and a product with 1000 fits an `i64`.
const MAX_SECONDS_DIGITS: usize = 12;

/// The last second that an HTTP date can name (31 December 9999).
const LAST_HTTP_DATE_MS: i64 = 253_402_300_799_000;

/// The moment `at_ms` (milliseconds since 1970) as IMF-fixdate (RFC 9110 §5.6.7).
///
/// Moments that an HTTP date cannot name become the nearest one that it can.
pub fn http_date(at_ms: i64) -> String {
    let millis = u64::try_from(at_ms.clamp(0, LAST_HTTP_DATE_MS)).unwrap_or(0);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis))
}

/// Accepts a `Date` header that is inside the window.
///
/// # Errors
/// [`SignatureError::Refused`] for any other spelling than IMF-fixdate, and for a date outside the window.
pub(crate) fn check_date(value: &str, now_ms: i64) -> Result<(), SignatureError> {
    let refused = SignatureError::Refused("date is not an HTTP date");
    let date = httpdate::parse_http_date(value).ok().ok_or(refused)?;
    // The parser also takes RFC 850 and asctime, whose reading is a guess; only IMF-fixdate survives a round trip.
    if httpdate::fmt_http_date(date) != value {
        return Err(refused);
    }
    let since = date.duration_since(UNIX_EPOCH).ok().ok_or(refused)?;
    check_created(i64::try_from(since.as_secs()).ok().ok_or(refused)?, now_ms)
}

/// Accepts a moment of signing, in seconds since 1970, that is inside the window.
///
/// # Errors
/// [`SignatureError::Refused`] outside the window.
pub(crate) fn check_created(seconds: i64, now_ms: i64) -> Result<(), SignatureError> {
    let ahead = seconds.saturating_mul(1_000).saturating_sub(now_ms);
    if (-PAST_MS..=FUTURE_MS).contains(&ahead) {
        Ok(())
    } else {
        Err(SignatureError::Refused("signed too long ago, or in the future"))
    }
}

/// Accepts an expiry, in seconds since 1970, that has not passed.
///
/// # Errors
/// [`SignatureError::Refused`] when it has.
pub(crate) fn check_expires(seconds: i64, now_ms: i64) -> Result<(), SignatureError> {
    if seconds.saturating_mul(1_000) < now_ms {
        return Err(SignatureError::Refused("the signature has expired"));
    }
    Ok(())
}

/// Reads a count of seconds written by a stranger: decimal digits only, and not many of them.
///
/// # Errors
/// [`SignatureError::Refused`] for everything else: signs, fractions, exponents, ten thousand digits.
pub(crate) fn seconds(text: &str) -> Result<i64, SignatureError> {
    let refused = SignatureError::Refused("created or expires is not a number of seconds");
    if text.is_empty()
        || text.len() > MAX_SECONDS_DIGITS
        || !text.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(refused);
    }
    text.parse().ok().ok_or(refused)
}
