//! What a text has to look like, in the words of a merchant's file: `AA-9{6}`, `9{4,6}|X9{3}`.
//!
//! Not a regular expression: this can be checked by card and gateway alike, takes no time that grows, and tells at each
//! place whether a digit or a letter belongs there, which is what forgives an O for a 0.

/// What a text has to look like.
///
/// `9` is a digit, `A` a letter, `N` a letter or a digit, `?` any character; `{3}` behind one of them says how many, `{2,5}` from how
/// many to how many; `|` parts alternatives; `\` takes the next character as it is; anything else stands for itself, without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Vec<Piece>>);

/// Some characters of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    class: Class,
    least: usize,
    most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Either,
    Any,
    Exactly(char),
}

/// 64 of one kind: as long as a serial number can be.
const MOST: usize = 64;

impl Pattern {
    /// Reads a pattern. `None` if it makes no sense.
    pub fn parse(text: &str) -> Option<Pattern> {
        let mut ways = vec![Vec::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let way = ways.last_mut()?;
            let class = match character {
                '|' => {
                    ways.push(Vec::new());
                    continue;
                }
                '{' => {
                    let counts: String = characters.by_ref().take_while(|character| *character != '}').collect();
                    let (least, most) = counts.split_once(',').unwrap_or((&counts, &counts));
                    let piece: &mut Piece = way.last_mut()?;
                    (piece.least, piece.most) = (least.trim().parse().ok()?, most.trim().parse().ok()?);
                    if piece.least > piece.most || piece.most > MOST {
                        return None;
                    }
                    continue;
                }
                '9' => Class::Digit,
                'A' => Class::Letter,
                'N' => Class::Either,
                '?' => Class::Any,
                '\\' => Class::Exactly(characters.next()?),
                other => Class::Exactly(other),
            };
            way.push(Piece { class, least: 1, most: 1 });
        }
        ways.iter().all(|way| !way.is_empty()).then_some(Pattern(ways))
    }

    /// Whether a text looks like that, from its first character to its last.
    pub fn fits(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        self.0.iter().any(|way| fits(way, &text, Class::takes))
    }

    /// The texts that look like that once each character which is easily taken for another one is read as that other one: a
    /// digit where a digit belongs, a letter where a letter does. At most `limit`, and never the text itself.
    pub fn meant(&self, text: &str, limit: usize) -> Vec<String> {
        let typed: Vec<char> = text.chars().collect();
        let mut found: Vec<String> = Vec::new();
        for way in &self.0 {
            let Some(classes) = classes(way, typed.len()) else { continue };
            let read = typed.iter().zip(classes).map(|(character, class)| class.reads(*character)).collect::<Option<String>>();
            if let Some(read) = read.filter(|read| read != text && !found.contains(read)) {
                found.push(read);
            }
        }
        found.truncate(limit);
        found
    }
}

impl Class {
    fn takes(self, character: char) -> bool {
        match self {
            Class::Digit => character.is_ascii_digit(),
            // What is not ASCII counts as a letter: which of it is one takes tables that every customer would download.
            Class::Letter => character.is_ascii_alphabetic() || !character.is_ascii(),
            Class::Either => character.is_ascii_alphanumeric() || !character.is_ascii(),
            Class::Any => true,
            Class::Exactly(one) => one.eq_ignore_ascii_case(&character),
        }
    }

    /// The character, or the one that looks like it and belongs here.
    fn reads(self, character: char) -> Option<char> {
        if self.takes(character) {
            return Some(character);
        }
        let alike = LOOK_ALIKE.iter().filter_map(|(letters, digit)| {
            if letters.contains(character.to_ascii_uppercase()) {
                Some(*digit)
            } else if *digit == character {
                letters.chars().next()
            } else {
                None
            }
        });
        alike.into_iter().find(|other| self.takes(*other))
    }
}

/// Letters that are easily taken for a digit, the likeliest first.
const LOOK_ALIKE: [(&str, char); 6] = [("O", '0'), ("IL", '1'), ("S", '5'), ("B", '8'), ("Z", '2'), ("G", '6')];

/// Whether pieces cover a text. Each place of the text is looked at once for each piece, so a long text takes no longer than that.
fn fits(way: &[Piece], text: &[char], takes: fn(Class, char) -> bool) -> bool {
    // Which places of the text can come next.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for piece in way {
        let mut next = vec![false; text.len() + 1];
        for start in (0..=text.len()).filter(|start| reached[*start]) {
            for count in 0..=piece.most.min(text.len() - start) {
                if count > 0 && !takes(piece.class, text[start + count - 1]) {
                    break;
                }
                if count >= piece.least {
                    next[start + count] = true;
                }
            }
        }
        reached = next;
    }
    reached[text.len()]
}

/// What belongs at each place of a text of this length, where that is clear: at most one piece may vary.
fn classes(way: &[Piece], length: usize) -> Option<Vec<Class>> {
    let least: usize = way.iter().map(|piece| piece.least).sum();
    let mut spare = length.checked_sub(least)?;
    let mut classes = Vec::with_capacity(length);
    for piece in way {
        let more = spare.min(piece.most - piece.least);
        spare -= more;
        classes.extend(std::iter::repeat_n(piece.class, piece.least + more));
    }
    (spare == 0).then_some(classes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn digits_letters_and_how_many_of_them() {
        let format = pattern("AA-9{4,6}|\\A9{2}");
        for good in ["DE-1234", "de-123456", "A12", "a12"] {
            assert!(format.fits(good), "{good}");
        }
        for bad in ["", "DE-123", "DE-1234567", "D1-1234", "DE-12A4", "DE-1234 ", "B12", "A123"] {
            assert!(!format.fits(bad), "{bad}");
        }
        assert!(pattern("N{1,64}").fits("Ä1é") && pattern("#?9").fits("#x1"));
    }

    #[test]
    fn what_makes_no_sense_is_no_pattern() {
        for text in ["", "|", "9|", "{3}", "9{", "9{x}", "9{3,2}", "9{65}", "A\\"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
        assert!(Pattern::parse("9{64}").is_some());
    }

    #[test]
    fn an_o_is_read_as_a_zero_where_a_digit_belongs() {
        let format = pattern("AA-9{6}");
        assert_eq!(format.meant("SN-12O4I6", 3), ["SN-120416"]);
        assert_eq!(format.meant("5N-123456", 3), ["SN-123456"]);
        assert_eq!(format.meant("SN-123456", 3), Vec::<String>::new());
        assert_eq!(format.meant("SN-12X456", 3), Vec::<String>::new());
        assert_eq!(pattern("9A|A9").meant("O0", 1).len(), 1);
    }

    proptest! {
        #[test]
        fn no_text_and_no_pattern_is_too_much(format in ".{0,40}", text in ".{0,80}") {
            if let Some(pattern) = Pattern::parse(&format) {
                for meant in pattern.meant(&text, 3) {
                    prop_assert!(pattern.fits(&meant), "{format} {text} {meant}");
                }
            }
        }
    }
}
