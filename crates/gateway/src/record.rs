//! A stored registration as the registration API shows it. Addresses of receipts are made here, when it is read.

use serde_json::{Value, json};

use crate::app::App;
use crate::clock;
use crate::store::{Address, Record};

/// A registration as `/api` shows it.
pub fn json(app: &App, record: Record) -> Value {
    let mut fields = record.fields;
    for receipts in record.receipts {
        let mut urls = receipts.addresses.into_iter().map(|address| match address {
            Address::Here(receipt) => app.receipt_url(&receipt),
            Address::Upstream(url) => url,
        });
        let value = if receipts.several { Value::from_iter(urls) } else { urls.next().into() };
        fields.insert(receipts.field, value);
    }
    json!({
        "id": record.id,
        "type": record.form,
        "productName": record.product_name,
        "customerEmail": record.customer_email,
        "customerName": record.customer_name,
        "serialNumbers": record.serial_numbers,
        "purchaseDate": record.purchase_date,
        "status": "active",
        "createdAt": clock::written(record.created_at),
        "fieldData": fields,
    })
}
