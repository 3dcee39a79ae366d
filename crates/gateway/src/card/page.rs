//! The hosted page: the same card for links, mails and QR codes, painted by the server, filled with what was typed elsewhere.
//!
//! Two frames. The first page has the card in a shadow root, for the loader to take over. A page that answers its form has
//! it in the document itself, without a script: who sent it had none, and there a link leads from the error summary to a
//! field.

use regcard::form::{Answers, FormState, Given, Phase};
use regcard::text::{Text, Texts, Words, plural};
use regcard::view::{Plain, render_plain};
use regcard_protocol::form::{FieldKind, Form};

use super::Subject;
use crate::origin::Origin;

/// What a hosted page is made of.
#[derive(Debug)]
pub struct Page<'a> {
    /// For whom, which form, in which language.
    pub subject: &'a Subject,
    /// What the card says.
    pub words: &'a Words,
    /// The merchant's name.
    pub merchant: &'a str,
    /// Whether a test key asks, so that nobody takes it for a real one.
    pub test: bool,
    /// The card's style sheets.
    pub card_styles: &'a [String],
    /// The frame's style sheet.
    pub page_style: &'a str,
    /// The form as it stands, or the end.
    pub state: FormState,
    /// The page's nonce.
    pub nonce: String,
    /// Whether it answers a form that such a page sent.
    pub answers: bool,
}

/// Whose post an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The hosted page's own: what was ticked there a person has ticked.
    Own,
    /// A link's, or another page's: nobody's consent and no ticked box comes from there.
    Elsewhere,
}

/// The page as HTML.
pub fn page(page: Page<'_>) -> String {
    let Subject { public_url, key, slug, language } = page.subject;
    let title = title(&page.state, page.words);
    let here = page.subject.page_in_language();
    let card = render_plain(page.state, page.words, &here, Plain { nonce: page.nonce, trap: !page.answers, again: here.clone() });
    let style = |name: &str| format!("<link rel=\"stylesheet\" href=\"{}\">", escaped(&format!("{public_url}/v1/assets/{name}")));
    let page_style = style(page.page_style);
    let card_styles: String = page.card_styles.iter().map(|name| style(name)).collect();
    let (head, body) = if page.answers {
        (format!("{card_styles}{page_style}"), format!("<div class=\"plain\">{card}</div>"))
    } else {
        let script = escaped(&format!("{public_url}/v1/{key}/regcard.js?form={slug}&lang={language}"));
        let root = format!("<template shadowrootmode=\"open\">{card_styles}{page_style}{card}</template>");
        (
            format!("{page_style}\n<script defer src=\"{script}\"></script>"),
            format!("<reg-card form=\"{slug}\" lang=\"{language}\">{root}</reg-card>"),
        )
    };
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title} · {merchant}</title>\n<link rel=\"icon\" href=\"data:,\">\n{head}\n\
         </head>\n<body>\n<header>{merchant}</header>\n<main>\n{test}{body}\n</main>\n</body>\n</html>\n",
        direction = regcard::text::direction(language).attribute(),
        title = escaped(&title),
        merchant = escaped(page.merchant),
        test = if page.test { format!("<p class=\"test\">{}</p>\n", test_line(language)) } else { String::new() },
    )
}

/// The title is what a screen reader says first of a page that answers.
fn title(state: &FormState, words: &Words) -> String {
    let texts = Texts::from(words.texts.clone());
    let say = |text: Text| texts.get(text).to_owned();
    let title = state.form.title.clone().unwrap_or_else(|| say(Text::Title));
    match &state.phase {
        Phase::Done(done) => say(if done.queued { Text::DoneQueued } else { Text::Done }),
        Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Sending(_) | Phase::Settling { .. } => {
            let faults = state.faults().len().max(usize::from(state.notice.is_some()));
            let problem = || texts.count(Text::Problem, plural(words.language, faults), faults);
            if state.summary || state.notice.is_some() { format!("{} · {title}", problem()) } else { title }
        }
    }
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

/// What was typed, for the controls that take it, by the form's definition. No file comes from here.
pub fn answers(form: &Form, given: &[(String, String)], whose: Whose) -> Answers {
    let mut answers = Answers::default();
    for field in &form.fields {
        let comes = |key: &str| given.iter().any(|(name, _)| name == key);
        let ticked = || comes(&field.key);
        // What a link calls it, unless it names the field itself.
        let called = field.from_url.as_deref().filter(|_| whose == Whose::Elsewhere && !comes(&field.key)).unwrap_or(&field.key);
        let mut push = |read: &dyn Fn(&str) -> String| {
            for (_, text) in given.iter().filter(|(name, _)| name == called) {
                answers.push(&field.key, Given::Text(read(text)));
            }
        };
        match field.kind {
            FieldKind::Checkbox | FieldKind::Consent => match whose {
                Whose::Own => answers.push(&field.key, Given::Ticked(ticked())),
                Whose::Elsewhere => {}
            },
            FieldKind::Receipt | FieldKind::Address | FieldKind::Heading | FieldKind::Help => {}
            FieldKind::Email => push(&|text| match whose {
                Whose::Own => text.to_owned(),
                // A blank cannot stand in an address: one inside it is a plus that a link forgot to encode.
                Whose::Elsewhere => text.trim().replace(' ', "+"),
            }),
            // There are as many rows as numbers, whatever blank ones were sent along.
            FieldKind::SerialNumber => {
                for (_, text) in given.iter().filter(|(name, text)| name == called && !text.trim().is_empty()) {
                    answers.push(&field.key, Given::Text(text.clone()));
                }
            }
            // On their way lines end with two characters.
            FieldKind::LongText => push(&|text| text.replace("\r\n", "\n")),
            FieldKind::Name
            | FieldKind::Product
            | FieldKind::PurchaseDate
            | FieldKind::Text
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Country
            | FieldKind::Hidden => push(&str::to_owned),
        }
    }
    answers
}

/// What stands over the form of a test key.
fn test_line(language: &str) -> &'static str {
    match language {
        "es" => "Prueba: aquí no se registra nada.",
        "fr" => "Test : rien n’est enregistré ici.",
        "de" => "Test: Hier wird nichts registriert.",
        "it" => "Prova: qui non viene registrato nulla.",
        "pt-BR" => "Teste: nada é registrado aqui.",
        "nl" => "Test: hier wordt niets geregistreerd.",
        "sv" => "Test: inget registreras här.",
        "pl" => "Test: nic nie jest tu rejestrowane.",
        "ar" => "تجربة: لا يُسجَّل هنا شيء.",
        "ja" => "テスト：ここでは何も登録されません。",
        "zh-Hans" => "测试：此处不会注册任何内容。",
        _ => "Test: nothing is registered here.",
    }
}

/// A text within HTML, also in quotes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use regcard::text::languages;

    #[test]
    fn every_language_says_that_this_is_a_test() {
        let said: std::collections::HashSet<_> = languages().into_iter().map(test_line).collect();
        assert_eq!(said.len(), languages().len());
    }

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
