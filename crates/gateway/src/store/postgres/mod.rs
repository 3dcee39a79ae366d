//! PostgreSQL: a few connections, each with a thread of its own, that take jobs from one queue. For gateways that are several.
//!
//! Here transactions run side by side. What must not happen twice is kept from happening by the statements and constraints of
//! [`super::sql`], not by an order.

mod session;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use postgres::Config;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::directory::Remembered;
use super::engine::{Engine, Sql, Step};
use super::{Answer, StoreError};
use crate::limits;
use crate::measure;
use crate::panics;
use session::Session;

/// Done by whichever connection is free.
type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// The store of several gateways.
pub struct Postgres {
    jobs: Option<mpsc::SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    remembered: Remembered,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Postgres")
    }
}

impl Postgres {
    /// Opens the database that `url` names, `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require`, and brings it to this version's layout.
    ///
    /// # Errors
    /// [`StoreError::Url`] for an address that is none; whatever keeps the database from being reached or migrated; one that
    /// forgets what it has confirmed.
    pub fn open(url: &str) -> Result<Postgres, StoreError> {
        let config = patient(url.parse().map_err(StoreError::Url)?);
        let (jobs, queue) = mpsc::sync_channel::<Job>(limits::WRITER_QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut store = Postgres { jobs: Some(jobs), threads: Vec::new(), remembered: Remembered::default() };
        for _ in 0..limits::POSTGRES_CONNECTIONS {
            let (config, queue) = (config.clone(), Arc::clone(&queue));
            let work = move || {
                let mut session = Session::new(config);
                // A thread that panicked took nothing out of the queue with it.
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(job) = next() {
                    job(&mut session);
                }
            };
            store.threads.push(thread::Builder::new().name("store-postgres".into()).spawn(work).map_err(StoreError::Folder)?);
        }
        let (sender, receiver) = mpsc::channel();
        store.queue(Box::new(move |session| drop(sender.send(session.prepare()))))?;
        receiver.recv().map_err(|_| StoreError::Closed)??;
        Ok(store)
    }

    fn queue(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.as_ref().ok_or(StoreError::Closed)?.try_send(job).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::Closed,
        })
    }

    fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Session) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        let (sender, receiver) = oneshot::channel();
        // Who asked may have gone; what was committed stays.
        let queued = self.queue(Box::new(move |session| {
            let done = panics::contain(|| work(session)).unwrap_or_else(|panics::Panicked| {
                // Nobody knows what the connection is in the middle of.
                session.close();
                Err(StoreError::Panicked)
            });
            drop(sender.send(done));
        }));
        Box::pin(async move {
            queued?;
            // A server that says nothing at all is one that is away, as far as anybody can tell.
            timeout(limits::POSTGRES_ANSWER, receiver).await.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Closed)?
        })
    }
}

/// How long a server is waited for that cannot be reached, unless its address says so.
fn patient(mut config: Config) -> Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limits::POSTGRES_CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(limits::POSTGRES_SILENCE).keepalives_idle(limits::POSTGRES_SILENCE);
    }
    config
}

/// What was taken on is finished before the store closes.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ended = thread.join();
        }
    }
}

impl Engine for Postgres {
    fn read<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        self.run(move |session| session.reading(job))
    }

    fn change<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static) -> Answer<'_, T> {
        self.run(move |session| {
            let begun = Instant::now();
            let done = session.transaction(job);
            measure::committed(begun.elapsed());
            done
        })
    }

    fn remembered(&self) -> &Remembered {
        &self.remembered
    }
}

#[cfg(test)]
#[path = "../../../tests/it/database.rs"]
mod database;
#[cfg(test)]
#[path = "plans/tests.rs"]
mod plans;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Store;
    use super::super::conformance::conformance;
    use super::database::Database;
    use super::*;

    fn place() -> (Database, impl Fn() -> Arc<dyn Store>) {
        let database = Database::create();
        let url = database.url.clone();
        (database, move || -> Arc<dyn Store> { Arc::new(Postgres::open(&url).unwrap()) })
    }

    conformance!(place);

    /// More often than there are connections.
    #[tokio::test]
    async fn a_job_that_panics_takes_nothing_with_it() {
        let database = Database::create();
        let store = Postgres::open(&database.url).unwrap();
        let insert = |name: &'static str| {
            move |sql: &mut dyn Sql| {
                sql.execute("INSERT INTO merchants (id, name, created_at) VALUES (?1, ?1, 1)", &[name.into()]).map(Step::Keep)
            }
        };
        for _ in 0..=limits::POSTGRES_CONNECTIONS {
            let panicked = store.change(move |sql: &mut dyn Sql| -> Result<Step<u64>, StoreError> {
                insert("half")(sql)?;
                panic!("write")
            });
            assert!(matches!(panicked.await, Err(StoreError::Panicked)));
        }
        store.change(insert("after")).await.unwrap();
        let names = store.read(|sql: &mut dyn Sql| {
            sql.rows("SELECT id FROM merchants", &[])?.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(names.await.unwrap(), ["after".to_owned()]);
    }

    #[test]
    fn an_address_that_is_none_is_told() {
        assert!(matches!(Postgres::open("regcard"), Err(StoreError::Url(_))));
    }

    #[test]
    fn a_database_that_forgets_what_it_has_confirmed_is_not_used() {
        let database = Database::create();
        let mut client = database.url.parse::<Config>().unwrap().connect(::postgres::NoTls).unwrap();
        let off = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$";
        client.batch_execute(off).unwrap();
        assert!(matches!(Postgres::open(&database.url), Err(StoreError::Forgetful)));
    }

    #[test]
    fn a_server_that_is_not_there_is_told() {
        assert!(matches!(Postgres::open("postgres://nobody@127.0.0.1:1/none"), Err(StoreError::Away(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
        let database = Database::create();
        let store = Postgres::open(&database.url).unwrap();
        let (go_on, held) = mpsc::channel::<()>();
        let held = Mutex::new(held);
        let never = store.read(move |_: &mut dyn Sql| Ok(held.lock().unwrap().recv().is_ok()));
        assert!(matches!(never.await, Err(StoreError::Busy)));
        drop(go_on);
    }
}
