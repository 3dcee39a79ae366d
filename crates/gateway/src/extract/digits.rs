//! Numbers that are longer than a program's own: kept digit by digit, as texts. Serial numbers of 20 digits are sent as numbers, and half of
//! them would be another one.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// Whether a value that was read may be another one than was sent: whole numbers are read exactly, or as a fraction.
pub(super) fn may_be_another(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(list) => list.iter().any(may_be_another),
        Value::Object(members) => members.values().any(may_be_another),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// The same JSON, with each number that would not be read as it was written between quotes. It has to be JSON.
pub(super) fn quoted(json: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(first) = rest.first() {
        let length = match first {
            b'"' => text_length(rest),
            b'-' | b'0'..=b'9' => rest.iter().take_while(|byte| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')).count(),
            _other => 1,
        };
        let (token, after) = rest.split_at(length);
        let exact = !matches!(first, b'-' | b'0'..=b'9') || is_read_exactly(&String::from_utf8_lossy(token));
        let quote: &[u8] = if exact { b"" } else { b"\"" };
        for piece in [quote, token, quote] {
            all.extend_from_slice(piece);
        }
        rest = after;
    }
    all
}

/// How long a text is that begins here, with both quotes.
fn text_length(json: &[u8]) -> usize {
    let mut escaped = false;
    let end = json.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

fn is_read_exactly(written: &str) -> bool {
    let read: Result<Number, _> = serde_json::from_str(written);
    read.is_ok_and(|read| !read.is_f64() || digits(&read.to_string()) == digits(written))
}

/// A number's digits without zeros at either end, and by which power of ten the last of them counts.
fn digits(number: &str) -> Option<(bool, Cow<'_, str>, i64)> {
    let (mantissa, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = if fraction.is_empty() { Cow::Borrowed(whole) } else { Cow::Owned(format!("{whole}{fraction}")) };
    let significant = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len() - significant.len()).ok()?;
    let power = power.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(zeros)?;
    let significant = significant.trim_start_matches('0').to_owned();
    let power = if significant.is_empty() { 0 } else { power };
    Some((negative, Cow::Owned(significant), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_read_as_it_is_written_stays_one() {
        for exact in ["0", "-5", "18446744073709551615", "-9223372036854775808", "0.1", "1.50", "1e3", "2.5E-3", "100.0", "-0", "0.000"] {
            assert!(is_read_exactly(exact), "{exact}");
        }
        for other in [
            "0.1e-9223372036854775808",
            "18446744073709551616",
            "89314404000123456789",
            "-9223372036854775809",
            "0.10000000000000000001",
            "1.00000000000000000001",
        ] {
            assert!(!is_read_exactly(other), "{other}");
        }
    }

    #[test]
    fn quotes_are_put_around_numbers_alone() {
        let long = "89314404000123456789";
        let json = format!(r#"{{"{long}":[{long},1,"{long}","\"{long}","\\",-{long}.5],"a":null}}"#);
        let kept = format!(r#"{{"{long}":["{long}",1,"{long}","\"{long}","\\","-{long}.5"],"a":null}}"#);
        assert_eq!(String::from_utf8(quoted(json.as_bytes())).unwrap(), kept);
    }
}
