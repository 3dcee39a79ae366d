//! What is said of registrations: to the customer a confirmation, to the merchant a notice, in which there is nothing of the customer.

use regcard::text::{Text, Texts, Words};

use super::compose::{Letter, Link, Row, Value, one_line};
use super::{receipt_field, warranty_until, words};
use crate::app::App;
use crate::clock;
use crate::store::{Merchant, Mode, Record};

/// To the customer, with the private link.
pub(super) fn confirmation<'a>(app: &App, merchant: &'a Merchant, record: &Record, language: &'static str, link: &'a str) -> Letter<'a> {
    let words = words::of(language);
    let form = app.forms.get(&record.form);
    let form = form.as_ref().map(|form| &form.form);
    let mut about = rows(record, language);
    about.extend(
        form.and_then(|form| warranty_until(form, record)).map(|day| row(language, Text::WarrantyUntil, day.to_string(), Value::Day)),
    );
    about.extend(number(record, language));
    // Where another API keeps the registrations, nothing can be added by the link.
    let free = |(key, _)| merchant.mode == Mode::Own && record.receipts.iter().all(|receipts| receipts.field != key);
    let (lead, private) =
        if form.and_then(receipt_field).is_some_and(free) { (words.see, words.private) } else { (words.see_only, words.private_only) };
    Letter {
        language,
        merchant: &merchant.name,
        subject: subject(words.subject, words.subject_plain, record.product_name.as_deref()),
        hello: Some(record.customer_name.as_ref().map_or_else(|| words.hello_plain.to_owned(), |name| words.hello.replace("{name}", name))),
        intro: words.intro,
        about: vec![about],
        link: Some(Link { lead, address: link, words: words.title, private }),
        why: words.why,
    }
}

/// To the merchant, of one submit. Who the customer is stands where the registrations are.
pub(super) fn notice<'a>(merchant: &'a Merchant, records: &[Record], language: &'static str) -> Letter<'a> {
    let words = words::of(language);
    let about = |record: &Record| {
        let mut about = rows(record, language);
        about.push(Row { label: words.registered_on.to_owned(), value: clock::day(record.created_at).to_string(), kind: Value::Day });
        about.push(Row { label: words.notice_form.to_owned(), value: record.form.clone(), kind: Value::Words });
        about.extend(number(record, language));
        about
    };
    let product = match records {
        [one] => one.product_name.as_deref(),
        _ => None,
    };
    Letter {
        language,
        merchant: &merchant.name,
        subject: subject(words.notice_subject, words.notice_subject_plain, product),
        hello: None,
        intro: words.notice_intro,
        about: records.iter().map(about).collect(),
        link: None,
        why: words.notice_why,
    }
}

fn subject(named: &str, plain: &str, product: Option<&str>) -> String {
    product.map_or_else(|| plain.to_owned(), |product| named.replace("{product}", &one_line(product)))
}

/// What both are told, as the card calls it.
fn rows(record: &Record, language: &'static str) -> Vec<Row> {
    let one = |label, value: &String, kind| row(language, label, value.clone(), kind);
    let mut rows = Vec::new();
    rows.extend(record.product_name.iter().map(|product| one(Text::Product, product, Value::Words)));
    rows.extend(record.serial_numbers.iter().map(|number| one(Text::SerialNumber, &number.serial, Value::Number)));
    rows.extend(record.purchase_date.iter().map(|day| one(Text::PurchaseDate, day, Value::Day)));
    rows
}

/// An upstream need not have given one.
fn number(record: &Record, language: &'static str) -> Option<Row> {
    Some(&record.id).filter(|id| !id.is_empty()).map(|id| row(language, Text::Number, id.clone(), Value::Number))
}

fn row(language: &'static str, label: Text, value: String, kind: Value) -> Row {
    let texts = Texts::from(Words::of(language).texts);
    Row { label: texts.get(label).to_owned(), value, kind }
}
