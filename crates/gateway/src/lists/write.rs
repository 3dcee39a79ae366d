//! Writing a list: UTF-8 with a mark, since Excel takes it for something else without one, and no cell that becomes a formula.

use std::borrow::Cow;
use std::io::{self, Write};

/// A list that is written.
pub struct Writer<W: Write>(csv::Writer<W>);

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Writer")
    }
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(mut output: W, columns: &[&str]) -> io::Result<Writer<W>> {
        output.write_all(b"\xEF\xBB\xBF")?;
        let mut writer = Writer(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output));
        writer.line(columns.iter().copied())?;
        Ok(writer)
    }

    /// Writes a line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn line<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(guarded(cell).as_bytes()).map_err(plain)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(plain)
    }

    /// Ends it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What the file said, so that it can be told whether somebody went away.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A cell that a spreadsheet shows and does not work out (OWASP, CSV injection).
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_dangerous(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Whether a spreadsheet may work it out. What looks as if it were guarded already is guarded once more, so that its own mark stays.
pub(super) fn is_dangerous(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        let mut written = Vec::new();
        let mut writer = Writer::new(&mut written, &["a", "b"]).unwrap();
        for cell in ["=1+1", "+49", "-1", "@x", "\tx", "\rx"] {
            writer.line([cell, "00042"]).unwrap();
        }
        writer.end().unwrap();
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.lines().nth(1), Some("'=1+1,00042"));
        assert_eq!(text.matches('\'').count(), 6);
        assert!(text.starts_with('\u{FEFF}') && text.ends_with("00042\r\n"));
    }
}
