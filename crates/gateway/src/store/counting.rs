//! A store that counts what it is asked for, for tests: jobs, statements, rows.

use std::sync::{Arc, Mutex, PoisonError};

use super::directory::Remembered;
use super::engine::{Engine, Row, Sql, Step, Value};
use super::{Answer, StoreError};

/// How much a store did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Jobs that read.
    pub(crate) reads: usize,
    /// Jobs that change something, each a transaction.
    pub(crate) changes: usize,
    /// Statements of both.
    pub(crate) statements: usize,
    /// Rows they found.
    pub(crate) rows: usize,
}

/// The store, and what it did.
#[derive(Debug)]
pub(crate) struct Counting<E> {
    inner: E,
    work: Arc<Mutex<Work>>,
}

struct Counted<'a> {
    inner: &'a mut dyn Sql,
    work: &'a Mutex<Work>,
}

fn locked(work: &Mutex<Work>) -> std::sync::MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<E> Counting<E> {
    pub(crate) fn new(inner: E) -> Counting<E> {
        Counting { inner, work: Arc::default() }
    }

    /// What it did since it was last asked.
    pub(crate) fn work(&self) -> Work {
        std::mem::take(&mut *locked(&self.work))
    }
}

impl Sql for Counted<'_> {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        locked(self.work).statements += 1;
        self.inner.execute(statement, values)
    }

    fn rows(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = self.inner.rows(statement, values)?;
        let mut work = locked(self.work);
        work.statements += 1;
        work.rows += rows.len();
        Ok(rows)
    }
}

impl<E: Engine> Engine for Counting<E> {
    fn read<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        locked(&self.work).reads += 1;
        let work = Arc::clone(&self.work);
        self.inner.read(move |sql| job(&mut Counted { inner: sql, work: &work }))
    }

    fn change<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static) -> Answer<'_, T> {
        locked(&self.work).changes += 1;
        let work = Arc::clone(&self.work);
        self.inner.change(move |sql| job(&mut Counted { inner: sql, work: &work }))
    }

    fn remembered(&self) -> &Remembered {
        self.inner.remembered()
    }
}
