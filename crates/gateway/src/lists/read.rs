//! Reading a list: its delimiter by its header, its columns by their names, its lines by their number.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use thiserror::Error;

use super::decode::{Decoded, texts};
use super::quotes::{Seen, Watched};
use super::write::{guarded, is_dangerous};

/// Delimiters that spreadsheets write, by country. Where there is none, or it cannot be told, it is the first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// 64 KiB of a header: thousands of columns.
const HEADER_BYTES: u64 = 64 * 1024;

/// Why a list cannot be read at all.
#[derive(Debug, Error)]
pub enum ListError {
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Nothing of it can be told from text.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Nothing is in it.
    #[error("there is nothing in it")]
    Empty,
    /// Columns nobody knows, or none that is needed.
    #[error("{what}; the columns are: {}", .seen.join(", "))]
    Columns {
        /// What is wrong with them.
        what: String,
        /// As they stand there.
        seen: Vec<String>,
    },
}

/// A list on its way.
pub struct List {
    reader: csv::Reader<Box<dyn Read>>,
    /// The columns, by the names that are known, or as they stand there.
    columns: Vec<String>,
    /// Lines before the header.
    before: u64,
    record: csv::ByteRecord,
    quotes: Rc<RefCell<Seen>>,
}

impl std::fmt::Debug for List {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("List").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, the first one 1.
    pub number: u64,
    /// Its cells, as many as there are columns, or why it has none.
    pub cells: Result<Vec<String>, String>,
}

impl List {
    /// Reads the header. `name` gives the name by which a column is known.
    ///
    /// # Errors
    /// If there is nothing to read.
    pub fn open(source: impl Read + 'static, name: impl Fn(&str) -> Option<&'static str>) -> Result<List, ListError> {
        let mut source = BufReader::new(Decoded::new(source)?);
        let (mut header, mut before) = (line(&mut source)?, 0);
        // Excel's own way to say what the delimiter is.
        let said = header
            .trim_ascii()
            .strip_prefix(b"sep=")
            .and_then(|rest| rest.first().copied())
            .or_else(|| header.starts_with(b"sep=\t").then_some(b'\t'));
        if said.is_some() {
            header = line(&mut source)?;
            before = 1;
        }
        let columns = |delimiter: u8| -> Vec<String> {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(header.as_slice());
            let first = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
            texts(&first).into_iter().map(|name| unguarded(name.trim()).to_owned()).collect()
        };
        // Whichever finds the most columns that are known; commas may stand in a cell.
        let known = |delimiter: &u8| {
            let columns = columns(*delimiter);
            (columns.iter().filter(|column| name(column).is_some()).count(), columns.len())
        };
        let delimiter = said.or_else(|| DELIMITERS.into_iter().rev().max_by_key(known)).unwrap_or(b',');
        let columns: Vec<String> =
            columns(delimiter).into_iter().map(|column| name(&column).map(str::to_owned).unwrap_or(column)).collect();
        if columns.iter().all(String::is_empty) {
            return Err(ListError::Empty);
        }
        let (source, quotes) = Watched::new(source, delimiter);
        // Trimmed here, cell by cell, once they are text.
        let reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(Box::new(source) as Box<dyn Read>);
        Ok(List { reader, columns, before: before + 1, record: csv::ByteRecord::new(), quotes })
    }

    /// The columns, by the names that are known, or as they stand there.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next line that has anything in it.
    ///
    /// # Errors
    /// If the file cannot be read any further.
    pub fn next_line(&mut self) -> Result<Option<Line>, ListError> {
        while self.reader.read_byte_record(&mut self.record)? {
            if let Some((ends, why)) = self.quotes.borrow_mut().wrong(self.reader.position().byte()) {
                return Ok(Some(Line { number: self.before + ends + 1, cells: Err(why) }));
            }
            let position = self.record.position();
            // Whoever counts line ends knows none that are returns alone.
            let number = self.before + position.map_or(0, |position| position.line().max(position.record() + 1));
            let mut cells: Vec<String> = texts(&self.record).into_iter().map(|cell| unguarded(cell.trim()).to_owned()).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            while cells.len() > self.columns.len() && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            let found = cells.len();
            cells.resize(self.columns.len().max(found), String::new());
            let cells =
                if found > self.columns.len() { Err(format!("has {found} cells, the header {}", self.columns.len())) } else { Ok(cells) };
            return Ok(Some(Line { number, cells }));
        }
        Ok(None)
    }
}

/// What keeps a cell from becoming a formula is no part of it.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        Some(_) | None => cell,
    }
}

/// Whether a text comes out of a cell as it went in.
pub fn keeps(text: &str) -> bool {
    !text.is_empty() && unguarded(guarded(text).trim()) == text
}

