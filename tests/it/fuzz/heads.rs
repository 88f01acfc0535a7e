//! The heads of requests: what `read` lets through keeps every rule of the door, judged here by
//! readers that share no code with it.

use carefolk_signatures::{
    Incoming, Outgoing, Presented, PrivateKey, content_digest, digest_sha256, read, sign_cavage,
    sign_rfc9421,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Taken, Target, ensure, files, fuzz};

/// Tue, 18 Aug 2026 09:00:00 GMT, in seconds since 1970.
const NOW: i64 = 1_787_043_600;

/// How old a signature may be and how far ahead, in seconds (docs/federation/door.md).
const OLDEST: i64 = 65 * 60;
const AHEAD: i64 = 5 * 60;

const BODY: &[u8] = br#"{"type":"Create","content":"meals on Thursday"}"#;
const HOST: &str = "care.example";
const FIRST_LINE: &str = "POST /inbox";

/// The headers that two readers could take from different lines.
const SINGLE: [&str; 9] = [
    "host",
    "date",
    "digest",
    "content-digest",
    "signature",
    "signature-input",
    "authorization",
    "content-type",
    "content-length",
];

const WORDS: &[&str] = &[
    "\n",
    ": ",
    "\"",
    "=",
    ",",
    ";",
    "(request-target)",
    "(created)",
    "(expires)",
    " host",
    " date",
    " digest",
    "headers=\"",
    "keyId=\"",
    "created=",
    "expires=",
    "algorithm=\"",
    "hs2019",
    "hmac-sha256",
    "18446744073709551615",
    "-1",
    "1e400",
    "1787043600",
    "\ndate: ",
    "\ndigest: ",
    "\nhost: e.example",
    "\nsignature: ",
    "\nauthorization: Signature ",
    "SHA-256=",
    "sha-256=",
    ",SHA-512=bad",
    "\"@method\"",
    "\"@target-uri\"",
    "\"@authority\"",
    "\"content-digest\"",
    ";req",
    ";sf",
    "sig1=",
    "sig2=",
    ":",
    "Tue, 18 Aug 2026 09:00:00 GMT",
    "Tue, 18 Aug 2026 07:54:00 GMT",
    "Tue Aug 18 09:00:00 2026",
    "Tuesday, 18-Aug-26 09:00:00 GMT",
];

/// A key that is the same each time; nobody else's.
fn key() -> PrivateKey {
    let head = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    PrivateKey::from_der(&[head.as_slice(), &[7; 32]].concat()).unwrap()
}

/// Heads that are signed in both dialects.
fn signed_heads(key: &PrivateKey) -> Vec<Vec<u8>> {
    let outgoing = Outgoing {
        method: "POST",
        url: "https://care.example/inbox",
        host: HOST,
        body: Some(BODY),
        media_type: "application/activity+json",
        date_ms: NOW * 1_000,
        key_id: "https://v.example/users/vic#main-key",
    };
    let signed = [sign_cavage(key, &outgoing).unwrap(), sign_rfc9421(key, &outgoing).unwrap()];
    let text = |headers: &Vec<(&str, String)>| {
        let lines = headers.iter().map(|(name, value)| format!("\n{name}: {value}"));
        format!("{FIRST_LINE}{}", lines.collect::<String>()).into_bytes()
    };
    signed.iter().map(text).collect()
}

/// A request as its head is written here: the method and the target, then a header a line.
struct Head<'a> {
    first: &'a str,
    headers: HeaderMap,
}

