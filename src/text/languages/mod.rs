//! The languages: which there are, and which of them is nearest to the one that somebody reads. What they say stands in their files.
//!
//! Only the gateway has this. It knows nothing of merchants' own words.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod it;
mod ja;
mod nl;
mod pl;
mod pseudo;
mod pt_br;
mod sv;
mod zh_hans;

use regcard_protocol::by_key::ByKey;

use super::Text;
use pseudo::Pseudo;

const COUNT: usize = 12;

/// All of them, English first. One more is its file, its `mod` line above, and its line here.
static ALL: [Language; COUNT] = [
    ENGLISH,
    es::LANGUAGE,
    fr::LANGUAGE,
    de::LANGUAGE,
    it::LANGUAGE,
    pt_br::LANGUAGE,
    nl::LANGUAGE,
    sv::LANGUAGE,
    pl::LANGUAGE,
    ar::LANGUAGE,
    ja::LANGUAGE,
    zh_hans::LANGUAGE,
];

/// What is spoken where nothing else is known.
const ENGLISH: Language = en::LANGUAGE;

/// A language.
struct Language {
    /// Its BCP 47 tag.
    tag: &'static str,
    /// Tags of others that read it, as long as they have none of their own.
    also: &'static [&'static str],
    /// Where its lines begin.
    direction: Direction,
    /// The categories that words which count have a form for: those of Unicode CLDR, as `Intl.PluralRules` names them.
    plurals: &'static [&'static str],
    /// What it says.
    words: fn(Text) -> &'static str,
    /// What it calls the countries, in its own order: a code and a name a line. `countries/list.mjs` makes it.
    countries: &'static str,
    /// What it says in the same words as English, and why.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the tests want a reason"))]
    as_in_english: &'static [(Text, &'static str)],
}

/// Where lines begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// At the left.
    LeftToRight,
    /// At the right.
    RightToLeft,
}

impl Direction {
    /// As the attribute `dir` has it.
    pub fn attribute(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

/// What a card says, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The language, as [`nearest`] or [`asked`] names it.
    pub language: &'static str,
    /// Every text, by its key.
    pub texts: ByKey<String>,
}

impl Words {
    /// What a card says by itself.
    pub fn of(language: &'static str) -> Words {
        Words { language, texts: table(language) }
    }
}

/// The tags of all languages, English first.
pub fn languages() -> [&'static str; COUNT] {
    std::array::from_fn(|position| ALL[position].tag)
}

/// What else a card can be asked for that is given in this language: every language. One that nobody speaks stands alone, so that a
/// test sees nothing else whatever the page around it is written in.
pub fn choice(language: &'static str) -> Vec<&'static str> {
    if Pseudo::parse(language).is_some() { vec![language] } else { languages().to_vec() }
}

/// The language that stands here and is nearest to a tag such as `de-AT`, if one is: the tag is shortened from its end until one fits.
pub fn nearest(tag: &str) -> Option<&'static str> {
    let mut wanted = tag.trim();
    loop {
        let fits = |language: &&Language| {
            language.tag.eq_ignore_ascii_case(wanted) || language.also.iter().any(|also| also.eq_ignore_ascii_case(wanted))
        };
        if let Some(language) = ALL.iter().find(fits) {
            return Some(language.tag);
        }
        wanted = wanted.rsplit_once(['-', '_'])?.0;
    }
}

/// [`nearest`], for a tag that somebody wrote down: by their exact tags there are also two languages that nobody speaks, which show
/// in a test what is cut off (`en-XA`), what does not turn with the lines (`ar-XB`), and what is said past the texts.
pub fn asked(tag: &str) -> Option<&'static str> {
    Pseudo::parse(tag).map(Pseudo::tag).or_else(|| nearest(tag))
}

/// Where the lines of a language begin that [`nearest`] or [`asked`] names.
pub fn direction(language: &str) -> Direction {
    Pseudo::parse(language).map_or_else(|| of(language).direction, Pseudo::direction)
}

/// The plural categories of a language that [`nearest`] or [`asked`] names.
pub fn plurals(language: &str) -> &'static [&'static str] {
    Pseudo::parse(language).map_or_else(|| of(language).plurals, Pseudo::plurals)
}

/// Every text of a language that [`nearest`] or [`asked`] names, by key.
pub fn table(language: &str) -> ByKey<String> {
    let words = |text: Text| match Pseudo::parse(language) {
        Some(pseudo) => pseudo.words((ENGLISH.words)(text)),
        None => (of(language).words)(text).to_owned(),
    };
    Text::ALL.iter().map(|text| (text.key().to_owned(), words(*text))).collect()
}

/// Every country by code and name, in the order of the names, for where no browser can be asked.
pub fn countries(language: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    of(language).countries.lines().filter_map(|line| line.split_once(' '))
}

/// The names of what is filled into these words: `product` of "Your {product} is registered".
pub fn placeholders(words: &str) -> Vec<&str> {
    let mut names: Vec<&str> = words.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn of(language: &str) -> &'static Language {
    ALL.iter().find(|known| known.tag == language).unwrap_or(&ENGLISH)
}

#[cfg(test)]
mod tests;
