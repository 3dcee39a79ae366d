//! What is sent and what comes back, as JSON Schema.

use regcard_protocol::limits as shared;
use regcard_protocol::receipt::FileType;
use serde_json::{Map, Value, json};

use crate::limits;
use crate::record::STANDARD_KEYS;

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object with these members alone; all but the optional ones are there.
fn exact(properties: Value, optional: &[&str]) -> Value {
    let names = properties.as_object().into_iter().flat_map(Map::keys);
    let mut required: Vec<&String> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    // Whether objects keep the order they were written in is a switch of serde_json's that any other crate may set.
    required.sort();
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

pub(super) fn all() -> Value {
    let mut all = json!({
        "Problem": exact(json!({
            "type": { "type": "string", "pattern": "^urn:regcard:problem:" },
            "title": text(),
            "status": { "type": "integer" },
            "detail": text(),
            "code": { "type": "string", "description": "What programs can rely on." },
            "requestId": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
            "retryable": { "type": "boolean" },
            "errors": { "type": "array", "items": reference("FieldError") },
            "message": { "type": "string", "description": "The same as `detail`, below `/api` alone: scripts for the registration API read it." },
        }), &["detail", "errors", "message"]),
        "FieldError": exact(json!({
            "pointer": { "type": "string", "description": "A JSON pointer into what was sent." },
            "code": text(),
            "message": text(),
        }), &[]),
    });
    for more in [page(), sent(), answered()] {
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
    }
    all
}

/// What pages send and are answered.
fn page() -> Value {
    let file_types: Vec<&str> = FileType::ALL.iter().map(|one| one.media_type()).collect();
    let seconds = json!({ "type": "integer", "minimum": 1, "description": "Seconds." });
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "SessionRequest": exact(json!({ "key": text(), "form": text() }), &[]),
        "Session": exact(json!({
            "token": text(),
            "expiresIn": seconds,
            "limits": exact(json!({ "checks": count, "uploads": count, "registrations": count }), &[]),
        }), &[]),
        "CheckRequest": exact(json!({ "serialNumber": text() }), &[]),
        "Check": exact(json!({
            "status": {
                "enum": ["available", "registered", "unknown", "accepted", "not_accepted"],
                "description": "A form that is set to discreet checking says `accepted` or `not_accepted`, and no other form does. With it nothing else is told: no product, nothing that looks alike, and the number as it was typed.",
            },
            "serialNumber": text(),
            "product": exact(json!({ "name": text(), "sku": text() }), &["name", "sku"]),
            "didYouMean": { "type": "array", "items": text(), "maxItems": shared::SUGGESTIONS },
        }), &["product", "didYouMean"]),
        "UploadRequest": exact(json!({
            "fileName": text(),
            "fileType": { "type": "string", "examples": file_types },
            "fileSize": { "type": "integer", "minimum": 1, "maximum": shared::FILE_BYTES, "description": "Bytes." },
        }), &[]),
        "Upload": exact(json!({
            "uploadId": text(),
            "signedRequest": { "type": "string", "description": "Where the bytes go, by PUT." },
            "headers": { "type": "object", "additionalProperties": text(), "description": "What has to be sent along." },
            "expiresIn": seconds,
        }), &[]),
        "RegistrationsRequest": exact(json!({ "registrations": several(json!({
            "type": "object",
            "properties": {
                "type": { "type": "string", "description": "The form's slug." },
                "customerName": text(),
                "customerEmail": text(),
                "productName": text(),
                "serialNumbers": { "type": "array", "items": text(), "maxItems": shared::SERIAL_NUMBERS },
                "purchaseDate": { "type": "string", "format": "date" },
            },
            "description": "Answers to the form's other fields stand beside these, by the field's key.",
        })) }), &[]),
        "Registered": exact(json!({ "registrations": outcomes(), "statusToken": text() }), &[]),
        "Status": exact(json!({ "registrations": outcomes() }), &[]),
    })
}

