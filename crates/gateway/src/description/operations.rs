//! Every route, with what it takes and what it answers.

use regcard_protocol::limits as shared;
use serde_json::{Value, json};

use super::operation::{BEHIND, Operation, content};
use super::schemas::{reference, text};
use crate::limits;

/// What an answer says of the session's budget that it was taken from.
const BUDGET: [&str; 2] = ["RateLimit-Policy", "RateLimit"];

pub(super) fn all() -> Vec<Operation> {
    let mut all = card();
    all.extend(page());
    all.extend(registrations());
    all.extend(serial_numbers());
    all.extend(operator());
    all
}

fn card() -> Vec<Operation> {
    let language = json!({ "type": "string", "examples": ["de", "pt-BR"] });
    let unchanged = "It is as it was.";
    // A page that says itself what is wrong; what no form can be shown for is a problem.
    let mut post = Operation::new("card", "post", "/v1/forms/{key}/{form}", "postForm", "Register from the hosted page, without scripts.")
        .parameter("query", "lang", false, language.clone())
        .sends_other(&["application/x-www-form-urlencoded", "multipart/form-data"], &json!({ "type": "object" }))
        .problems(&[404, 408, 415]);
    for (status, says) in [
        (200, "The page, to be looked at and sent again."),
        (201, "Registered."),
        (202, "Received; it will be passed on."),
        (409, "The page says what is registered already."),
        (422, "The page says what is missing or wrong."),
        (429, "The page says to come again later."),
        (502, "The page says to send again later."),
        (504, "The page says that the outcome is not known."),
        (507, "The page says that there is no room."),
    ] {
        post = post.answers_as(status, says, "text/html");
    }
    for status in [400, 413, 500, 503] {
        let mut either = content("As a page, where there is one to be shown.", "text/html", &text());
        either["content"]["application/problem+json"] = json!({ "schema": reference("Problem") });
        post.answers.push((status, either));
    }
    vec![
        Operation::new("card", "get", "/v1/openapi.json", "getDescription", "This description.").answers_any(
            200,
            "OpenAPI 3.1.",
            "application/json",
        ),
        Operation::new("card", "get", "/v1/{key}/regcard.js", "getScript", "The script that a merchant puts on a page.")
            .parameter("query", "form", false, text())
            .parameter("query", "lang", false, language.clone())
            .answers_as(200, "The script; where it cannot be made, one that says why on the console.", "text/javascript")
            .answers_nothing(304, unchanged),
        Operation::new("card", "get", "/v1/forms/{key}/{form}/card", "getCard", "A form, as the card shows it.")
            .parameter("query", "lang", false, language.clone())
            .answers_any(200, "The form.", "application/json")
            .answers_nothing(304, unchanged)
            .problems(&[404]),
        Operation::new("card", "get", "/v1/assets/{name}", "getAsset", "A file of the widget; it never changes under its name.")
            .answers_any(200, "The file.", "*/*")
            .problems(&[404]),
        Operation::new("card", "get", "/v1/forms/{key}/{form}", "getForm", "The hosted page, for links, mails and QR codes.")
            .parameter("query", "lang", false, language)
            .answers_as(200, "The page.", "text/html")
            .problems(&[404]),
        post,
        Operation::new("card", "get", "/r/{receipt}", "getReceipt", "A receipt, for whoever was given its address.")
            .answers_any(200, "The file.", "*/*")
            .answers_nothing(302, "It is in a bucket; the address is good for a minute.")
            .problems(&[404]),
    ]
}

