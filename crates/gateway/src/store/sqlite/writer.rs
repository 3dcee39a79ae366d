//! The one thread that writes. Jobs that wait together are committed together: one fsync for all of them.
//!
//! Each job has a savepoint of its own, so that one that fails takes nothing of the others with it. Nobody is answered
//! before the commit is on the disk. A long job has a commit of its own and no savepoint, for which each page would be written once more.

use std::thread::{self, JoinHandle};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::super::engine::{Sql, Step};
use super::super::{Answer, StoreError};
use crate::limits;
use crate::measure;
use crate::panics;

/// Told how the commit went, sends the answer.
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Work = Box<dyn FnOnce(&Connection) -> Reply + Send>;

struct Job {
    work: Work,
    alone: bool,
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Writer, StoreError> {
        let (jobs, queue) = mpsc::channel(limits::WRITER_QUEUE);
        let thread =
            thread::Builder::new().name("store-writer".into()).spawn(move || work(&connection, queue)).map_err(StoreError::Folder)?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs a job, together with those that wait.
    pub(super) fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        self.queue(false, |connection| within_savepoint(connection, job))
    }

    /// Runs a long job by itself.
    pub(super) fn run_alone<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        self.queue(true, |connection| within_transaction(connection, job))
    }

    fn queue<T: Send + 'static>(
        &self,
        alone: bool,
        run: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let (sender, receiver) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let result = run(connection);
            Box::new(move |committed| {
                // Who asked may have gone; what was committed stays.
                let _gone = sender.send(match committed {
                    Ok(()) => result,
                    Err(error) => Err(error),
                });
            })
        });
        let jobs = self.jobs.clone();
        Box::pin(async move {
            jobs.ok_or(StoreError::Closed)?.try_send(Job { work, alone }).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
            })?;
            receiver.await.map_err(|_| StoreError::Closed)?
        })
    }
}

/// What was taken on is finished before the store closes.
impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn work(connection: &Connection, mut queue: mpsc::Receiver<Job>) {
    // One that has a commit of its own, and came while others were being committed.
    let mut held = None;
    while let Some(first) = held.take().or_else(|| queue.blocking_recv()) {
        let mut replies = Vec::new();
        let begun = Instant::now();
        let committed = together(connection, first, &mut queue, &mut held, &mut replies);
        measure::committed(begun.elapsed());
        if committed.is_err() && !connection.is_autocommit() {
            let _rolled_back = connection.execute_batch("ROLLBACK");
        }
        let failed = committed.err();
        for reply in replies {
            reply(failed.as_ref().map_or(Ok(()), |error| Err(copy(error))));
        }
    }
}

fn together(
    connection: &Connection,
    first: Job,
    queue: &mut mpsc::Receiver<Job>,
    held: &mut Option<Job>,
    replies: &mut Vec<Reply>,
) -> Result<(), StoreError> {
    let alone = first.alone;
    let begun = connection.execute_batch("BEGIN IMMEDIATE");
    let mut next = Some(first);
    while let Some(job) = next {
        // Without a transaction every job still gets its answer: the error that kept it from beginning.
        replies.push((job.work)(connection));
        next = if alone || replies.len() == limits::GROUP_COMMIT { None } else { queue.try_recv().ok() };
        *held = next.take_if(|next| next.alone);
    }
    begun?;
    if connection.is_autocommit() {
        // What a job by itself took back is told by its answer.
        return if alone { Ok(()) } else { Err(StoreError::Full) };
    }
    Ok(connection.execute_batch("COMMIT")?)
}

/// All of it or nothing, and the transaction with it.
fn within_transaction<T>(connection: &Connection, job: impl FnOnce(&mut dyn Sql) -> Result<Step<T>, StoreError>) -> Result<T, StoreError> {
    if connection.is_autocommit() {
        return Err(StoreError::Busy);
    }
    let (answer, keep) = match job(&mut &*connection) {
        Ok(Step::Keep(answer)) => (Ok(answer), true),
        Ok(Step::Undo(answer)) => (Ok(answer), false),
        Err(error) => (Err(error), false),
    };
    if !keep && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    answer
}

fn within_savepoint<T>(connection: &Connection, job: impl FnOnce(&mut dyn Sql) -> Result<Step<T>, StoreError>) -> Result<T, StoreError> {
    if connection.is_autocommit() {
        return Err(StoreError::Busy);
    }
    connection.execute_batch("SAVEPOINT job")?;
    // A job that panics is one that fails: the thread goes on, and so do the others that share its commit.
    let done = panics::contain(|| job(&mut &*connection)).unwrap_or(Err(StoreError::Panicked));
    let (answer, keep) = match done {
        Ok(Step::Keep(answer)) => (Ok(answer), true),
        Ok(Step::Undo(answer)) => (Ok(answer), false),
        Err(error) => (Err(error), false),
    };
    if !connection.is_autocommit() {
        connection.execute_batch(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    }
    answer
}

/// The same error for everyone whose changes were in the commit that failed.
fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Full => StoreError::Full,
        StoreError::Closed => StoreError::Closed,
        StoreError::Panicked => StoreError::Panicked,
        StoreError::Version(version) => StoreError::Version(version),
        StoreError::Content(what) => StoreError::Content(what),
        StoreError::Folder(error) => StoreError::Folder(std::io::Error::new(error.kind(), error.to_string())),
        StoreError::Sqlite(error) => StoreError::Folder(std::io::Error::other(error.to_string())),
        StoreError::Postgres(error) | StoreError::Away(error) | StoreError::Url(error) => {
            StoreError::Folder(std::io::Error::other(error.to_string()))
        }
        StoreError::Forgetful => StoreError::Forgetful,
        StoreError::Damaged { file, what } => StoreError::Damaged { file: file.clone(), what: what.clone() },
    }
}
