//! A letter as a mail: one text, one HTML, the same in both. Knows no server and no store, and not what a letter is about.

use std::fmt::Write;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use regcard::text::direction;

use super::html::html;

/// What is said.
#[derive(Clone, Debug)]
pub(crate) struct Letter<'a> {
    /// In which language.
    pub language: &'static str,
    /// In whose name.
    pub merchant: &'a str,
    /// The subject.
    pub subject: String,
    /// The first line, where somebody is greeted.
    pub hello: Option<String>,
    /// The sentence after it.
    pub intro: &'static str,
    /// What it is about: labels and values, a list for each registration.
    pub about: Vec<Vec<Row>>,
    /// Where more can be seen.
    pub link: Option<Link<'a>>,
    /// Why it came; `{merchant}` is the merchant's name.
    pub why: &'static str,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub label: String,
    pub value: String,
    pub kind: Value,
}

/// How a value runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// As its own words do.
    Words,
    /// From left to right in every language: a day.
    Day,
    /// From left to right, each sign for itself: a number.
    Number,
}

/// A link, and what is said about it.
#[derive(Clone, Debug)]
pub(crate) struct Link<'a> {
    /// What can be done there.
    pub lead: &'static str,
    /// Its address.
    pub address: &'a str,
    /// What it is called.
    pub words: &'static str,
    /// Whose it is.
    pub private: &'static str,
}

/// From whom and to whom.
#[derive(Clone, Debug)]
pub(crate) struct Envelope<'a> {
    /// The gateway's own address.
    pub from: &'a Address,
    /// Who answers are for.
    pub reply_to: Option<&'a Mailbox>,
    /// To whom, see [`recipient`](super::recipient).
    pub to: Address,
    /// The same for every attempt, so that a mail that comes twice is known as one.
    pub id: String,
}

/// The mail. Names are encoded as RFC 2047 has it: nothing in them can begin another header.
///
/// # Errors
/// If a part of it cannot be written as a mail.
pub(crate) fn compose(letter: &Letter<'_>, envelope: Envelope<'_>) -> Result<Message, lettre::error::Error> {
    let from = Mailbox::new(Some(one_line(letter.merchant)), envelope.from.clone());
    // Given, since it would be read again from the header, by a rule that knows fewer addresses.
    let way = lettre::address::Envelope::new(Some(envelope.from.clone()), vec![envelope.to.clone()])?;
    let to = Mailbox::new(None, envelope.to);
    let mut message = Message::builder().envelope(way).from(from).to(to).subject(one_line(&letter.subject)).message_id(Some(envelope.id));
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
            .singlepart(part(ContentType::TEXT_HTML, html(letter, direction(letter.language)))),
    )
}

fn text(letter: &Letter<'_>) -> String {
    let mut text = String::new();
    if let Some(hello) = &letter.hello {
        text.push_str(&one_line(hello));
        text.push_str("\n\n");
    }
    // Writing into memory does not fail.
    let _written = writeln!(text, "{}", letter.intro);
    for about in &letter.about {
        text.push('\n');
        for Row { label, value, .. } in about {
            let _written = writeln!(text, "{label}: {}", one_line(value));
        }
    }
    if let Some(Link { lead, address, private, .. }) = &letter.link {
        let _written = writeln!(text, "\n{lead}\n{address}\n\n{private}");
    }
    let merchant = one_line(letter.merchant);
    let _written = writeln!(text, "\n-- \n{merchant}\n{}", letter.why.replace("{merchant}", &merchant));
    text
}

/// What a customer or a merchant wrote, on one line: nothing of it is to look like a line of ours.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if is_break(character) { ' ' } else { character }).collect()
}

/// U+2028 and U+2029 end a line as well, and are no control characters.
fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}
