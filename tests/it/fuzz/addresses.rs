//! URLs and IP addresses: what is compared as text, and where a connection would go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use carefolk_domain::uri;
use carefolk_federation::reach::address::is_global;
use carefolk_federation::reach::{LabNetworks, TargetPolicy};
use carefolk_wire::read::{canonical_id, canonical_key_id};
use url::Url;

use super::chance::Dice;
use super::{Run, Taken, Target, ensure, fuzz, lines};

const WORDS: &[&str] = &[
    "https://",
    "http://",
    "HTTPS://",
    "https:",
    "//",
    "/",
    "\\",
    "@",
    ":443",
    ":80",
    ":8443",
    ".",
    "..",
    "/../",
    "%2e",
    "%2F",
    "%00",
    "#",
    "?",
    "v.example",
    "V.EXAMPLE",
    "e.example",
    "xn--bcher-kva.example",
    "bücher.example",
    "。",
    "127.0.0.1",
    "0x7f.1",
    "2130706433",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "localhost",
    "\t",
    "\n",
    " ",
    "\u{200b}",
    "%25lo",
];

/// The host and port as they stand in a canonical id, found without a parser.
fn written_host(id: &str) -> &str {
    let rest = id.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap()
}

/// Where a connection would go.
fn end_point(id: &str) -> Option<(String, u16)> {
    let url = Url::parse(id).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

fn holds_for(text: &str, corpus: &[Vec<u8>]) -> Result<Taken, String> {
    let Ok(id) = canonical_key_id(text) else {
        let is_id = canonical_id(text).is_ok();
        ensure(!is_id, || "an id that would be refused for a key".to_owned())?;
        return Ok(Taken::No);
    };
    ensure(canonical_key_id(&id).as_ref() == Ok(&id), || format!("{id} has another form"))?;
    let host = written_host(&id);
    let (name, port) = end_point(&id).ok_or_else(|| format!("{id} leads nowhere"))?;
    let shown = if port == 443 { name.clone() } else { format!("{name}:{port}") };
    ensure(host == shown, || format!("{id} shows {host} and leads to {shown}"))?;
    ensure(uri::host(&id).as_deref() == Some(host), || format!("{id}: {:?}", uri::host(&id)))?;
    // Two ids have one origin if and only if the same server answers for both.
    for other in corpus {
        let Ok(other) = canonical_key_id(&String::from_utf8_lossy(other)) else { continue };
        let is_one = end_point(&id) == end_point(&other);
        ensure(uri::same_origin(&id, &other) == is_one, || format!("{id} and {other}"))?;
    }
    // Where we do go is what the id shows.
    let policy = TargetPolicy::new(LabNetworks::default(), Some("https://care.example"));
    if let Ok(url) = policy.parse(&id) {
        ensure(url.host_str() == Some(host), || format!("{id} goes to {url}"))?;
        let is_public = port == 443 && host.contains('.') && host.parse::<IpAddr>().is_err();
        ensure(is_public && host != "care.example", || format!("{id} is gone to"))?;
    }
    Ok(Taken::Yes)
}

#[test]
fn an_id_has_one_form_and_shows_where_it_leads() {
    let corpus = lines("fuzz/urls");
    let target = Target { name: "urls", corpus: corpus.clone(), words: WORDS, inputs: 20_000 };
    fuzz(&target, |input| holds_for(&String::from_utf8_lossy(input), &corpus));
}

/// The IPv4 networks that are not the open internet, from the IANA special-purpose registry: the
/// first and the last address of each.
const CLOSED_V4: [(&str, &str); 18] = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.31.196.0", "192.31.196.255"),
    ("192.52.193.0", "192.52.193.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("192.175.48.0", "192.175.48.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
];

/// The same for IPv6, inside of what is handed out.
const CLOSED_V6: [(&str, &str); 5] = [
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

const NAT64: (&str, &str) = ("64:ff9b::", "64:ff9b::ffff:ffff");
const HANDED_OUT: (&str, &str) = ("2000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

fn number(text: &str) -> u128 {
    match text.parse().unwrap() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn within(address: u128, (first, last): (&str, &str)) -> bool {
    (number(first)..=number(last)).contains(&address)
}

/// What the table says about an address.
fn model(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !CLOSED_V4.iter().any(|network| within(u128::from(u32::from(v4)), *network))
        }
        IpAddr::V6(v6) if within(u128::from(v6), NAT64) => {
            let low = u32::try_from(u128::from(v6) & 0xffff_ffff).unwrap();
            model(Ipv4Addr::from(low).into())
        }
        IpAddr::V6(v6) => {
            let address = u128::from(v6);
            within(address, HANDED_OUT) && !CLOSED_V6.iter().any(|it| within(address, *it))
        }
    }
}

#[test]
fn the_classifier_of_addresses_agrees_with_a_table() {
    let (v4, v6): (Vec<_>, Vec<_>) = CLOSED_V4
        .iter()
        .chain(&CLOSED_V6)
        .chain(&[NAT64, HANDED_OUT])
        .flat_map(|(first, last)| [number(first), number(last)])
        .partition(|number| *number <= u128::from(u32::MAX));
    let run = Run::new();
    let (mut dice, mut count, mut global) = (Dice::new(run.seed), 0, 0_u32);
    while !run.is_over(count, 50_000) {
        count += 1;
        // At the edge of a network, or near it, or anywhere.
        let near = u128::from(dice.number() >> (dice.below(64)));
        let sign = if dice.below(2) == 0 { near } else { near.wrapping_neg() };
        let four = u32::try_from(dice.pick(&v4).wrapping_add(sign) & 0xffff_ffff).unwrap();
        let wide = sign << (dice.below(2) * 64);
        let six = dice.pick(&v6).wrapping_add(wide);
        for address in [IpAddr::V4(Ipv4Addr::from(four)), IpAddr::V6(Ipv6Addr::from(six))] {
            assert_eq!(is_global(address), model(address), "{address}");
            global += u32::from(is_global(address));
        }
    }
    assert!(global > 1_000, "only {global} addresses were global");
    for (first, last) in CLOSED_V4.iter().chain(&CLOSED_V6) {
        for address in [first, last] {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
    }
}
