//! What has been answered, by the controls' names: read from a painted form, from the controls at submit, or posted to
//! the hosted page. It says nothing about whether an answer is any good.

/// Answers in the order of their controls; a name that comes several times has several values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(Vec<(String, Given)>);

/// What one control holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A text, a date, or a choice's value.
    Text(String),
    /// A box, ticked or not.
    Ticked(bool),
}

impl Answers {
    /// Adds what one control holds.
    pub fn push(&mut self, name: impl Into<String>, given: Given) {
        self.0.push((name.into(), given));
    }

    /// The first text of that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// Every text of that name.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(move |(key, given)| match given {
            Given::Text(text) if key == name => Some(text.as_str()),
            Given::Text(_) | Given::Ticked(_) => None,
        })
    }

    /// Whether the box of that name is ticked; `None` if there is none.
    pub fn ticked(&self, name: &str) -> Option<bool> {
        self.0.iter().find_map(|(key, given)| match given {
            Given::Ticked(ticked) if key == name => Some(*ticked),
            Given::Text(_) | Given::Ticked(_) => None,
        })
    }
}
