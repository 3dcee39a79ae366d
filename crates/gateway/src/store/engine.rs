//! What the stores have in common: a database that runs statements. Every statement stands once, under `sql`, for all of them.
//!
//! Statements are texts of the program, never put together while it runs. They name their values `?1`, `?2` …, and keep to what
//! SQLite, PostgreSQL and those that speak like it understand.

use super::directory::Remembered;
use super::{Answer, StoreError};

/// A value of a statement or of a row. Nothing is a value of a type, too: a database has to know which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a flag (0 or 1), an instant (milliseconds since 1970).
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// A row that a statement found, column by column.
#[derive(Clone, Debug)]
pub struct Row(Vec<Value>);

/// A connection to a database, within a transaction or for reading.
pub trait Sql {
    /// Runs a statement. How many rows it changed.
    ///
    /// # Errors
    /// As the database cannot do it. A transaction is of no use then; what may collide is written so that it changes no row.
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError>;

    /// Runs a statement. The rows it found.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    fn rows(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs a statement. The first row it found.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    fn row(&mut self, statement: &'static str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement, values)?.into_iter().next())
    }

    /// Whether a statement finds anything.
    ///
    /// # Errors
    /// As [`Sql::execute`].
    fn any(&mut self, statement: &'static str, values: &[Value]) -> Result<bool, StoreError> {
        Ok(!self.rows(statement, values)?.is_empty())
    }
}

/// What becomes of a job's changes.
#[derive(Debug)]
pub enum Step<T> {
    /// They are committed.
    Keep(T),
    /// They are taken back; the answer is given all the same.
    Undo(T),
}

/// A database. Jobs may be run again if it asks for that, so they change nothing but the store.
pub trait Engine: Send + Sync + std::fmt::Debug + 'static {
    /// Runs a job that only reads.
    fn read<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T>;

    /// Runs a job in a transaction, and answers once it is on the disk.
    fn change<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static) -> Answer<'_, T>;

    /// The same where nothing is ever taken back.
    fn write<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        self.change(move |sql| job(sql).map(Step::Keep))
    }

    /// The same for a long job, of which nothing is answered.
    fn load(&self, job: impl Fn(&mut dyn Sql) -> Result<(), StoreError> + Send + 'static) -> Answer<'_, ()> {
        self.write(job)
    }

    /// What is kept in memory of merchants and keys.
    fn remembered(&self) -> &Remembered;

    /// The same for what changes merchants, origins, forms or keys.
    fn write_directory<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        let written = self.write(job);
        Box::pin(async move {
            let answer = written.await;
            // Whatever came of it: an answer that was lost may stand for a change.
            self.remembered().forget();
            answer
        })
    }
}

impl Row {
    pub(super) fn new(values: Vec<Value>) -> Row {
        Row(values)
    }

    /// A text, or nothing.
    pub(super) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            Some(Value::Int(None) | Value::Bytes(None)) => Ok(None),
            Some(Value::Int(Some(_)) | Value::Bytes(Some(_))) | None => Err(StoreError::Content("no text where one was written")),
        }
    }

    /// A text.
    pub(super) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.maybe_text(column)?.ok_or(StoreError::Content("nothing where a text was written"))
    }

    /// A number, or nothing.
    pub(super) fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(*number),
            Some(Value::Text(None) | Value::Bytes(None)) => Ok(None),
            Some(Value::Text(Some(_)) | Value::Bytes(Some(_))) | None => Err(StoreError::Content("no number where one was written")),
        }
    }

    /// A number.
    pub(super) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or(StoreError::Content("nothing where a number was written"))
    }

    /// A number that counts.
    pub(super) fn count(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| StoreError::Content("a negative count"))
    }

    /// A flag.
    pub(super) fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// Bytes, or nothing.
    pub(super) fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes.clone()),
            Some(Value::Int(None) | Value::Text(None)) => Ok(None),
            Some(Value::Int(Some(_)) | Value::Text(Some(_))) | None => Err(StoreError::Content("no bytes where some were written")),
        }
    }

    /// A hash.
    pub(super) fn hash(&self, column: usize) -> Result<[u8; 32], StoreError> {
        let bytes = self.maybe_bytes(column)?.ok_or(StoreError::Content("nothing where a hash was written"))?;
        bytes.try_into().map_err(|_| StoreError::Content("a hash of another length"))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(Some(text.clone()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(Some(text))
    }
}

impl From<&Option<String>> for Value {
    fn from(text: &Option<String>) -> Value {
        Value::Text(text.clone())
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Value {
        Value::Text(text)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Value {
        Value::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Value {
        Value::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Int(Some(i64::from(number)))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Value {
        Value::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Int(Some(i64::from(flag)))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Value {
        Value::Bytes(bytes)
    }
}

impl From<&[u8; 32]> for Value {
    fn from(bytes: &[u8; 32]) -> Value {
        Value::Bytes(Some(bytes.to_vec()))
    }
}

/// The values of a statement, each as the database knows it.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::engine::Value::from($value)),*] };
}
pub(super) use values;
