//! What a webhook says: the documented webhook of the registration API, with the registration's number and what happened.
//!
//! Made when it is sent, from the registration as it is then: what a customer has changed or taken back meanwhile is not told any more.

use regcard_protocol::form::{FieldKind, Form};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::clock;
use crate::forward;
use crate::limits;
use crate::record::{self, CUSTOMER_KEYS};
use crate::store::{Notice, OutboxRow, Record, StoreError, WebhookEvent};
use crate::upstream::REFERENCE;

/// A registration as it is told.
#[derive(Clone, Debug, Default)]
struct Told {
    /// Named as in the documented webhook.
    customer: Map<String, Value>,
    product: Value,
    sku: Option<String>,
    purchase_date: Value,
    serial_numbers: Value,
    /// Everything else, by its key.
    extras: Map<String, Value>,
}

/// The body of a webhook; nothing if there is nothing left to tell.
///
/// # Errors
/// As the store cannot read the registration.
pub(super) async fn body(app: &App, merchant: &str, notice: &Notice) -> Result<Option<String>, StoreError> {
    if notice.event == WebhookEvent::Deleted {
        return Ok(Some(erased(notice)));
    }
    if let Some(parked) = &notice.parked {
        let row = app.store.outbox_row(parked.message.clone()).await?;
        // Somebody was faster: it is sent by now, or given up.
        return Ok(row.and_then(|row| refused(app, notice, &row, &parked.reference)));
    }
    let told = match (&notice.carried, &notice.registration) {
        (Some(sent), _) => Some(of_sent(sent)),
        (None, Some(_)) if notice.forwarded => None,
        (None, Some(id)) => app.store.records(merchant.to_owned(), vec![id.clone()]).await?.pop().map(|record| of_record(app, record)),
        (None, None) => None,
    };
    let form = app.forms.get(&notice.form);
    Ok(told.map(|told| written(&short(notice), &told, form.as_ref().map(|loaded| &loaded.form))))
}

/// What an upstream refused, and where it waits for a person.
fn refused(app: &App, notice: &Notice, row: &OutboxRow, reference: &str) -> Option<String> {
    let told = of_sent(&forward::refused(row, reference)?);
    let mut about = short(notice);
    about["outbox"] = json!(row.id);
    about["reason"] = json!(row.last_error);
    let form = app.forms.get(&notice.form);
    Some(written(&about, &told, form.as_ref().map(|loaded| &loaded.form)))
}

/// A body for trying out an endpoint.
pub fn trial(form: &str, now: i64) -> String {
    let told = Told {
        customer: Map::from_iter([("name".to_owned(), json!("James Hunt")), ("email".to_owned(), json!("james@example.com"))]),
        product: json!("Espresso Duo"),
        sku: None,
        purchase_date: json!("2026-03-31"),
        serial_numbers: json!(["SN-0001"]),
        extras: Map::new(),
    };
    let notice = Notice::of_kept(WebhookEvent::Created, "00000000-0000-0000-0000-000000000000", form, now);
    let mut body = full(&short(&notice), &told, None);
    body["event"] = json!("test");
    body.to_string()
}

fn of_record(app: &App, mut record: Record) -> Told {
    let mut customer = record::customer(&record);
    customer.insert("tags".to_owned(), tags(&record));
    Told {
        customer,
        product: json!(record.product_name),
        sku: record.serial_numbers.iter().find_map(|number| number.sku.clone()),
        purchase_date: json!(record.purchase_date),
        serial_numbers: record.serial_numbers.iter().map(|number| json!(number.serial)).collect(),
        extras: record::fields(&app.public_url, &mut record),
    }
}

/// The tags that the customer was given with the serial numbers.
fn tags(record: &Record) -> Value {
    match record::customer_tags(record) {
        Value::String(list) => list.split(',').collect(),
        _ => json!([]),
    }
}

/// What was sent to an upstream, whose answer said no more than a number.
fn of_sent(sent: &Value) -> Told {
    let mut extras = sent.as_object().cloned().unwrap_or_default();
    let mut take = |key: &str| extras.remove(key).unwrap_or_default();
    let (_reference, _form) = (take(REFERENCE), take("type"));
    let mut customer = Map::from_iter([("name".to_owned(), take("customerName")), ("email".to_owned(), take("customerEmail"))]);
    let (product, purchase_date, serial_numbers) = (take("productName"), take("purchaseDate"), take("serialNumbers"));
    for (key, name) in CUSTOMER_KEYS {
        customer.extend(extras.get(key).map(|value| (name.to_owned(), value.clone())));
    }
    Told { customer, product, sku: None, purchase_date, serial_numbers, extras }
}

/// As much as fits: all of it, or without the merchant's own fields, or the number alone. What is left out can be read at the API.
fn written(about: &Value, told: &Told, form: Option<&Form>) -> String {
    let text = full(about, told, form).to_string();
    if text.len() < limits::WEBHOOK_BYTES {
        return text;
    }
    let mut shorter = full(about, &Told { extras: Map::new(), ..told.clone() }, form);
    shorter["shortened"] = json!(true);
    let text = shorter.to_string();
    if text.len() < limits::WEBHOOK_BYTES {
        return text;
    }
    let mut shortest = about.clone();
    shortest["shortened"] = json!(true);
    shortest.to_string()
}

