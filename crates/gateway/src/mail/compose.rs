//! One registration as a mail: one text, one HTML, the same in both. Knows no server and no store.

use std::fmt::Write;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use regcard::text::{Text, Texts, Words, direction};

use super::words;
use crate::card::escaped;

/// What a mail is made of.
#[derive(Clone, Debug)]
pub(crate) struct Letter<'a> {
    /// The customer's language.
    pub language: &'static str,
    /// The merchant's name.
    pub merchant: &'a str,
    /// The customer's name.
    pub name: Option<&'a str>,
    /// The registration's number.
    pub number: &'a str,
    /// What was bought.
    pub product: Option<&'a str>,
    /// Its serial numbers.
    pub serials: &'a [String],
    /// When it was bought.
    pub bought: Option<&'a str>,
    /// The last day of the warranty.
    pub warranty_until: Option<String>,
    /// The private link.
    pub link: &'a str,
    /// Whether a receipt can be added there.
    pub receipt: bool,
}

/// From whom and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Envelope<'a> {
    /// The gateway's own address.
    pub from: &'a Address,
    /// Who answers are for.
    pub reply_to: Option<&'a Mailbox>,
    /// The customer, exactly as typed.
    pub to: Address,
    /// The same for every attempt, so that a mail that comes twice is known as one.
    pub id: String,
}

/// The mail. Names are encoded as RFC 2047 has it: nothing in them can begin another header.
///
/// # Errors
/// If a part of it cannot be written as a mail.
pub(crate) fn compose(letter: &Letter<'_>, envelope: Envelope<'_>) -> Result<Message, lettre::error::Error> {
    let words = words::of(letter.language);
    let subject = letter.product.map_or_else(|| words.subject_plain.to_owned(), |product| words.subject.replace("{product}", product));
    let from = Mailbox::new(Some(one_line(letter.merchant)), envelope.from.clone());
    let mut message =
        Message::builder().from(from).to(Mailbox::new(None, envelope.to)).subject(one_line(&subject)).message_id(Some(envelope.id));
    if let Some(reply_to) = envelope.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    // No answering machine is to answer it (RFC 3834).
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    message = message.raw_header(automatic);
    let part = |kind, body| SinglePart::builder().header(kind).body(body);
    message.multipart(
        MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, text(letter)))
            .singlepart(part(ContentType::TEXT_HTML, html(letter))),
    )
}

fn text(letter: &Letter<'_>) -> String {
    let words = words::of(letter.language);
    let mut text = format!("{}\n\n{}\n\n", hello(letter), words.intro);
    for (label, value) in rows(letter) {
        // Writing into memory does not fail.
        let _written = writeln!(text, "{label}: {value}");
    }
    let Letter { link, merchant, .. } = letter;
    let _written = writeln!(text, "\n{}\n{link}\n{}\n\n-- \n{merchant}\n{}", see(letter), words.private, why(letter));
    text
}

fn html(letter: &Letter<'_>) -> String {
    let words = words::of(letter.language);
    let row = |(label, value): (String, String)| {
        format!(
            "<tr><th scope=\"row\" style=\"padding:4px 16px 4px 0;text-align:start;font-weight:normal;color:#6b6862\">{}</th>\
             <td style=\"padding:4px 0\"><bdi>{}</bdi></td></tr>\n",
            escaped(&label),
            escaped(&value)
        )
    };
    let rows: String = rows(letter).into_iter().map(row).collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head><meta charset=\"utf-8\"><title>{merchant}</title></head>\n\
         <body style=\"margin:0;padding:24px;background:#f4f3f1;color:#1c1b19;font:16px/1.5 system-ui,sans-serif\">\n\
         <div style=\"max-width:560px;margin:0 auto;padding:24px;border-radius:10px;background:#fff\">\n\
         <p style=\"margin:0 0 16px;font-weight:600\">{merchant}</p>\n<p>{hello}</p>\n<p>{intro}</p>\n<table role=\"presentation\" style=\"border-collapse:collapse\">\n{rows}</table>\n\
         <p>{see}<br><a href=\"{link}\" style=\"color:#1c1b19\">{link_words}</a></p>\n<p style=\"font-size:14px;color:#6b6862\">{private}</p>\n\
         <p style=\"font-size:13px;color:#6b6862\">{why}</p>\n</div>\n</body>\n</html>\n",
        language = letter.language,
        direction = direction(letter.language).attribute(),
        merchant = escaped(letter.merchant),
        hello = escaped(&hello(letter)),
        intro = escaped(words.intro),
        see = escaped(see(letter)),
        link = escaped(letter.link),
        link_words = escaped(words.title),
        private = escaped(words.private),
        why = escaped(&why(letter)),
    )
}

/// Label and value, as the card calls them.
fn rows(letter: &Letter<'_>) -> Vec<(String, String)> {
    let texts = Texts::from(Words::of(letter.language).texts);
    let label = |text: Text| texts.get(text).to_owned();
    let mut rows = vec![(label(Text::Number), letter.number.to_owned())];
    rows.extend(letter.product.map(|product| (label(Text::Product), one_line(product))));
    rows.extend(letter.serials.iter().map(|serial| (label(Text::SerialNumber), serial.clone())));
    rows.extend(letter.bought.map(|day| (label(Text::PurchaseDate), day.to_owned())));
    rows.extend(letter.warranty_until.clone().map(|day| (label(Text::WarrantyUntil), day)));
    rows
}

fn hello(letter: &Letter<'_>) -> String {
    let words = words::of(letter.language);
    letter.name.map_or_else(|| words.hello_plain.to_owned(), |name| words.hello.replace("{name}", &one_line(name)))
}

fn see(letter: &Letter<'_>) -> &'static str {
    let words = words::of(letter.language);
    if letter.receipt { words.see } else { words.see_only }
}

fn why(letter: &Letter<'_>) -> String {
    words::of(letter.language).why.replace("{merchant}", letter.merchant)
}

/// What a customer or a merchant wrote, on one line: nothing of it is to look like a line of ours.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
