//! Moments in words, in the time of the United Kingdom.

use carefolk_i18n::{self as i18n, Locale};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The rule of Europe/London since 1996, so that no time zone files are needed on the machine.
const LONDON: &str = "GMT0BST,M3.5.0/1,M10.5.0";

/// A moment in words, as seen from `now`: "today at 2:30pm", "last Sunday at midday",
/// "24 November at 9am", "3 May 2025".
pub(crate) fn in_words(locale: Locale, moment_ms: i64, now_ms: i64) -> String {
    let (Some(moment), Some(now)) = (london(moment_ms), london(now_ms)) else {
        return String::new();
    };
    let time = time_in_words(locale, &moment);
    let days = days_between(&moment, &now);
    let say = |key, day: String| {
        i18n::text(locale, key, &[("day", day.into()), ("time", time.as_str().into())])
    };
    match days {
        -1 => i18n::text(locale, "date-tomorrow", &[("time", time.as_str().into())]),
        0 => i18n::text(locale, "date-today", &[("time", time.as_str().into())]),
        1 => i18n::text(locale, "date-yesterday", &[("time", time.as_str().into())]),
        2..=6 => say("date-weekday", i18n::text(locale, weekday_key(&moment), &[])),
        _ if moment.year() == now.year() => say("date-day", day_in_words(locale, &moment)),
        _ => with_year(locale, &moment),
    }
}

/// The day of a moment in words: "24 November 2026".
pub(crate) fn day(locale: Locale, moment_ms: i64) -> String {
    london(moment_ms).map(|moment| with_year(locale, &moment)).unwrap_or_default()
}

/// From when to when, as one writes an appointment down: "Friday 4 September 2026, 2pm to 4pm".
pub(crate) fn from_to(locale: Locale, starts_ms: i64, ends_ms: Option<i64>) -> String {
    let Some(starts) = london(starts_ms) else { return String::new() };
    let begin = appointment(locale, &starts);
    let Some(ends) = ends_ms.filter(|ends| *ends > starts_ms).and_then(london) else {
        return begin;
    };
    let end = if ends.date() == starts.date() {
        time_in_words(locale, &ends)
    } else {
        appointment(locale, &ends)
    };
    i18n::text(locale, "date-from-to", &[("start", begin.into()), ("end", end.into())])
}

fn appointment(locale: Locale, moment: &Zoned) -> String {
    let weekday = i18n::text(locale, weekday_key(moment), &[]);
    let words = [
        ("weekday", weekday.into()),
        ("day", with_year(locale, moment).into()),
        ("time", time_in_words(locale, moment).into()),
    ];
    i18n::text(locale, "date-appointment", &words)
}

fn with_year(locale: Locale, moment: &Zoned) -> String {
    let day = day_in_words(locale, moment);
    let year = moment.year().to_string();
    i18n::text(locale, "date-year", &[("day", day.into()), ("year", year.into())])
}

/// A moment for machines: the `datetime` of a `<time>`.
pub(crate) fn for_machines(moment_ms: i64) -> String {
    let Ok(moment) = Timestamp::from_millisecond(moment_ms.div_euclid(1_000) * 1_000) else {
        return String::new();
    };
    moment.to_string()
}

fn london(moment_ms: i64) -> Option<Zoned> {
    let zone = TimeZone::posix(LONDON).ok()?;
    Some(Timestamp::from_millisecond(moment_ms).ok()?.to_zoned(zone))
}

fn days_between(moment: &Zoned, now: &Zoned) -> i64 {
    let span = moment.date().until(now.date());
    span.map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// "2pm", "2:05pm", "midday", as British public services write it: nobody knows for sure which half
/// of the day "12am" is in.
fn time_in_words(locale: Locale, moment: &Zoned) -> String {
    let (hour, minute) = (moment.hour(), moment.minute());
    match (hour, minute) {
        (0, 0) => return i18n::text(locale, "time-midnight", &[]),
        (12, 0) => return i18n::text(locale, "time-midday", &[]),
        _ => {}
    }
    let half = if hour < 12 { "am" } else { "pm" };
    let hour = match hour % 12 {
        0 => 12,
        other => other,
    };
    if minute == 0 { format!("{hour}{half}") } else { format!("{hour}:{minute:02}{half}") }
}

fn day_in_words(locale: Locale, moment: &Zoned) -> String {
    let key = format!("month-{}", moment.month());
    format!("{} {}", moment.day(), i18n::text(locale, &key, &[]))
}

fn weekday_key(moment: &Zoned) -> &'static str {
    use jiff::civil::Weekday;
    match moment.weekday() {
        Weekday::Monday => "day-monday",
        Weekday::Tuesday => "day-tuesday",
        Weekday::Wednesday => "day-wednesday",
        Weekday::Thursday => "day-thursday",
        Weekday::Friday => "day-friday",
        Weekday::Saturday => "day-saturday",
        Weekday::Sunday => "day-sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn say(locale: Locale, moment: &str) -> String {
        in_words(locale, ms(moment), ms("2026-11-24T15:00:00Z"))
    }

    #[test]
    fn a_moment_is_said_as_people_say_it() {
        assert_eq!(say(Locale::En, "2026-11-24T14:05:00Z"), "today at 2:05pm");
        assert_eq!(say(Locale::En, "2026-11-23T00:00:00Z"), "yesterday at midnight");
        assert_eq!(say(Locale::En, "2026-11-20T09:00:00Z"), "last Friday at 9am");
        assert_eq!(say(Locale::En, "2026-11-04T12:30:00Z"), "4 November at 12:30pm");
        assert_eq!(say(Locale::En, "2026-11-23T00:01:00Z"), "yesterday at 12:01am");
        assert_eq!(say(Locale::En, "2026-11-25T12:00:00Z"), "tomorrow at midday");
        assert_eq!(say(Locale::En, "2025-05-03T09:00:00Z"), "3 May 2025");
    }

    #[test]
    fn the_same_in_welsh() {
        assert_eq!(say(Locale::Cy, "2026-11-24T14:05:00Z"), "heddiw am 2:05pm");
        assert_eq!(say(Locale::Cy, "2026-11-22T12:00:00Z"), "dydd Sul diwethaf am hanner dydd");
        assert_eq!(say(Locale::Cy, "2026-11-25T00:00:00Z"), "yfory am hanner nos");
        assert_eq!(say(Locale::Cy, "2026-11-04T12:30:00Z"), "4 Tachwedd am 12:30pm");
        assert_eq!(say(Locale::Cy, "2025-05-03T09:00:00Z"), "3 Mai 2025");
    }

    #[test]
    fn summer_time_is_an_hour_ahead() {
        let now = ms("2026-07-01T12:00:00Z");
        assert_eq!(in_words(Locale::En, ms("2026-06-30T23:30:00Z"), now), "today at 12:30am");
    }

    #[test]
    fn a_moment_in_the_future_or_out_of_reach_is_no_panic() {
        assert_eq!(say(Locale::En, "2026-11-26T09:00:00Z"), "26 November at 9am");
        assert_eq!(in_words(Locale::En, i64::MAX, 0), "");
        assert_eq!(for_machines(ms("2026-11-24T14:05:00.123Z")), "2026-11-24T14:05:00Z");
    }
}
