//! The canonical form of JSON (RFC 8785, JCS): one text for all spellings of one value.
//!
//! Numbers are IEEE 754 doubles, as in RFC 8785: integers up to 2^53 stand as they are, larger ones and
//! fractions are written as ECMAScript writes the nearest double. Our own documents hold small integers and
//! strings only; fractions come in from others (places on a map).

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The largest integer up to which every integer is a double of its own: 2^53.
const EXACT_MAX: u64 = 1 << 53;

/// Digits that stand before the point at most, without an exponent (ECMAScript, `Number::toString`).
const WHOLE_DIGITS_MAX: i32 = 21;

/// How many zeros may follow the point before the first digit, without an exponent (the same place).
const LEADING_ZEROS_MAX: i32 = 6;

/// The canonical text of a value. The caller has refused names that stand twice.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::with_capacity(1_024);
    write_value(&mut text, value);
    text
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, number),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            // By UTF-16 code units (§3.2.3), which is not the order of Rust's strings.
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (at, (name, member)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_string(text, name);
                text.push(':');
                write_value(text, member);
            }
            text.push('}');
        }
    }
}

/// A string (§3.2.2.2): what the JSON library escapes is exactly what must be, in the same spelling.
fn write_string(text: &mut String, string: &str) {
    text.push_str(&Value::from(string).to_string());
}

fn write_number(text: &mut String, number: &Number) {
    let exact = |size: u64| size <= EXACT_MAX;
    let is_exact = number.as_u64().is_some_and(exact)
        || number.as_i64().is_some_and(|number| exact(number.unsigned_abs()));
    if is_exact {
        text.push_str(&number.to_string());
    } else {
        // JSON has neither infinities nor NaN, so there is always a double.
        write_double(text, number.as_f64().unwrap_or_default());
    }
}

/// The shortest digits that mean this double, and where the point stands: so many digits are before it, or so many
/// zeros behind it.
///
/// The JSON library finds the digits that ECMAScript chooses, also where two are as near as each other: the even
/// ones. Rust's own formatting takes the higher ones there.
fn shortest(double: f64) -> (String, i32) {
    let text = Number::from_f64(double).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let zeros = i32::try_from(digits.len() - significant.len()).unwrap_or_default();
    let before = i32::try_from(whole.len()).unwrap_or_default();
    let point = before - zeros + exponent.parse::<i32>().unwrap_or_default();
    (significant.trim_end_matches('0').to_owned(), point)
}

/// A double as ECMAScript writes it (§3.2.2.3).
fn write_double(text: &mut String, double: f64) {
    if double == 0.0 {
        text.push('0');
        return;
    }
    let sign = if double < 0.0 { "-" } else { "" };
    let (digits, point) = shortest(double.abs());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    text.push_str(sign);
    if (count..=WHOLE_DIGITS_MAX).contains(&point) {
        text.push_str(&digits);
        text.push_str(&zeros(point - count));
    } else if (1..=WHOLE_DIGITS_MAX).contains(&point) {
        let at = usize::try_from(point).unwrap_or_default();
        let (whole, fraction) = digits.split_at_checked(at).unwrap_or((&digits, ""));
        // Writing into a string cannot fail.
        let _ = write!(text, "{whole}.{fraction}");
    } else if (1 - LEADING_ZEROS_MAX..=0).contains(&point) {
        let _ = write!(text, "0.{}{digits}", zeros(-point));
    } else {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let _ = write!(text, "{first}{dot}{rest}e{:+}", point - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> String {
        canonical(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_example_of_rfc_8785_becomes_what_it_says() {
        // Sections 3.2.2 and 3.2.3.
        let input = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        assert_eq!(
            of(input),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn names_are_sorted_by_utf_16() {
        // Section 3.2.3: a smiley comes before a letter of a higher code unit and a lower code point.
        let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return",
            "\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
            "\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let order = [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh",
        ];
        let text = of(input);
        let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn the_numbers_of_rfc_8785_appendix_b_are_written_alike() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let mut written = String::new();
            write_double(&mut written, f64::from_bits(bits));
            assert_eq!(written, text, "{bits:x}");
        }
    }

    #[test]
    fn integers_that_are_no_doubles_become_the_nearest_one() {
        assert_eq!(
            of("[9007199254740992, -9007199254740992]"),
            "[9007199254740992,-9007199254740992]"
        );
        assert_eq!(
            of("[9007199254740993, 18446744073709551615]"),
            "[9007199254740992,18446744073709552000]"
        );
        assert_eq!(of("[-0, -0.0, 1.0, 100, 1e2]"), "[0,0,1,100,100]");
    }
}