impl<'a> Head<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut lines = text.split('\n');
        let first = lines.next()?;
        let mut headers = HeaderMap::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ")?;
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        Some(Self { first, headers })
    }

    fn presented(&self) -> Option<Presented> {
        let (method, path_and_query) = self.first.split_once(' ')?;
        let incoming = Incoming {
            method,
            path_and_query,
            target_uri: &format!("https://{HOST}{path_and_query}"),
            hosts: &[HOST.to_owned()],
            headers: &self.headers,
            body: Some(BODY),
            now_ms: NOW * 1_000,
        };
        read(&incoming).ok()
    }

    fn text(&self, name: &str) -> &str {
        // White space around a value is none of it (RFC 9110 §5.5).
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
    }

    /// The rules that a head must keep to be let through.
    fn check(&self, presented: &Presented) -> Result<(), String> {
        for name in SINGLE {
            let count = self.headers.get_all(name).iter().count();
            ensure(count <= 1, || format!("{name} stands {count} times"))?;
        }
        ensure(self.text("host").eq_ignore_ascii_case(HOST), || "another host".to_owned())?;
        if presented.dialect() == "cavage" { self.check_cavage() } else { self.check_rfc9421() }
    }

    fn check_cavage(&self) -> Result<(), String> {
        // Another scheme in `Authorization` is not a second signature.
        let signature = match self.text("authorization").split_once([' ', '\t']) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("signature") => rest,
            _ => self.text("signature"),
        };
        let covered = value_of(signature, "headers").unwrap_or_default().to_lowercase();
        let covers = |name| covered.split_whitespace().any(|known| known == name);
        for name in ["(request-target)", "host", "digest"] {
            ensure(covers(name), || format!("{name} is not signed: {covered}"))?;
        }
        ensure(covers("date") || covers("(created)"), || "no time is signed".to_owned())?;
        if covers("date") {
            self.check_date()?;
        }
        check_times(value_of(signature, "created"), value_of(signature, "expires"))?;
        let ours = digest_sha256(BODY);
        let (_, ours) = ours.split_once('=').ok_or("no digest")?;
        let theirs = self.text("digest");
        let (name, value) = theirs.split_once('=').ok_or("no digest")?;
        ensure(value == ours && name.eq_ignore_ascii_case("sha-256"), || theirs.to_owned())
    }

    fn check_rfc9421(&self) -> Result<(), String> {
        let input = self.text("signature-input");
        let (list, parameters) = input.split_once(')').ok_or("no list")?;
        let covers = |name: &str| list.contains(&format!("\"{name}\""));
        let has_path = covers("@request-target") || covers("@path");
        let has_target = covers("@target-uri") || covers("@authority") && has_path;
        ensure(covers("@method") && has_target, || format!("signed is only {list}"))?;
        ensure(covers("content-digest"), || "the body is not signed".to_owned())?;
        if covers("date") {
            self.check_date()?;
        }
        let number = |name: &str| {
            let (_, after) = parameters.split_once(&format!(";{name}="))?;
            after.split(';').next()
        };
        ensure(number("created").is_some(), || "no time is signed".to_owned())?;
        check_times(number("created"), number("expires"))?;
        let theirs = self.text("content-digest");
        ensure(theirs == content_digest(BODY), || format!("the digest is {theirs}"))
    }

    fn check_date(&self) -> Result<(), String> {
        let date = self.text("date");
        let seconds = seconds_of(date).ok_or_else(|| format!("{date} is no date"))?;
        ensure((NOW - OLDEST..=NOW + AHEAD).contains(&seconds), || format!("dated {date}"))
    }
}

fn check_times(created: Option<&str>, expires: Option<&str>) -> Result<(), String> {
    let number = |text: &str| text.parse::<i64>().map_err(|error| format!("{text}: {error}"));
    if let Some(created) = created {
        let within = (NOW - OLDEST..=NOW + AHEAD).contains(&number(created)?);
        ensure(within, || format!("created {created}"))?;
    }
    if let Some(expires) = expires {
        ensure(number(expires)? >= NOW, || format!("expired {expires}"))?;
    }
    Ok(())
}

/// The value of a parameter `name="value"` or `name=value` that stands outside quotes.
fn value_of<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut is_quoted = false;
    for part in parameters.split_inclusive(|c: char| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    }) {
        let (known, value) = part.trim_end_matches(',').split_once('=')?;
        if known.trim() == name {
            return Some(value.trim().trim_matches('"'));
        }
    }
    None
}

/// An HTTP date as seconds since 1970, counted by hand.
fn seconds_of(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let words: Vec<&str> = date.split(' ').collect();
    let [_, day, month, year, time, "GMT"] = words[..] else { return None };
    let month = i64::try_from(MONTHS.find(month)? / 3).ok()?;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
    let months: i64 = lengths.iter().take(usize::try_from(month).ok()?).sum();
    let clock: Vec<i64> = time.split(':').map(|part| part.parse().unwrap_or(99)).collect();
    let [hours, minutes, seconds] = clock[..] else { return None };
    Some((((years + months + day - 1) * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[test]
fn a_head_that_is_let_through_keeps_every_rule() {
    let key = key();
    let public = key.public_key().unwrap();
    // Good ones are begun with as often as all others together.
    let others = files("fuzz/heads");
    let good = signed_heads(&key);
    let corpus = good.iter().cycle().take(others.len()).chain(&others).cloned().collect();
    let target = Target { name: "heads", corpus, words: WORDS, inputs: 20_000 };
    let verified = std::cell::Cell::new(0_u32);
    fuzz(&target, |input| {
        let text = String::from_utf8_lossy(input);
        let Some(head) = Head::parse(&text) else { return Ok(Taken::No) };
        let Some(presented) = head.presented() else { return Ok(Taken::No) };
        head.check(&presented)?;
        if presented.verify(&public).is_ok() {
            verified.set(verified.get() + 1);
            // The draft signs the method in small letters; no route of ours knows another spelling.
            let (method, target) = head.first.split_once(' ').ok_or("no target")?;
            let is_same = method.eq_ignore_ascii_case("POST") && target == "/inbox";
            ensure(is_same, || format!("{} was signed for {FIRST_LINE}", head.first))?;
        }
        Ok(Taken::Yes)
    });
    assert!(verified.get() > 50, "only {} signatures were good", verified.get());
}

#[test]
fn dates_are_counted_as_the_library_counts_them() {
    for seconds in [0, 951_782_399, 951_868_800, NOW, 4_102_444_799] {
        let date = carefolk_signatures::http_date(seconds * 1_000);
        assert_eq!(seconds_of(&date), Some(seconds), "{date}");
    }
}