/// The first line, whichever way it ends.
fn line(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut source = source.take(HEADER_BYTES);
    loop {
        let (ended, used) = {
            let bytes = source.fill_buf()?;
            if bytes.is_empty() {
                return Ok(line);
            }
            match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    line.extend_from_slice(&bytes[..end]);
                    (Some(bytes[end]), end + 1)
                }
                None => {
                    line.extend_from_slice(bytes);
                    (None, bytes.len())
                }
            }
        };
        source.consume(used);
        match ended {
            // A return and a line feed are one end.
            Some(b'\r') => {
                if source.fill_buf()?.first() == Some(&b'\n') {
                    source.consume(1);
                }
                return Ok(line);
            }
            Some(_) => return Ok(line),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<&'static str> {
        ["serialNumber", "sku"].into_iter().find(|known| *known == name)
    }

    fn read(bytes: &[u8]) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let mut list = List::open(io::Cursor::new(bytes.to_vec()), known).unwrap();
        let mut lines = Vec::new();
        while let Some(line) = list.next_line().unwrap() {
            lines.push((line.number, line.cells.unwrap_or_else(|why| vec![why])));
        }
        (list.columns().to_vec(), lines)
    }

    fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn every_way_in_which_spreadsheets_write_a_list_is_the_same_list() {
        let text = "serialNumber,sku\r\nÄ-1,000123\r\nB 2,\"two, cells\"\r\n";
        let cp1252: Vec<u8> =
            text.chars().map(|character| if character == 'Ä' { 0xC4 } else { u8::try_from(character).unwrap() }).collect();
        let semicolons = text.replace("\"two, cells\"", "two, cells").replacen(',', ";", 2).replace("2,two", "2;two");
        let tabs = text.replacen(',', "\t", 2).replace("2,\"", "2\t\"");
        for (way, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("with a mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
            ("UTF-16, little", utf16(&tabs, true, true)),
            ("UTF-16, big", utf16(&tabs, false, true)),
            ("UTF-16 without a mark", utf16(&tabs, true, false)),
            ("Windows", cp1252),
            ("semicolons", semicolons.as_bytes().to_vec()),
            ("tabs", tabs.as_bytes().to_vec()),
            ("said to be semicolons", format!("sep=;\r\n{semicolons}").into_bytes()),
            ("said to be tabs", format!("sep=\t\r\n{tabs}").into_bytes()),
            ("returns alone", text.replace("\r\n", "\r").into_bytes()),
            ("line feeds alone", text.replace("\r\n", "\n").into_bytes()),
            ("no last end", text.trim_end().as_bytes().to_vec()),
            ("empty lines", text.replace("\r\n", "\r\n,,,\r\n").into_bytes()),
        ] {
            let (columns, lines) = read(&bytes);
            assert_eq!(columns, ["serialNumber", "sku"], "{way}");
            let cells: Vec<Vec<String>> = lines.into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(cells, [["Ä-1", "000123"], ["B 2", "two, cells"]], "{way}");
        }
    }

    #[test]
    fn a_line_is_told_by_its_number() {
        for text in ["serialNumber\nA\n\"B\nB\"\nC,D\n", "sep=,\nserialNumber\nA\nB\nC,D\n"] {
            let (_, lines) = read(text.as_bytes());
            assert_eq!(lines.last().unwrap(), &(5, vec!["has 2 cells, the header 1".to_owned()]));
        }
        assert_eq!(read(b"serialNumber\rA\rB\r").1.last().unwrap().0, 3);
    }

    #[test]
    fn what_keeps_a_cell_from_becoming_a_formula_is_no_part_of_it() {
        let (_, lines) = read(b"serialNumber,sku\n'=1+1,'+49\n'x,''=1\n");
        assert_eq!(lines[0].1, ["=1+1", "+49"]);
        assert_eq!(lines[1].1, ["'x", "'=1"]);
    }

    #[test]
    fn a_text_that_is_kept_comes_back_and_others_are_told() {
        for text in ["=1", "'=1", "''-1", "'t", "'", "a\nb", "\tx", "\"", "0042"] {
            assert!(keeps(text), "{text:?}");
            let mut written = Vec::new();
            let mut writer = crate::lists::Writer::new(&mut written, &["serialNumber"]).unwrap();
            writer.line([text]).unwrap();
            writer.end().unwrap();
            assert_eq!(read(&written).1[0].1, [text], "{text:?}");
        }
        for text in ["", " x", "x ", "\n=1", "x\t"] {
            assert!(!keeps(text), "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_by_its_line_and_takes_no_cell_with_it() {
        let open = "a quote (\") is opened here and never closed; nothing of this line and the";
        for (text, number, after) in [
            ("serialNumber,sku\nA,x\n\"B,y\nC,z\nD,w\n", 3, 2),
            ("serialNumber,sku\r\nA,x\r\nB,\"12\r\nC,z", 3, 1),
            ("serialNumber,sku\rA,x\r\"B,y\rC,z\r", 3, 1),
            ("sep=,\nserialNumber,sku\nA,x\n\"B", 4, 0),
            ("serialNumber,sku\n\"A\",x\n\"B\"\"\"\"\n", 3, 0),
        ] {
            let (_, lines) = read(text.as_bytes());
            assert_eq!((lines.len(), &lines[0].1[..]), (2, &["A".to_owned(), "x".to_owned()][..]), "{text:?}");
            assert_eq!(lines[1].0, number, "{text:?}");
            assert_eq!(lines[1].1, [format!("{open} {after} after it is read")], "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_meets_the_next_ones_cell_is_told_and_what_is_quoted_well_is_read() {
        let (_, lines) = read(b"serialNumber,sku\nA,\"12\nB,x\nC,\"14\nD,w\n");
        let torn = "a quote (\") is opened here, and the next one, on a later line, closes no cell";
        assert_eq!(lines, [(2, vec![torn.to_owned()]), (5, vec!["D".to_owned(), "w".to_owned()])]);
        let (_, lines) = read(b"serialNumber,sku\n\"A\" ,\"two\nlines, \"\"and\"\" a comma\"\nB,12\"\n\"C\"x,y\n");
        let cells: Vec<Vec<String>> = lines.into_iter().map(|(_, cells)| cells).collect();
        assert_eq!(cells, [["A", "two\nlines, \"and\" a comma"], ["B", "12\""], ["Cx", "y"]]);
    }

    #[test]
    fn nothing_is_no_list() {
        for nothing in [&b""[..], b"\n", b"\xEF\xBB\xBF", b";;;\n", b"sep=;"] {
            assert!(matches!(List::open(io::Cursor::new(nothing.to_vec()), known), Err(ListError::Empty)), "{nothing:?}");
        }
    }
}
