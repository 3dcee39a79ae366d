//! Quotes that are opened and not closed where they should be. Whoever reads cells takes everything to the next quote for one of them, to
//! the end of the file if there is none; this looks on, and tells where that began.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    at: At,
    /// Bytes and line ends that have passed.
    passed: u64,
    ends: u64,
    last: u8,
    ended: bool,
    /// Where the last quote that began a cell stands: bytes and line ends before it.
    opened: (u64, u64),
    /// Quoted cells with line ends that go on behind their last quote: where the quote stands that opens them, and that goes on.
    torn: Vec<(u64, u64)>,
}

/// Where in a cell the next byte is. As the reader of cells has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted {
        lines: bool,
    },
    /// Behind a quote that closes the cell, or is the first half of one that belongs to it.
    Quote {
        lines: bool,
    },
    /// Blanks behind a closed cell belong to it, and mean nothing.
    Behind {
        lines: bool,
    },
}

/// Bytes that are looked at as they pass.
pub(super) struct Watched<R> {
    source: R,
    delimiter: u8,
    seen: Rc<RefCell<Seen>>,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(source: R, delimiter: u8) -> (Watched<R>, Rc<RefCell<Seen>>) {
        let seen = Rc::default();
        (Watched { source, delimiter, seen: Rc::clone(&seen) }, seen)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        let mut seen = self.seen.borrow_mut();
        seen.ended = count == 0 && !into.is_empty();
        into[..count].iter().for_each(|byte| seen.pass(*byte, self.delimiter));
        Ok(count)
    }
}

impl Seen {
    fn pass(&mut self, byte: u8, delimiter: u8) {
        let end = matches!(byte, b'\n' | b'\r');
        let outside = |otherwise: At| if byte == delimiter || end { At::Start } else { otherwise };
        self.at = match self.at {
            At::Start if byte == b'"' => {
                self.opened = (self.passed, self.ends);
                At::Quoted { lines: false }
            }
            At::Start | At::Plain => outside(At::Plain),
            At::Quoted { lines } if byte == b'"' => At::Quote { lines },
            At::Quoted { lines } => At::Quoted { lines: lines || end },
            At::Quote { lines } if byte == b'"' => At::Quoted { lines },
            At::Quote { lines } | At::Behind { lines } if matches!(byte, b' ' | b'\t') && byte != delimiter => At::Behind { lines },
            At::Quote { lines } | At::Behind { lines } => {
                if lines && outside(At::Plain) == At::Plain {
                    self.torn.push((self.opened.0, self.opened.1));
                }
                outside(At::Plain)
            }
        };
        // A return and a line feed are one end.
        self.ends += u64::from(end && !(byte == b'\n' && self.last == b'\r'));
        self.passed += 1;
        self.last = byte;
    }

    /// What is wrong with the quotes of a record that ends before this byte, and after how many line ends it begins.
    pub(super) fn wrong(&mut self, before: u64) -> Option<(u64, String)> {
        let here = self.torn.iter().take_while(|(opened, _)| *opened < before).count();
        let first = self.torn.drain(..here).next();
        if let Some((_, ends)) = first {
            return Some((ends, "a quote (\") is opened here, and the next one, on a later line, closes no cell".to_owned()));
        }
        let (opened, ends) = self.opened;
        if !(self.ended && matches!(self.at, At::Quoted { .. }) && opened < before) {
            return None;
        }
        let lines = self.ends + u64::from(!matches!(self.last, b'\n' | b'\r'));
        Some((
            ends,
            format!("a quote (\") is opened here and never closed; nothing of this line and the {} after it is read", lines - ends - 1),
        ))
    }
}
