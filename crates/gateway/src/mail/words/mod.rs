//! The words of mails, and of the page that their link leads to: a file a language. A language that lacks something is refused by the
//! compiler. No browser gets them; labels such as "Serial number" are the card's own.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod it;
mod ja;
mod nl;
mod pl;
mod pt_br;
mod sv;
mod zh_hans;

/// What a mail says in one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailWords {
    /// The subject; `{product}` is what was bought.
    pub subject: &'static str,
    /// The subject where no product is named.
    pub subject_plain: &'static str,
    /// The first line; `{name}` is the customer's.
    pub hello: &'static str,
    /// The first line where no name is known.
    pub hello_plain: &'static str,
    /// The sentence after it.
    pub intro: &'static str,
    /// Before the link, where a receipt can be added.
    pub see: &'static str,
    /// Before the link, where none can.
    pub see_only: &'static str,
    /// Why the link is nobody else's, where a receipt can be added.
    pub private: &'static str,
    /// The same where none can.
    pub private_only: &'static str,
    /// Why the mail came; `{merchant}` is the merchant's name.
    pub why: &'static str,
    /// The heading of the link's page.
    pub title: &'static str,
    /// Label of a day.
    pub registered_on: &'static str,
    /// The page's button.
    pub button: &'static str,
    /// In place of the button.
    pub receipt_here: &'static str,
    /// The same where another API keeps the registration.
    pub no_receipt_here: &'static str,
    /// Of a link that has run out, or whose registration is gone.
    pub gone: &'static str,
    /// What to do then.
    pub gone_then: &'static str,
    /// Of a link whose registration another API keeps, which does not answer.
    pub later: &'static str,
    /// What to do then.
    pub later_then: &'static str,
    /// The subject of a notice to the merchant; `{product}` is what was bought.
    pub notice_subject: &'static str,
    /// The subject where no product is named.
    pub notice_subject_plain: &'static str,
    /// What the notice says.
    pub notice_intro: &'static str,
    /// Label of the form's name.
    pub notice_form: &'static str,
    /// Why the notice came; `{merchant}` is the merchant's name.
    pub notice_why: &'static str,
}

/// The words of a language, English where there are none.
pub(crate) fn of(language: &str) -> &'static MailWords {
    match language {
        "de" => &de::WORDS,
        "es" => &es::WORDS,
        "fr" => &fr::WORDS,
        "it" => &it::WORDS,
        "pt-BR" => &pt_br::WORDS,
        "nl" => &nl::WORDS,
        "sv" => &sv::WORDS,
        "pl" => &pl::WORDS,
        "ar" => &ar::WORDS,
        "ja" => &ja::WORDS,
        "zh-Hans" => &zh_hans::WORDS,
        _ => &en::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_language_of_the_card_has_its_mails() {
        let subjects: HashSet<&str> = regcard::text::languages().map(|language| of(language).subject).into_iter().collect();
        assert_eq!(subjects.len(), regcard::text::languages().len());
    }

    #[test]
    fn what_is_filled_in_stands_once_in_each_language() {
        for language in regcard::text::languages() {
            let words = of(language);
            let filled = [
                (words.subject, "{product}"),
                (words.hello, "{name}"),
                (words.why, "{merchant}"),
                (words.notice_subject, "{product}"),
                (words.notice_why, "{merchant}"),
            ];
            for (text, name) in filled {
                assert_eq!(text.matches(name).count(), 1, "{language}: {text}");
            }
        }
    }
}
