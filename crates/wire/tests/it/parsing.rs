//! S-028 and S-029: JSON that two readers could understand differently is not taken.

use carefolk_wire::read::{MAX_BYTES, MAX_DEPTH, MAX_VALUES, Value, parse};
use carefolk_wire::{Fault, ParseError};

#[track_caller]
fn fault(json: impl AsRef<[u8]>) -> Fault {
    parse(json.as_ref()).expect_err("taken").fault().clone()
}

#[track_caller]
fn error(json: &str) -> ParseError {
    parse(json.as_bytes()).expect_err("taken")
}

#[test]
fn a_document_keeps_its_properties_and_their_order() {
    let json = r#"{"z":1,"a":[true,null,-2,0.5,"x\ny"],"m":{"é":"\ud83c\udf75"}}"#;
    let document = parse(json.as_bytes()).unwrap();
    assert_eq!(document.to_json(), r#"{"z":1,"a":[true,null,-2,0.5,"x\ny"],"m":{"é":"🍵"}}"#);
    assert_eq!(document.properties().map(|(name, _)| name).collect::<Vec<_>>(), ["z", "a", "m"]);
}

#[test]
fn a_name_given_twice_is_refused_at_any_depth() {
    assert_eq!(fault(r#"{"a":1,"a":1}"#), Fault::Duplicate);
    let deep = error(r#"{"object":[{"tag":{"id":"x","href":1,"id":"y"}}]}"#);
    assert_eq!((deep.fault(), deep.path()), (&Fault::Duplicate, "object.tag.id"));
    assert_eq!(fault(r#"{"@context":{"a":1,"a":2}}"#), Fault::Duplicate);
    assert_eq!(fault(r#"{"actor":1,"\u0061ctor":2}"#), Fault::Duplicate);
}

#[test]
fn a_name_given_twice_is_refused_among_many() {
    let many: Vec<String> = (0..200).map(|n| format!(r#""k{n}":0"#)).collect();
    assert!(parse(format!("{{{}}}", many.join(",")).as_bytes()).is_ok());
    let twice = format!(r#"{{{},"k7":1}}"#, many.join(","));
    assert_eq!((error(&twice).fault(), error(&twice).path()), (&Fault::Duplicate, "k7"));
}

#[test]
fn an_alias_beside_the_plain_name_is_refused() {
    for json in [
        r#"{"id":"a","@id":"b"}"#,
        r#"{"@type":"Note","type":"Note"}"#,
        r#"{"actor":"a","as:actor":"b"}"#,
        r#"{"https://www.w3.org/ns/activitystreams#to":"a","to":"b"}"#,
        r#"{"as:to":"a","https://www.w3.org/ns/activitystreams#to":"b"}"#,
        r#"{"object":{"id":"a","@id":"a"}}"#,
    ] {
        assert_eq!(fault(json), Fault::Ambiguous, "{json}");
    }
}

/// Compared each with each, they would take a minute.
#[test]
fn as_many_aliases_as_fit_are_told_apart() {
    let names: Vec<String> = (0..60_000).map(|n| format!(r#""as:{n}":0"#)).collect();
    assert!(parse(format!("{{{}}}", names.join(",")).as_bytes()).is_ok());
    let twice = format!(r#"{{{},"7":0}}"#, names.join(","));
    assert!(parse(twice.as_bytes()).is_err());
}

#[test]
fn an_alias_alone_is_just_another_name() {
    let document = parse(br#"{"@id":"b","vcard:hasAddress":{"@type":"x"}}"#).unwrap();
    assert_eq!(document.get("id"), None);
}

#[test]
fn definitions_in_a_context_are_no_aliases() {
    let json =
        br#"{"id":"a","@context":[{"id":"@id","@id":"x","toot":{"@id":"y","@type":"@id"}}]}"#;
    assert!(parse(json).is_ok());
}

#[test]
fn the_outermost_value_is_an_object() {
    for json in ["[]", r#"[{"id":"a"}]"#, "1", "null", r#""x""#] {
        assert_eq!(fault(json), Fault::NotAnObject, "{json}");
    }
}

#[test]
fn what_is_not_plain_utf8_is_refused() {
    assert_eq!(fault(b"\xef\xbb\xbf{}"), Fault::Encoding);
    assert_eq!(fault(b"{\"a\":\"\xff\"}"), Fault::Encoding);
    assert_eq!(fault(b"{\"a\":\"\xed\xa0\x80\"}"), Fault::Encoding);
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(fault(utf16), Fault::Syntax { .. }));
}

#[test]
fn what_is_not_json_is_refused() {
    for json in [
        "",
        "{",
        "{}{}",
        "{} x",
        "{'a':1}",
        r#"{"a":1,}"#,
        r#"{"a":01}"#,
        r#"{"a":NaN}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\udc00x"}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":1e999}"#,
        "{1:2}",
        "{\"a\":\u{0}1}",
    ] {
        assert!(matches!(fault(json), Fault::Syntax { .. }), "{json}");
    }
}

#[test]
fn nul_is_refused_in_values_and_names() {
    assert_eq!(fault(r#"{"a":{"b":"x\u0000y"}}"#), Fault::Nul);
    assert_eq!(fault(r#"{"a\u0000":1}"#), Fault::Nul);
}

#[test]
fn depth_is_bounded() {
    let nested =
        |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(fault(nested(MAX_DEPTH + 1)), Fault::TooDeep);
    assert_eq!(fault("[".repeat(500_000)), Fault::TooDeep);
}

#[test]
fn size_is_bounded() {
    let filled = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
    assert!(parse(filled(MAX_BYTES).as_bytes()).is_ok());
    assert_eq!(fault(filled(MAX_BYTES + 1)), Fault::TooLarge);
}

#[test]
fn the_number_of_values_is_bounded() {
    // The object and its list are values too.
    let filled = |values: usize| format!(r#"{{"a":[{}0]}}"#, "0,".repeat(values - 3));
    assert!(parse(filled(MAX_VALUES).as_bytes()).is_ok());
    assert_eq!(fault(filled(MAX_VALUES + 1)), Fault::TooMany);
}

#[test]
fn numbers_stay_numbers() {
    let document = parse(br#"{"a":18446744073709551615,"b":-1,"c":1.5}"#).unwrap();
    assert!(matches!(document.get("a"), Some(Value::Number(n)) if n.as_u64() == Some(u64::MAX)));
    assert!(matches!(document.get("b"), Some(Value::Number(n)) if n.as_i64() == Some(-1)));
    assert!(matches!(document.get("c"), Some(Value::Number(n)) if n.as_f64() == Some(1.5)));
}

#[test]
fn an_error_names_the_place_and_no_more_of_a_strangers_text_than_needed() {
    let name = "n".repeat(5_000);
    let nested = (0..60).fold("[1,]".to_owned(), |inner, _| format!(r#"{{"{name}":{inner}}}"#));
    assert!(error(&nested).to_string().len() < 400);
    assert_eq!(error(r#"{"a":{"b":1,"b":2}}"#).to_string(), "a.b: property is given twice");
}
