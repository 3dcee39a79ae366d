//! Two languages that nobody speaks, made from the English words, for tests: people can read the card in them and see what is wrong.
//!
//! Whoever reads a language is never given one of these. They have to be asked for by their exact tags.

use super::{Direction, ar, en};

/// A language that nobody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pseudo {
    /// `en-XA`: English with accents, in brackets, two fifths longer. What is cut off shows no closing bracket; what is not a text
    /// of ours shows none at all.
    Long,
    /// `ar-XB`: English from right to left. What does not turn with the lines stands out.
    Turned,
}

/// What is filled up with, word by word.
const FILLING: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen";

/// Right-to-left override, and its end.
const TURNED: (char, char) = ('\u{202E}', '\u{202C}');

impl Pseudo {
    pub(super) fn parse(tag: &str) -> Option<Pseudo> {
        [Pseudo::Long, Pseudo::Turned].into_iter().find(|pseudo| pseudo.tag().eq_ignore_ascii_case(tag))
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Pseudo::Long => "en-XA",
            Pseudo::Turned => "ar-XB",
        }
    }

    pub(super) fn direction(self) -> Direction {
        match self {
            Pseudo::Long => en::LANGUAGE.direction,
            Pseudo::Turned => ar::LANGUAGE.direction,
        }
    }

    /// Those of the language that browsers take the tag for.
    pub(super) fn plurals(self) -> &'static [&'static str] {
        match self {
            Pseudo::Long => en::LANGUAGE.plurals,
            Pseudo::Turned => ar::LANGUAGE.plurals,
        }
    }

    pub(super) fn words(self, english: &str) -> String {
        if !english.starts_with("one=") {
            return self.made(english);
        }
        let form = |category: &str| {
            let of = |wanted: &str| english.split('|').find_map(|part| part.strip_prefix(wanted)?.strip_prefix('='));
            of(category).or_else(|| of("other")).unwrap_or(english)
        };
        let forms: Vec<String> = self.plurals().iter().map(|category| format!("{category}={}", self.made(form(category)))).collect();
        forms.join("|")
    }

    fn made(self, english: &str) -> String {
        match self {
            Pseudo::Long => {
                let more = (english.chars().count() * 2).div_ceil(5);
                let filling: String = FILLING.chars().cycle().take(more).collect();
                format!("[{} {}]", outside_of_braces(english, accented), outside_of_braces(filling.trim_end(), accented))
            }
            Pseudo::Turned => outside_of_braces(english, turned),
        }
    }
}

/// What is filled in later stays as it is.
fn outside_of_braces(words: &str, change: impl Fn(&str) -> String) -> String {
    let mut made = String::new();
    for piece in words.split_inclusive('}') {
        let (before, name) = piece.split_at(piece.find('{').unwrap_or(piece.len()));
        made.push_str(&change(before));
        made.push_str(name);
    }
    made
}

fn accented(words: &str) -> String {
    const PLAIN: &str = "AaCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz";
    const ACCENTED: &str = "ÅåÇçĐđÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŔŕŠšŢţÛûŴŵÝýŽž";
    let one =
        |letter: char| PLAIN.chars().zip(ACCENTED.chars()).find(|(plain, _)| *plain == letter).map_or(letter, |(_, accented)| accented);
    words.chars().map(one).collect()
}

/// Word by word, so that the lines break where they would.
fn turned(words: &str) -> String {
    let one = |word: &str| if word.is_empty() { String::new() } else { format!("{}{word}{}", TURNED.0, TURNED.1) };
    words.split(' ').map(one).collect::<Vec<_>>().join(" ")
}
