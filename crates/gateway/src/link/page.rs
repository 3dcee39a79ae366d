//! The link's page. No script is on it, and none may run.

use regcard::form::Message;
use regcard::text::{Text, Texts, Words, direction};

use super::{Opened, RECEIPT};
use crate::card::escaped;
use crate::clock;
use crate::mail::{warranty_until, words};

/// What the page is made of.
#[derive(Debug)]
pub struct Page<'a> {
    /// What the link leads to.
    pub opened: &'a Opened,
    /// The language.
    pub language: &'static str,
    /// The frame's style sheet, by its address.
    pub style: String,
    /// Why a receipt was not taken.
    pub refused: Option<Message>,
}

/// The page as HTML.
pub fn page(page: &Page<'_>) -> String {
    let Opened { merchant, record, form, .. } = page.opened;
    let words = words::of(page.language);
    let texts = Texts::from(Words::of(page.language).texts);
    let registered = clock::written(record.created_at).get(..10).unwrap_or_default().to_owned();
    let mut rows = Vec::from_iter(Some((texts.get(Text::Number), record.id.clone())).filter(|(_, id)| !id.is_empty()));
    rows.push((words.registered_on, registered));
    rows.extend(record.product_name.clone().map(|product| (texts.get(Text::Product), product)));
    rows.extend(record.serial_numbers.iter().map(|serial| (texts.get(Text::SerialNumber), serial.serial.clone())));
    rows.extend(record.purchase_date.clone().map(|day| (texts.get(Text::PurchaseDate), day)));
    let until = form.as_ref().and_then(|form| warranty_until(&form.form, record));
    rows.extend(until.map(|day| (texts.get(Text::WarrantyUntil), day.to_string())));
    let row = |(label, value): (&str, String)| format!("<dt>{}</dt><dd><bdi>{}</bdi></dd>\n", escaped(label), escaped(&value));
    let rows: String = rows.into_iter().map(row).collect();
    let receipt = if page.opened.room().is_some() {
        let refused = page.refused.map(|reason| format!("<p id=\"refused\" role=\"alert\">{}</p>\n", escaped(texts.get(reason))));
        let described = if refused.is_some() { " aria-invalid=\"true\" aria-describedby=\"refused\"" } else { "" };
        format!(
            "<form method=\"post\" enctype=\"multipart/form-data\">\n<label for=\"receipt\">{label}</label>\n<p>{limits}</p>\n{refused}\
             <input id=\"receipt\" type=\"file\" name=\"{RECEIPT}\" required accept=\"image/jpeg,image/png,image/webp,image/heic,application/pdf\"{described}>\n\
             <button type=\"submit\">{button}</button>\n</form>",
            label = escaped(texts.get(Text::Receipt)),
            limits = escaped(texts.get(Text::ReceiptLimits)),
            refused = refused.unwrap_or_default(),
            button = escaped(words.button),
        )
    } else if page.opened.is_closed() {
        format!("<p>{}</p>", escaped(words.no_receipt_here))
    } else if record.receipts.is_empty() {
        String::new()
    } else {
        format!("<p role=\"status\">{}</p>", escaped(words.receipt_here))
    };
    frame(page.language, &page.style, words.title, &merchant.name, &format!("<dl>\n{rows}</dl>\n{receipt}"))
}

/// The page of a link that leads nowhere.
pub fn gone(language: &'static str, style: &str) -> String {
    let words = words::of(language);
    frame(language, style, words.gone, "", &format!("<p>{}</p>", escaped(words.gone_then)))
}

/// The page of a link whose registration cannot be asked for now.
pub fn later(language: &'static str, style: &str) -> String {
    let words = words::of(language);
    frame(language, style, words.later, "", &format!("<p>{}</p>", escaped(words.later_then)))
}

fn frame(language: &str, style: &str, title: &str, merchant: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{style}\">\n</head>\n\
         <body>\n<header>{merchant}</header>\n<main class=\"link\">\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        direction = direction(language).attribute(),
        title = escaped(title),
        merchant = escaped(merchant),
        style = escaped(style),
    )
}
