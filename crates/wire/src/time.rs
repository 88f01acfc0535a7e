//! Moments on the wire: RFC 3339 in UTC with whole seconds out, any RFC 3339 in.

use serde::Serializer;

/// Milliseconds since 1970-01-01T00:00:00Z, as everywhere in Carefolk.
pub type Millis = i64;

/// The last moment that has four digits of year: 9999-12-31T23:59:59.999Z.
pub const MAX_MILLIS: Millis = 253_402_300_799_999;

const DAY_SECONDS: i64 = 86_400;

/// Renders a moment as `2026-08-18T09:00:00Z`, rounded down to the second.
///
/// Moments outside the years 1970 to 9999 are moved to the nearest end.
pub fn format(millis: Millis) -> String {
    let seconds = millis.clamp(0, MAX_MILLIS) / 1_000;
    let (year, month, day) = civil(seconds / DAY_SECONDS);
    let rest = seconds % DAY_SECONDS;
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Reads an RFC 3339 moment, with any offset and any number of decimal places; seconds may be left
/// out, as AS2 § 2.3 allows.
///
/// `None` for anything else, and for moments outside the years 1970 to 9999.
pub fn parse(text: &str) -> Option<Millis> {
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.number(4)?;
    cursor.one_of(b"-")?;
    let month = cursor.number(2)?;
    cursor.one_of(b"-")?;
    let day = cursor.number(2)?;
    cursor.one_of(b"Tt ")?;
    let hour = cursor.number(2)?;
    cursor.one_of(b":")?;
    let minute = cursor.number(2)?;
    let (second, fraction) = match cursor.one_of(b":") {
        Some(_) => (cursor.number(2)?, cursor.fraction()?),
        None => (0, 0),
    };
    let offset = cursor.offset()?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_range || !cursor.0.is_empty() {
        return None;
    }
    let days = days_since_1970(year, month, day);
    let seconds = days * DAY_SECONDS + hour * 3_600 + minute * 60 + second - offset;
    let millis = seconds * 1_000 + fraction;
    (0..=MAX_MILLIS).contains(&millis).then_some(millis)
}

/// Writes a moment into JSON, for `serialize_with`.
///
/// # Errors
///
/// Those of the serializer.
#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
pub(crate) fn serialize<S: Serializer>(
    millis: &Option<Millis>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match millis {
        Some(millis) => serializer.serialize_str(&format(*millis)),
        None => serializer.serialize_none(),
    }
}

/// What is left to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        allowed.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        (0..digits).try_fold(0, |sum, _| Some(sum * 10 + self.digit()?))
    }

    fn digit(&mut self) -> Option<i64> {
        self.one_of(b"0123456789").map(|digit| i64::from(digit - b'0'))
    }

    /// Decimal places as milliseconds; what is finer is cut off.
    fn fraction(&mut self) -> Option<i64> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        let mut millis = self.digit()? * 100;
        let mut unit = 10;
        while let Some(digit) = self.digit() {
            millis += digit * unit;
            unit /= 10;
        }
        Some(millis)
    }

    /// The offset from UTC in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2)?;
        self.one_of(b":")?;
        let minutes = self.number(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from year 0 to the first of January of `year`, in the Gregorian calendar.
fn days_before(year: i64) -> i64 {
    let past = year - 1;
    year * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    days_before(year) - days_before(1970) + months + day - 1
}

/// The date of a day counted from 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    // 400 years have 146 097 days; the guess is at most one year late.
    let mut year = 1970 + days * 400 / 146_097 + 1;
    while days_since_1970(year, 1, 1) > days {
        year -= 1;
    }
    let mut left = days - days_since_1970(year, 1, 1);
    let mut month = 1;
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_sent_with_whole_seconds_in_utc() {
        assert_eq!(format(0), "1970-01-01T00:00:00Z");
        assert_eq!(format(1_787_043_600_999), "2026-08-18T09:00:00Z");
        assert_eq!(format(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(format(MAX_MILLIS), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn moments_out_of_bounds_are_sent_as_the_nearest_bound() {
        assert_eq!(format(-1), "1970-01-01T00:00:00Z");
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn offsets_fractions_and_missing_seconds_are_read() {
        let nine = Some(1_787_043_600_000);
        for text in [
            "2026-08-18T09:00:00Z",
            "2026-08-18t09:00:00z",
            "2026-08-18 09:00:00Z",
            "2026-08-18T10:00:00+01:00",
            "2026-08-18T03:30:00-05:30",
            "2026-08-18T09:00Z",
            "2026-08-18T09:00:00.000000000Z",
        ] {
            assert_eq!(parse(text), nine, "{text}");
        }
        assert_eq!(parse("2026-08-18T09:00:00.7Z"), nine.map(|n| n + 700));
        assert_eq!(parse("2026-08-18T09:00:00.123456789Z"), nine.map(|n| n + 123));
    }

    #[test]
    fn what_is_no_moment_is_not_guessed_at() {
        for text in [
            "",
            "2026-08-18",
            "2026-08-18T09:00:00",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-01-00T09:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T09:60:00Z",
            "2026-01-01T09:00:61Z",
            "2026-01-01T09:00:00.Z",
            "2026-01-01T09:00:00+1:00",
            "2026-01-01T09:00:00Z ",
            "+2026-01-01T09:00:00Z",
            "Sun, 22 Nov 2026 20:29:10 GMT",
            "１９７０-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_before_1970_and_after_9999_are_refused() {
        assert_eq!(parse("1969-12-31T23:59:59Z"), None);
        assert_eq!(parse("1970-01-01T00:00:00+00:01"), None);
        assert_eq!(parse("9999-12-31T23:59:59-00:01"), None);
    }

    #[test]
    fn every_day_of_two_leap_cycles_comes_back() {
        for day in 0..(800 * 366) {
            let millis = day * DAY_SECONDS * 1_000 + 1_000;
            assert_eq!(parse(&format(millis)), Some(millis));
        }
    }
}