/// What merchants' servers send. The access token may stand among the members of each; how, the description of it says.
fn sent() -> Value {
    json!({
        "RegistrationSent": {
            "type": "object",
            "required": ["customerEmail"],
            "properties": {
                "type": { "type": "string", "description": "The form's slug; without it, the merchant's first form." },
                "customerName": { "type": "string", "maxLength": shared::NAME_CHARS },
                "customerEmail": { "type": "string", "format": "email", "maxLength": shared::EMAIL_CHARS },
                "productName": { "type": "string", "maxLength": shared::PRODUCT_NAME_CHARS },
                "serialNumbers": { "type": "array", "items": serial_number(), "maxItems": shared::SERIAL_NUMBERS },
                "purchaseDate": { "type": "string", "format": "date" },
            },
            "description": "Fields of the merchant's own stand beside these, 64 at most.",
        },
        "RegistrationsSent": exact(json!({ "registrations": several(reference("RegistrationSent")) }), &[]),
        "RegistrationChanged": exact(json!({
            "registration": {
                "type": "object",
                "properties": { "fields": { "type": "object", "description": "Fields of the merchant's own." } },
                "description": "Only what is sent changes.",
            },
        }), &[]),
        "SerialNumberSent": exact(json!({
            "serialNumber": serial_number(),
            "sku": note(),
            "customerTags": note(),
            "productName": note(),
        }), &["sku", "customerTags", "productName"]),
        "SerialNumbersSent": exact(json!({
            "serialNumbers": {
                "type": "array",
                "items": { "anyOf": [serial_number(), reference("SerialNumberSent")] },
                "maxItems": limits::BULK_SERIAL_NUMBERS,
            },
        }), &[]),
    })
}

/// What merchants' servers are answered.
fn answered() -> Value {
    let nullable = json!({ "type": ["string", "null"] });
    let mut registration = json!({
        "id": text(),
        "type": text(),
        "productName": nullable,
        "productSku": { "type": ["string", "number", "null"] },
        "customerEmail": text(),
        "customerName": nullable,
        "customer": { "type": "object", "required": ["name", "email"] },
        "customerTags": nullable,
        "serialNumbers": { "type": "array", "items": text() },
        "purchaseDate": { "type": ["string", "null"], "format": "date" },
        "status": { "const": "active" },
        "createdAt": { "type": "string", "format": "date-time" },
        "updatedAt": { "type": "string", "format": "date-time" },
        "fieldData": { "type": "object", "description": "Fields of the merchant's own, by key; receipts by their address." },
        "shopifyOrderId": any(),
        "shopifyOrderName": any(),
        "shopifyOrderCreatedAt": any(),
    });
    let always = ["warranty", "warrantyEndDate"];
    let optional: Vec<&str> = STANDARD_KEYS.into_iter().filter(|key| !always.contains(key)).collect();
    for key in STANDARD_KEYS {
        registration[key] = json!({ "type": ["string", "number", "null"] });
    }
    json!({
        "Registration": exact(registration, &optional),
        "RegistrationAnswer": exact(json!({ "data": reference("Registration") }), &[]),
        "RegistrationsAnswer": exact(json!({ "data": { "type": "array", "items": reference("Registration") } }), &[]),
        "RegistrationList": exact(json!({
            "data": { "type": "array", "items": reference("Registration"), "maxItems": limits::PAGE },
            "total": { "type": "integer", "minimum": 0, "description": "Of all pages." },
        }), &[]),
        "SerialNumber": exact(json!({
            "serialNumber": text(),
            "sku": nullable,
            "customerTags": nullable,
            "registered": { "type": "boolean" },
            "productName": text(),
        }), &["productName"]),
        "SerialNumberAnswer": exact(json!({ "data": reference("SerialNumber") }), &[]),
        "SerialNumbersAnswer": exact(json!({ "data": { "type": "array", "items": reference("SerialNumber") } }), &[]),
        "FormList": exact(json!({
            "data": { "type": "array", "items": exact(json!({ "name": text(), "slug": text(), "description": nullable }), &[]) },
        }), &[]),
        "UploadAddress": exact(json!({
            "signedRequest": { "type": "string", "description": "Where the bytes go, by PUT, with the type that was asked for." },
            "url": { "type": "string", "description": "What the registration names, and where the file is read." },
        }), &[]),
        "Erased": exact(json!({ "message": { "const": "ok" } }), &[]),
        "Alive": exact(json!({ "status": { "const": "alive" } }), &[]),
        "Ready": exact(json!({
            "status": { "enum": ["ready", "not ready"] },
            "checks": { "type": "object", "additionalProperties": text() },
        }), &[]),
    })
}

fn outcomes() -> Value {
    let one = exact(json!({ "id": text(), "status": { "enum": ["registered", "queued"] } }), &["id"]);
    json!({ "type": "array", "items": one, "minItems": 1, "maxItems": shared::REGISTRATIONS })
}

fn several(one: Value) -> Value {
    json!({ "type": "array", "items": one, "minItems": 1, "maxItems": shared::REGISTRATIONS })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// Whatever it was sent as.
fn any() -> Value {
    json!({})
}

fn serial_number() -> Value {
    json!({ "type": "string", "minLength": 1, "description": "64 characters at most, blanks not counted." })
}

fn note() -> Value {
    json!({ "type": ["string", "null"], "maxLength": limits::SERIAL_NOTE_CHARS })
}
