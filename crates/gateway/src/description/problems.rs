//! Which problem has which status.

use regcard_protocol::problem::ProblemCode::{self, *};
use serde_json::{Map, Value, json};

use super::operation;

/// Every status of a problem, and the codes that come with it.
const PROBLEMS: [(u16, &str, &[ProblemCode]); 18] = [
    (400, "The request cannot be understood.", &[BadRequest, MalformedJson, IdempotencyKeyMissing]),
    (401, "No credential, or one that is not good here.", &[Unauthorized, TokenExpired]),
    (403, "The credential is good, but not for this.", &[OriginNotAllowed, KeyDisabled, FormNotAllowed, ScopeMissing, GrantInvalid]),
    (404, "There is nothing here.", &[NotFound]),
    (408, "The body did not come in time.", &[RequestTimeout]),
    (
        409,
        "It is there already, is being worked on, or has changed.",
        &[IdempotencyInProgress, SerialAlreadyRegistered, AlreadyUploaded, Changed],
    ),
    (410, "It was there, and has been erased.", &[Erased]),
    (411, "An upload says how long it is.", &[LengthRequired]),
    (413, "Larger than is taken.", &[TooLarge, FileTooLarge]),
    (414, "The address is longer than is taken.", &[TooLarge]),
    (415, "Of a type that is not taken.", &[UnsupportedMediaType, TypeNotAllowed, ContentMismatch]),
    (422, "Some fields are missing or wrong; `errors` says which.", &[Validation, IdempotencyKeyReused]),
    (429, "Too many requests. `Retry-After` says when to come again, `RateLimit` of what it was too much.", &[BudgetExhausted]),
    (500, "The gateway could not do it.", &[Internal]),
    (502, "The registration API behind the gateway cannot be understood.", &[BadUpstreamResponse]),
    (503, "Not now; come again.", &[Unavailable, UpstreamUnavailable]),
    (504, "Sent, but whether it arrived is not known.", &[OutcomeUnknown]),
    (507, "There is no room for it.", &[InsufficientStorage]),
];

/// The answers, by status.
pub(super) fn responses() -> Value {
    let all = PROBLEMS.iter().map(|(status, description, codes)| (format!("Problem{status}"), response(*status, description, codes)));
    Value::Object(all.collect::<Map<String, Value>>())
}

fn response(status: u16, description: &str, codes: &[ProblemCode]) -> Value {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let one = json!({ "properties": { "status": { "const": status }, "code": { "enum": codes } } });
    let mut response = json!({
        "description": description,
        "content": { "application/problem+json": { "schema": { "allOf": [{ "$ref": "#/components/schemas/Problem" }, one] } } },
    });
    if status == 429 {
        response["headers"] = operation::headers(&["Retry-After", "RateLimit-Policy", "RateLimit"]);
    }
    response
}

/// What answers say of budgets in their heads.
pub(super) fn headers() -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "RateLimit-Policy": header(
            "As draft-ietf-httpapi-ratelimit-headers-10 has it: the name of a budget, how much there is of it (`q`), for how many seconds (`w`).",
            json!({ "type": "string", "examples": ["\"checks\";q=60;w=86400"] }),
        ),
        "RateLimit": header(
            "The same budget: how much is left of it (`r`), and in how many seconds it begins anew (`t`). It is the session's; where an address or a merchant has no more, it is theirs.",
            json!({ "type": "string", "examples": ["\"checks\";r=59;t=86400"] }),
        ),
        "Retry-After": header("Seconds until it makes sense to come again.", json!({ "type": "integer", "minimum": 0 })),
    })
}
