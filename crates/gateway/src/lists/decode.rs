//! Bytes of a list as UTF-8, or as something that is close: UTF-16 is told by its first bytes and read as it comes. What is neither is
//! told line by line, where the cells are.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are read at a time.
const PIECE: usize = 64 * 1024;

/// A list's bytes, without a mark at their start, UTF-16 as UTF-8.
pub(super) struct Decoded<R> {
    source: R,
    /// Read, but not given out yet.
    ready: Vec<u8>,
    given: usize,
    utf16: Option<Decoder>,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Looks at the first bytes.
    pub(super) fn new(mut source: R) -> io::Result<Decoded<R>> {
        let mut start = vec![0; 4];
        let mut count = 0;
        while count < start.len() {
            match source.read(&mut start[count..])? {
                0 => break,
                more => count += more,
            }
        }
        start.truncate(count);
        // Without a mark, every other byte of what is mostly ASCII is nothing.
        let encoding = match start.as_slice() {
            [0xFF, 0xFE, ..] | [_, 0, _, 0] => Some(UTF_16LE),
            [0xFE, 0xFF, ..] | [0, _, 0, _] => Some(UTF_16BE),
            _ => None,
        };
        let mut decoded =
            Decoded { source, ready: Vec::new(), given: 0, utf16: encoding.map(|encoding| encoding.new_decoder()), ended: false };
        match decoded.utf16 {
            Some(_) => decoded.decode(&start, false),
            None => decoded.ready = start.strip_prefix(b"\xEF\xBB\xBF").map(<[u8]>::to_vec).unwrap_or(start),
        }
        Ok(decoded)
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool) {
        let Some(decoder) = &mut self.utf16 else {
            self.ready.extend_from_slice(bytes);
            return;
        };
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(4 * PIECE));
        loop {
            let (result, read, _replaced) = decoder.decode_to_string(bytes, &mut text, last);
            bytes = &bytes[read..];
            match result {
                CoderResult::InputEmpty => break,
                CoderResult::OutputFull => text.reserve(PIECE),
            }
        }
        self.ready.extend_from_slice(text.as_bytes());
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            self.ready.clear();
            self.given = 0;
            let mut piece = vec![0; PIECE];
            let count = self.source.read(&mut piece)?;
            self.ended = count == 0;
            self.decode(&piece[..count], self.ended);
        }
        let count = (self.ready.len() - self.given).min(into.len());
        into[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// A line's cells as text: UTF-8, and if any of them is not, all of them as Western European Windows writes them.
pub(super) fn texts(cells: &csv::ByteRecord) -> Vec<String> {
    match cells.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>() {
        Ok(texts) => texts.into_iter().map(str::to_owned).collect(),
        Err(_) => cells.iter().map(|cell| WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned()).collect(),
    }
}