fn page() -> Vec<Operation> {
    let key = json!({ "type": "string", "minLength": shared::IDEMPOTENCY_KEY_MIN_CHARS, "maxLength": shared::IDEMPOTENCY_KEY_MAX_CHARS });
    vec![
        Operation::new(
            "page",
            "post",
            "/v1/sessions",
            "openSession",
            "Open a session from a page, or renew the one whose token comes along.",
        )
        .security(&["", "session"])
        .sends("SessionRequest")
        .answers(201, "The session. `RateLimit-Policy` says what it has in all.", "Session")
        .with_headers(&["RateLimit-Policy"]),
        Operation::new("page", "post", "/v1/serial_numbers/check", "checkSerialNumber", "Whether a serial number can be registered.")
            .sends("CheckRequest")
            .example(&json!({ "serialNumber": "SN-1" }))
            .answers(200, "How it stands with it.", "Check")
            .with_headers(&BUDGET)
            .problems(&BEHIND),
        Operation::new("page", "post", "/v1/upload_file", "grantUpload", "An address for a file.")
            .sends("UploadRequest")
            .example(&json!({ "fileName": "receipt.jpg", "fileType": "image/jpeg", "fileSize": 52_000 }))
            .answers(201, "Where its bytes go.", "Upload")
            .with_headers(&BUDGET)
            .problems(&BEHIND)
            .problems(&[507]),
        Operation::new("page", "put", "/v1/uploads/{grant}", "upload", "A file's bytes. The address is the permission.")
            .security(&[])
            .sends_other(
                &["image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"],
                &json!({ "type": "string", "format": "binary" }),
            )
            .answers_nothing(201, "It is there.")
            .answers_nothing(200, "It was there already.")
            .problems(&[404, 408, 409, 411, 415, 507]),
        Operation::new("page", "post", "/v1/registrations", "registerFromPage", "Register, once for each key however often it is sent.")
            .parameter("header", "Idempotency-Key", true, key)
            .sends("RegistrationsRequest")
            .example(&registration("SN-2"))
            .answers(201, "Registered.", "Registered")
            .with_headers(&BUDGET)
            .answers(202, "Received; it will be passed on.", "Registered")
            .with_headers(&BUDGET)
            .problems(&BEHIND)
            .problems(&[409, 507]),
        Operation::new(
            "page",
            "get",
            "/v1/registrations/status",
            "readStatus",
            "What became of a registration, by its status token or its key.",
        )
        .security(&["status", "idempotencyKey"])
        .answers(200, "How it stands with each.", "Status")
        .problems(&[404, 409, 422])
        .problems(&BEHIND),
        Operation::new(
            "page",
            "post",
            "/v1/registrations/confirmation",
            "confirmAgain",
            "Send a confirmation once more, to the registered address.",
        )
        .sends("CheckRequest")
        .answers_nothing(202, "Whether there is one is not told."),
        link("get", "openLink", "The private link of a mail."),
        link("post", "addReceipt", "A receipt, added by the private link of a mail.")
            .sends_other(&["multipart/form-data"], &json!({ "type": "object" }))
            .answers_nothing(303, "It is there; the link shows it.")
            .answers_as(422, "The page says what is wrong with it.", "text/html")
            .problems(&[408, 409, 415, 429, 507]),
    ]
}

fn link(method: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let link = Operation::new("card", method, "/s/{link}", id, summary).answers_as(200, "The page.", "text/html");
    // Without a link, or without room for the request, there is no page.
    let either = |description| {
        let mut either = content(description, "text/html", &text());
        either["content"]["application/problem+json"] = json!({ "schema": reference("Problem") });
        either
    };
    let later = "Another API keeps the registration and cannot be asked now, or the gateway has too much to do.";
    link.answers_with(404, either("The link has run out, or was never given.")).answers_with(503, either(later))
}

