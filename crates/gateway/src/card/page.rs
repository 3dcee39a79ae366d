//! The hosted page: the same card for links, mails and QR codes, painted by the server, filled with what was typed elsewhere.

use regcard::form::{Answers, Given};
use regcard_protocol::form::{FieldKind, Form};

use super::Subject;
use crate::forms::LoadedForm;
use crate::origin::Origin;

/// What a hosted page is made of.
#[derive(Debug)]
pub struct Page<'a> {
    /// For whom, which form, in which language.
    pub subject: &'a Subject,
    /// The form.
    pub form: &'a LoadedForm,
    /// The merchant's name.
    pub merchant: &'a str,
    /// The card's style sheets.
    pub card_styles: &'a [String],
    /// The frame's style sheet.
    pub page_style: &'a str,
    /// What was typed elsewhere, name by name.
    pub given: &'a [(String, String)],
}

/// The page as HTML.
pub fn page(page: &Page<'_>) -> String {
    let Subject { public_url, key, slug, language } = page.subject;
    let card = regcard::view::render(
        &page.form.form,
        slug,
        &page.form.words,
        &page.subject.page_in_language(),
        &answers(&page.form.form, page.given),
    );
    let asset = |name: &str| escaped(&format!("{public_url}/v1/assets/{name}"));
    let card_styles = page.card_styles.iter().map(|name| format!("<link rel=\"stylesheet\" href=\"{}\">", asset(name))).collect::<String>();
    let title = page.form.form.title.clone().or_else(|| page.form.words.texts.get("title").cloned()).unwrap_or_default();
    let script = escaped(&format!("{public_url}/v1/{key}/regcard.js?form={slug}&lang={language}"));
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title} · {merchant}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{page_style}\">\n<script defer src=\"{script}\"></script>\n\
         </head>\n<body>\n<header>{merchant}</header>\n<main>\n\
         <reg-card form=\"{slug}\" lang=\"{language}\"><template shadowrootmode=\"open\">{card_styles}{card}</template></reg-card>\n\
         </main>\n</body>\n</html>\n",
        direction = regcard::text::direction(language).attribute(),
        title = escaped(&title),
        merchant = escaped(page.merchant),
        page_style = asset(page.page_style),
    )
}

/// The page's own content security policy: nothing from elsewhere, but that receipts may go where they are kept.
///
/// Nobody may frame it: it asks for personal data, and a merchant who wants the form on a page has the card.
pub fn policy(upload_origins: &[Origin]) -> String {
    let uploads: String = upload_origins.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'{uploads}; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What was typed elsewhere, for the controls that take it: nobody's consent, no ticked box and no file comes from a link.
fn answers(form: &Form, given: &[(String, String)]) -> Answers {
    let mut answers = Answers::default();
    for field in &form.fields {
        match field.kind {
            FieldKind::Checkbox | FieldKind::Consent | FieldKind::Receipt | FieldKind::Address | FieldKind::Heading | FieldKind::Help => {}
            FieldKind::Email => push(&mut answers, &field.key, given, |text| text.trim().replace(' ', "+")),
            FieldKind::Name
            | FieldKind::Product
            | FieldKind::SerialNumber
            | FieldKind::PurchaseDate
            | FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Country
            | FieldKind::Hidden => {
                push(&mut answers, &field.key, given, str::to_owned);
            }
        }
    }
    answers
}

/// A blank cannot stand in an address: one inside it is a plus that a link forgot to encode.
fn push(answers: &mut Answers, key: &str, given: &[(String, String)], read: impl Fn(&str) -> String) {
    for (_, text) in given.iter().filter(|(name, _)| name == key) {
        answers.push(key, Given::Text(read(text)));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchants_name_is_text() {
        assert_eq!(escaped("<b>\"A&B\"</b>"), "&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;");
    }

    #[test]
    fn receipts_may_go_where_they_are_kept_and_nothing_else_goes_anywhere() {
        let policy = policy(&[Origin::parse("https://files.example").unwrap()]);
        assert!(policy.contains("connect-src 'self' https://files.example;") && policy.starts_with("default-src 'none'"), "{policy}");
    }
}
