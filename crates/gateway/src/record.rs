//! A stored registration as the registration API shows it. Addresses of receipts are made here, when it is read.
//!
//! Customer, address and order can be read in both of the ways that scripts know: flat, named as in the lists of registrations, and as
//! a `customer`, named as in the webhook.

use std::mem;

use regcard_protocol::date::Day;
use regcard_protocol::form::{Form, WarrantyFrom};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::clock;
use crate::forms::Forms;
use crate::store::{Address, Record};

/// Names that the registration API's own lists have for what is known of customer, product and order. They stand beside the
/// registration's own members, and among the merchant's fields, since a form may ask for them.
pub const STANDARD_KEYS: [&str; 18] = [
    "productId",
    "sku",
    "variantId",
    "firstName",
    "lastName",
    "phone",
    "address1",
    "address2",
    "city",
    "state",
    "country",
    "postCode",
    "orderId",
    "orderNumber",
    "warrantyStartDate",
    "warrantyEndDate",
    "lastServiceDate",
    "warranty",
];

/// What of a registration's fields is known of its customer, and how the webhook names it.
pub const CUSTOMER_KEYS: [(&str, &str); 9] = [
    ("firstName", "firstName"),
    ("lastName", "surname"),
    ("phone", "phone"),
    ("address1", "address1"),
    ("address2", "address2"),
    ("city", "city"),
    ("state", "state"),
    ("country", "country"),
    ("postCode", "postCode"),
];

/// What the shop's own order was, if somebody said so.
const ORDER_KEYS: [&str; 3] = ["shopifyOrderId", "shopifyOrderName", "shopifyOrderCreatedAt"];

/// A registration as `/api` shows it.
pub fn json(app: &App, record: Record) -> Value {
    shown(&app.public_url, &app.forms, record)
}

/// The same where no gateway runs.
pub fn shown(public_url: &str, forms: &Forms, mut record: Record) -> Value {
    let customer = customer(&record);
    let tags = customer_tags(&record);
    let form = forms.get(&record.form);
    let (warranty, ends) = form.map(|form| warranty(&form.form, &record)).unwrap_or_default();
    let sku = record.serial_numbers.iter().find_map(|number| number.sku.clone());
    let fields = fields(public_url, &mut record);
    let mut members = Map::new();
    for key in STANDARD_KEYS.iter().chain(&ORDER_KEYS) {
        members.extend(fields.get(*key).map(|value| ((*key).to_owned(), value.clone())));
    }
    for (key, otherwise) in [("warranty", warranty), ("warrantyEndDate", ends)] {
        members.entry(key).or_insert(otherwise);
    }
    for key in ORDER_KEYS {
        members.entry(key).or_insert(Value::Null);
    }
    let sku = members.get("sku").cloned().or(sku.map(Value::String)).unwrap_or_default();
    let own = json!({
        "id": record.id,
        "type": record.form,
        "productName": record.product_name,
        "productSku": sku,
        "customerEmail": record.customer_email,
        "customerName": record.customer_name,
        "customer": customer,
        "customerTags": tags,
        "serialNumbers": record.serial_numbers.into_iter().map(|number| number.serial).collect::<Vec<_>>(),
        "purchaseDate": record.purchase_date,
        "status": "active",
        "createdAt": clock::written(record.created_at),
        "updatedAt": clock::written(record.updated_at),
        "fieldData": fields,
    });
    if let Value::Object(own) = own {
        members.extend(own);
    }
    Value::Object(members)
}

/// The tags that a registration gave its customer: those of its serial numbers, each once, separated by commas as in the lists. For
/// the merchant alone; no page is ever told.
pub fn customer_tags(record: &Record) -> Value {
    let mut tags: Vec<&str> = Vec::new();
    let all = record.serial_numbers.iter().filter_map(|number| number.customer_tags.as_deref()).flat_map(|list| list.split(','));
    for tag in all.map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.is_empty() { Value::Null } else { tags.join(",").into() }
}

/// A registration's customer, named as in the webhook.
pub fn customer(record: &Record) -> Map<String, Value> {
    let mut customer = Map::new();
    customer.insert("name".to_owned(), record.customer_name.clone().into());
    customer.insert("email".to_owned(), record.customer_email.clone().into());
    for (key, name) in CUSTOMER_KEYS {
        customer.extend(record.fields.get(key).map(|value| (name.to_owned(), value.clone())));
    }
    customer
}

/// Months of warranty and its last day, by the form's rule, as the card tells the customer.
pub fn warranty(form: &Form, record: &Record) -> (Value, Value) {
    let Some(months) = form.warranty_months else {
        return (Value::Null, Value::Null);
    };
    let given = record.fields.get("warrantyStartDate").and_then(Value::as_str);
    let from = match form.warranty_from {
        WarrantyFrom::Purchase => given.or(record.purchase_date.as_deref()).and_then(Day::parse),
        WarrantyFrom::Registration => given.and_then(Day::parse).or_else(|| Some(clock::day(record.created_at))),
    };
    (months.into(), from.map(|from| from.plus_months(months).to_string()).into())
}

/// The merchant's own fields, taken out of a registration, with the addresses of its receipts.
pub fn fields(public_url: &str, record: &mut Record) -> Map<String, Value> {
    let mut fields = mem::take(&mut record.fields);
    for receipts in mem::take(&mut record.receipts) {
        let mut urls = receipts.addresses.into_iter().map(|address| match address {
            Address::Here(receipt) => format!("{public_url}/r/{receipt}"),
            Address::Upstream(url) => url,
        });
        let value = if receipts.several { Value::from_iter(urls) } else { urls.next().into() };
        fields.insert(receipts.field, value);
    }
    fields
}