fn full(about: &Value, told: &Told, form: Option<&Form>) -> Value {
    let mut body = about.clone();
    let mut product = Map::from_iter([("title".to_owned(), told.product.clone())]);
    product.extend(told.sku.iter().map(|sku| ("sku".to_owned(), json!(sku))));
    let mut item = Map::from_iter([
        ("id".to_owned(), about["id"].clone()),
        ("product".to_owned(), Value::Object(product)),
        ("purchaseDate".to_owned(), told.purchase_date.clone()),
        ("serialNumbers".to_owned(), told.serial_numbers.clone()),
    ]);
    let mut extra_fields = Vec::new();
    for (key, value) in &told.extras {
        if CUSTOMER_KEYS.iter().any(|(known, _)| known == key) {
            continue;
        }
        extra_fields.push(json!({ "name": key, "type": kind(form, key, value), "value": value }));
        // Receivers look for them in either place.
        item.entry(key.clone()).or_insert_with(|| value.clone());
    }
    item.insert("extraFields".to_owned(), Value::Array(extra_fields));
    body["items"] = json!([item]);
    body["customer"] = Value::Object(told.customer.clone());
    body
}

/// What is in every webhook.
fn short(notice: &Notice) -> Value {
    json!({
        "event": notice.event.word(),
        "id": notice.registration,
        "type": notice.form,
        "occurredAt": clock::written(notice.at),
        "items": [{ "id": notice.registration }],
    })
}

/// Of what is erased nothing is told but its number.
fn erased(notice: &Notice) -> String {
    short(notice).to_string()
}

/// The kinds that the documented webhook has, and one more for what is ticked.
fn kind(form: Option<&Form>, key: &str, value: &Value) -> &'static str {
    match form.and_then(|form| form.fields.iter().find(|field| field.key == key)).map(|field| field.kind) {
        Some(FieldKind::Receipt) => "image",
        Some(FieldKind::Choice | FieldKind::Choices | FieldKind::Country) => "selection",
        Some(FieldKind::Checkbox | FieldKind::Consent) => "checkbox",
        Some(
            FieldKind::Name
            | FieldKind::Email
            | FieldKind::Product
            | FieldKind::SerialNumber
            | FieldKind::PurchaseDate
            | FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Address
            | FieldKind::Hidden
            | FieldKind::Heading
            | FieldKind::Help,
        ) => "text",
        None if value.is_boolean() => "checkbox",
        None => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(event: WebhookEvent) -> Notice {
        Notice::of_kept(event, "r-1", "product-registration", 1_795_518_000_000)
    }

    fn sent(extras: &Value) -> Told {
        let mut all = json!({
            "type": "product-registration",
            "customerName": "James Hunt",
            "customerEmail": "james@hunt.com",
            "productName": "Short sleeve t shirt",
            "purchaseDate": "2018-05-28",
            "serialNumbers": ["123"],
            "regcardReference": "regcard-7",
        });
        all.as_object_mut().unwrap().extend(extras.as_object().unwrap().clone());
        of_sent(&all)
    }

    #[test]
    fn it_is_the_documented_webhook_with_a_number_and_an_event() {
        let told = sent(&json!({ "city": "New York", "postCode": "1234567", "Title": "Mr", "terms": true, "id": "theirs" }));
        let body: Value = serde_json::from_str(&written(&short(&notice(WebhookEvent::Created)), &told, None)).unwrap();
        let expected = json!({
            "event": "created",
            "id": "r-1",
            "type": "product-registration",
            "occurredAt": "2026-11-24T11:00:00.000Z",
            "items": [{
                "id": "r-1",
                "product": { "title": "Short sleeve t shirt" },
                "purchaseDate": "2018-05-28",
                "serialNumbers": ["123"],
                "extraFields": [
                    { "name": "Title", "type": "text", "value": "Mr" },
                    { "name": "id", "type": "text", "value": "theirs" },
                    { "name": "terms", "type": "checkbox", "value": true },
                ],
                "Title": "Mr",
                "terms": true,
            }],
            "customer": { "name": "James Hunt", "email": "james@hunt.com", "city": "New York", "postCode": "1234567" },
        });
        let sorted = |mut value: Value| {
            value.sort_all_objects();
            value["items"][0]["extraFields"].as_array_mut().unwrap().sort_by_key(|field| field["name"].as_str().unwrap().to_owned());
            value.to_string()
        };
        assert_eq!(sorted(body), sorted(expected));
    }

    #[test]
    fn of_what_is_erased_only_its_number_is_told() {
        let body: Value = serde_json::from_str(&erased(&notice(WebhookEvent::Deleted))).unwrap();
        assert_eq!((&body["event"], &body["id"], &body["items"]), (&json!("deleted"), &json!("r-1"), &json!([{ "id": "r-1" }])));
        assert!(body.get("customer").is_none());
    }

    #[test]
    fn what_is_too_long_is_told_in_short_and_says_so() {
        let notice = notice(WebhookEvent::Created);
        let of = |extras: &Value, name: &str| {
            let mut told = sent(extras);
            told.customer.insert("name".to_owned(), json!(name));
            written(&short(&notice), &told, None)
        };
        let most = |fill: usize| of(&json!({ "Title": "x".repeat(fill) }), "James");
        // It stands in two places.
        let room = (limits::WEBHOOK_BYTES - 1 - most(0).len()) / 2;
        let (fits, does_not) = (most(room), most(room + 1));
        assert!(fits.len() < limits::WEBHOOK_BYTES && fits.len() > limits::WEBHOOK_BYTES - 3 && !fits.contains("shortened"));
        let shorter: Value = serde_json::from_str(&does_not).unwrap();
        assert_eq!((&shorter["shortened"], &shorter["customer"]["name"]), (&json!(true), &json!("James")));
        assert_eq!((&shorter["items"][0]["extraFields"], &shorter["items"][0]["serialNumbers"]), (&json!([]), &json!(["123"])));
        let shortest: Value = serde_json::from_str(&of(&json!({}), &"x".repeat(limits::WEBHOOK_BYTES))).unwrap();
        assert_eq!((&shortest["shortened"], &shortest["id"]), (&json!(true), &json!("r-1")));
        assert!(shortest.get("customer").is_none());
    }
}
