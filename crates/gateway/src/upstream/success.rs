//! Whether an answer that calls itself a success is one: it says what was stored, or plainly yes, or nothing at all. An error may stand in
//! it as well.

use serde_json::Value;

use crate::upstream::read::{entries, number};

/// What stands in an answer whose status says that a registration was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Success {
    /// It is stored, under this number if it was told.
    Registered(Option<String>),
    /// It is not, whatever the answer's own status; for the reason that this status stands for, if there is one.
    Refused(Option<u16>),
    /// It is and it is not.
    Contradiction,
    /// Neither a registration nor an error.
    Nonsense,
}

/// What a success means. An empty one, or a plain yes, has no number, as that API does not promise any; one that says more has to say what
/// was stored.
pub(super) fn posted(text: &str) -> Success {
    if text.trim().is_empty() {
        return Success::Registered(None);
    }
    let Ok(answer) = serde_json::from_str::<Value>(text) else {
        return Success::Nonsense;
    };
    let stored = entries(&answer).unwrap_or_default().iter().find(|entry| is_registration(entry));
    match (denial(&answer).or_else(|| stored.and_then(denial)), stored) {
        (None, Some(entry)) => Success::Registered(number(entry)),
        (None, None) if is_plain_yes(&answer) => Success::Registered(None),
        (None, None) => Success::Nonsense,
        (Some(Denial::Refused(status)), None) => Success::Refused(status),
        (Some(Denial::Refused(_) | Denial::Error), _) => Success::Contradiction,
    }
}

/// An object with nothing in it, or one that says yes and has nothing beside it that should have been stored.
fn is_plain_yes(answer: &Value) -> bool {
    let yes = ["success", "ok"].iter().any(|name| answer.get(name) == Some(&Value::Bool(true)));
    let beside = ["data", "registrations", "registration"].iter().any(|name| answer.get(name).is_some());
    answer.as_object().is_some_and(|members| members.is_empty() || yes && !beside)
}

/// Statuses that say that what was sent is not stored, and that it is the sender's fault.
pub(super) fn is_refusal(status: u16) -> bool {
    matches!(status, 400 | 409 | 413 | 415 | 422)
}

/// What an answer says against itself.
pub(super) enum Denial {
    /// That it was refused.
    Refused(Option<u16>),
    /// That something went wrong; what, it does not say so that one could go by it.
    Error,
}

/// An error in an answer, whatever its status.
pub(super) fn denial(answer: &Value) -> Option<Denial> {
    let said = |value: &Value| match value {
        Value::Null => false,
        Value::Bool(said) => *said,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
    };
    let any = |names: &[&str]| names.iter().filter_map(|name| answer.get(name)).any(said);
    let denied = ["success", "ok"].iter().any(|name| answer.get(name) == Some(&Value::Bool(false)));
    let failed =
        answer.get("status").and_then(Value::as_str).is_some_and(|status| matches!(status, "error" | "fail" | "failed" | "failure"));
    let at = |parent: &Value| {
        let names = ["status_code", "statusCode", "status", "code"];
        names
            .iter()
            .find_map(|name| parent.get(name)?.as_u64())
            .and_then(|code| u16::try_from(code).ok())
            .filter(|code| (400..600).contains(code))
    };
    let code = answer.get("error").and_then(at).or_else(|| at(answer));
    match code {
        Some(code) if is_refusal(code) => Some(Denial::Refused(Some(code))),
        None if denied => Some(Denial::Refused(None)),
        Some(_) => Some(Denial::Error),
        None => (failed || any(&["error", "errors"])).then_some(Denial::Error),
    }
}

/// Whether this is a registration.
fn is_registration(entry: &Value) -> bool {
    let fields = ["customerEmail", "serialNumbers"].iter().any(|name| entry.get(name).is_some());
    number(entry).is_some() || fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let id = |id: &str| Success::Registered(Some(id.to_owned()));
        for text in [
            r#"{"data":[{"id":"r1"}]}"#,
            r#"{"registrations":[{"id":"r1"}]}"#,
            r#"{"data":{"registrations":[{"id":"r1"}]}}"#,
            r#"{"data":{"id":"r1"}}"#,
            r#"[{"id":"r1"}]"#,
            r#"{"registration":{"_id":"r1"}}"#,
            r#"{"id":"r1"}"#,
            r#"{"success":true,"error":null,"errors":[],"status":"ok","registrationId":"r1"}"#,
        ] {
            assert_eq!(posted(text), id("r1"), "{text}");
        }
        assert_eq!(posted(r#"{"data":[{"id":7}]}"#), id("7"));
        for yes in ["", " ", "{}", r#"{"success":true}"#, r#"{"ok":true,"message":"Thank you"}"#] {
            assert_eq!(posted(yes), Success::Registered(None), "{yes}");
        }
        assert_eq!(posted(r#"[{"customerEmail":"mara@example.com"}]"#), Success::Registered(None));
    }

    #[test]
    fn a_success_has_to_say_what_was_stored() {
        for text in
            ["<html>", "[]", "null", "7", r#"{"message":"ok"}"#, r#"{"success":true,"data":[]}"#, r#"{"data":null}"#, r#"{"data":[{}]}"#]
        {
            assert_eq!(posted(text), Success::Nonsense, "{text}");
        }
    }

    #[test]
    fn a_success_that_says_no_is_none() {
        for (text, status) in [
            (r#"{"error":{"message":"Invalid serial number","status_code":422}}"#, Some(422)),
            (r#"{"success":false,"code":409}"#, Some(409)),
            (r#"{"statusCode":400,"message":"no"}"#, Some(400)),
            (r#"{"success":false,"message":"Form is closed"}"#, None),
            (r#"{"ok":false,"data":null}"#, None),
        ] {
            assert_eq!(posted(text), Success::Refused(status), "{text}");
        }
        for text in [
            r#"{"error":"it went wrong"}"#,
            r#"{"errors":["it went wrong"]}"#,
            r#"{"status":"error"}"#,
            r#"{"error":{"code":500}}"#,
            r#"{"success":false,"error":{"status_code":503}}"#,
            r#"{"data":[{"id":"r1"}],"error":"late"}"#,
            r#"{"success":false,"id":"r1"}"#,
        ] {
            assert_eq!(posted(text), Success::Contradiction, "{text}");
            assert_eq!(crate::upstream::read::listed(text), None, "no list either: {text}");
        }
        assert_eq!(posted(r#"{"data":[{"id":"r1","error":"late"}]}"#), Success::Contradiction);
    }
}