fn registrations() -> Vec<Operation> {
    let number = |most: u32| json!({ "type": "integer", "minimum": 1, "maximum": most });
    let key = json!({ "type": "string", "minLength": shared::IDEMPOTENCY_KEY_MIN_CHARS, "maxLength": shared::IDEMPOTENCY_KEY_MAX_CHARS });
    let change = |path, id, summary| {
        let change = Operation::new("merchant", "put", path, id, summary).sends("RegistrationChanged");
        let change = change.example(&json!({ "registration": { "productName": "Espresso Duo", "fields": { "Colour": "red" } } }));
        change.answers(200, "As it is now.", "RegistrationAnswer").problems(&[404, 409])
    };
    vec![
        Operation::new(
            "merchant",
            "get",
            "/api/registrations",
            "listRegistrations",
            "Registrations, the newest first. Scope `registrations:read`.",
        )
        .parameter("query", "email", false, text())
        .parameter("query", "formSlug", false, text())
        .parameter("query", "limit", false, number(limits::PAGE_MOST))
        .parameter("query", "page", false, number(u32::MAX))
        .answers(200, "A page of them.", "RegistrationList"),
        Operation::new(
            "merchant",
            "post",
            "/api/registrations",
            "addRegistrations",
            "Add registrations, all or none. Scope `registrations:write`.",
        )
        .parameter("header", "Idempotency-Key", false, key)
        .sends("RegistrationsSent")
        .example(&registration("SN-1"))
        .answers(201, "They are added.", "RegistrationsAnswer")
        .leads_to(&["changeRegistration", "eraseRegistration"], "/data/0/id")
        .problems(&[409, 410, 504]),
        change("/api/registrations/{id}", "changeRegistration", "Change a registration. Scope `registrations:write`."),
        change("/api/registration/{id}", "changeRegistrationAsFirstDocumented", "The same, as the first documentation spells it."),
        Operation::new(
            "merchant",
            "delete",
            "/api/registrations/{id}",
            "eraseRegistration",
            "Erase a registration and its receipts. Scope `registrations:write`.",
        )
        .answers(200, "It is gone.", "Erased")
        .problems(&[404]),
        Operation::new("merchant", "get", "/api/forms", "listForms", "The merchant's forms. Scope `registrations:read`.").answers(
            200,
            "All of them.",
            "FormList",
        ),
    ]
}

fn serial_numbers() -> Vec<Operation> {
    let address = |path, id, summary| {
        let ask = Operation::new("merchant", "get", path, id, summary);
        let ask =
            ask.parameter("query", "fileName", false, text()).parameter("query", "fileType", true, text()).such_as(json!("image/jpeg"));
        let size = json!({ "type": "integer", "minimum": 1, "maximum": shared::FILE_BYTES });
        ask.parameter("query", "fileSize", true, size)
            .such_as(json!(52_000))
            .answers(200, "Where its bytes go.", "UploadAddress")
            .problems(&[415, 422])
    };
    vec![
        Operation::new(
            "merchant",
            "get",
            "/api/serial_number",
            "randomSerialNumber",
            "A random one that nobody has registered. Scope `serial_numbers:read`.",
        )
        .answers(200, "It.", "SerialNumberAnswer")
        .answers_nothing(204, "There is none."),
        Operation::new(
            "merchant",
            "get",
            "/api/serial_numbers/{serial}",
            "readSerialNumber",
            "A serial number. Scope `serial_numbers:read`.",
        )
        .answers(200, "It.", "SerialNumberAnswer")
        .answers_nothing(204, "It is not known."),
        Operation::new("merchant", "post", "/api/serial_numbers", "addSerialNumbers", "Load serial numbers. Scope `serial_numbers:write`.")
            .sends("SerialNumbersSent")
            .example(&json!({ "serialNumbers": ["SN-4", { "serialNumber": "SN-5", "sku": "ED-2", "customerTags": "espresso,2026" }] }))
            .answers(201, "As they are now.", "SerialNumbersAnswer"),
        address("/api/upload_file", "grantServerUpload", "An address for a file. Scope `uploads:write`."),
        address("/api/upload_fiile", "grantServerUploadAsDocumented", "The same, as the documentation spells it in places."),
    ]
}

fn registration(serial: &str) -> Value {
    json!({ "registrations": [{
        "customerName": "Mara Lindqvist",
        "customerEmail": "mara@example.com",
        "productName": "Espresso Duo",
        "serialNumbers": [serial],
        "purchaseDate": "2026-11-14",
    }] })
}

fn operator() -> Vec<Operation> {
    vec![
        Operation::new("operator", "get", "/healthz", "isAlive", "The process answers.").answers(200, "It does.", "Alive"),
        Operation::new("operator", "get", "/readyz", "isReady", "Everything that it needs is there.")
            .answers(200, "It is.", "Ready")
            .answers(503, "It is not; `checks` says what.", "Ready"),
        Operation::new("operator", "get", "/metrics", "readMetrics", "What was done, counted, as Prometheus reads it.")
            .answers_as(200, "The measures.", "text/plain")
            .answers_nothing(404, "Nothing is counted."),
    ]
}
