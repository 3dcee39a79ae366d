//! SQLite in a file: one thread that writes, several commits in one, and a few connections that read.

mod check;
mod connection;
mod copy;
mod writer;

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

use super::directory::Remembered;
use super::engine::{Engine, Sql, Step};
use super::{Answer, StoreError};
use crate::limits;
use crate::panics;
pub use copy::copy_database;
use writer::Writer;

/// The database within a data folder.
const FILE: &str = "regcard.sqlite3";

/// The oldest SQLite that does not lose committed rows in write-ahead mode (3.51.3), as SQLite numbers it.
const OLDEST: i32 = 3_051_003;

/// Each migration once, in order; their number is the file's `user_version`.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_first.sql"),
    include_str!("../../../migrations/sqlite/0002_several_receipts.sql"),
    include_str!("../../../migrations/sqlite/0003_registration_api.sql"),
    include_str!("../../../migrations/sqlite/0004_outbox.sql"),
    include_str!("../../../migrations/sqlite/0007_bucket.sql"),
    include_str!("../../../migrations/sqlite/0008_several_gateways.sql"),
    include_str!("../../../migrations/sqlite/0009_webhooks.sql"),
    include_str!("../../../migrations/sqlite/0010_mail.sql"),
    include_str!("../../../migrations/sqlite/0011_notices.sql"),
    include_str!("../../../migrations/sqlite/0012_directory.sql"),
];

/// The embedded store.
pub struct Sqlite {
    writer: Writer,
    readers: Arc<Readers>,
    remembered: Remembered,
}

struct Readers {
    free: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sqlite")
    }
}

impl Sqlite {
    /// Opens the store of a data folder; the first time it is made.
    ///
    /// # Errors
    /// [`StoreError::Version`] for a SQLite that loses rows; [`StoreError::Damaged`] for a file that is not whole; whatever keeps the file from being opened or migrated.
    pub fn open(data: &Path) -> Result<Sqlite, StoreError> {
        if rusqlite::version_number() < OLDEST {
            return Err(StoreError::Version(rusqlite::version()));
        }
        fs::create_dir_all(data).map_err(StoreError::Folder)?;
        let path = data.join(FILE);
        check::look(&path)?;
        let mut connection = connect(&path)?;
        migrate(&mut connection)?;
        // The one that writes keeps more of the file at hand, if it is large: a long list touches pages all over its indexes.
        connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;")?;
        let readers = (0..limits::READERS).map(|_| connect(&path)).collect::<Result<Vec<_>, _>>()?;
        let readers = Readers { free: Mutex::new(readers), permits: Semaphore::new(limits::READERS) };
        Ok(Sqlite { writer: Writer::start(connection)?, readers: Arc::new(readers), remembered: Remembered::default() })
    }
}

impl Engine for Sqlite {
    /// Away from the threads that answer.
    fn read<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        let readers = Arc::clone(&self.readers);
        Box::pin(async move {
            let _permit = readers.permits.acquire().await.map_err(|_| StoreError::Closed)?;
            let pool = Arc::clone(&readers);
            let work = move || {
                let connection = pool.free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Closed)?;
                let answer = panics::contain(|| job(&mut &connection)).unwrap_or(Err(StoreError::Panicked));
                pool.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                answer
            };
            tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?
        })
    }

    fn change<T: Send + 'static>(&self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError> + Send + 'static) -> Answer<'_, T> {
        self.writer.run(job)
    }

    fn load(&self, job: impl Fn(&mut dyn Sql) -> Result<(), StoreError> + Send + 'static) -> Answer<'_, ()> {
        self.writer.run_alone(move |sql| job(sql).map(Step::Keep))
    }

    fn remembered(&self) -> &Remembered {
        &self.remembered
    }
}

pub(in crate::store) fn connect(path: &Path) -> Result<Connection, StoreError> {
    // No shared cache, no URI names: the file is a file.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(look_again))?;
    // A plan hangs on no value: a statement with a value for its limit would be prepared anew each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 1000;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Whether to look once more if another process is writing.
fn look_again(looks: i32) -> bool {
    thread::sleep(limits::BUSY_EVERY);
    limits::BUSY_EVERY.saturating_mul(looks.unsigned_abs()) < limits::BUSY
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let newest = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if done > newest {
        return Err(StoreError::Content("a later version's layout"));
    }
    for migration in MIGRATIONS.iter().skip(done as usize) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

/// Whether the disk takes nothing more, whatever the system calls it: SQLite knows ENOSPC, and neither a quota (EDQUOT) nor a limit (EFBIG).
fn is_full(error: &rusqlite::Error) -> bool {
    let refused = [rusqlite::ffi::SQLITE_IOERR_WRITE, rusqlite::ffi::SQLITE_IOERR_TRUNCATE, rusqlite::ffi::SQLITE_IOERR_SHMSIZE];
    error.sqlite_error().is_some_and(|error| refused.contains(&error.extended_code))
}

/// What SQLite's words mean for those who ask.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
            _ if is_full(&error) => StoreError::Full,
            _ => StoreError::Sqlite(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::conformance::conformance;
    use super::*;

    fn folder() -> (tempfile::TempDir, impl Fn() -> Arc<dyn Store>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        (folder, move || -> Arc<dyn Store> { Arc::new(Sqlite::open(&path).unwrap()) })
    }

    conformance!(folder);

    fn insert(sql: &mut dyn Sql, name: &str) -> Result<Step<u64>, StoreError> {
        sql.execute("INSERT INTO merchants (id, name, created_at) VALUES (?1, ?1, 1)", &[name.into()]).map(Step::Keep)
    }

    /// More often than there are connections, and beside jobs that share its commit.
    #[tokio::test]
    async fn a_job_that_panics_takes_nothing_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        for _ in 0..=limits::READERS {
            let read = store.read(|_: &mut dyn Sql| -> Result<(), StoreError> { panic!("read") });
            assert!(matches!(read.await, Err(StoreError::Panicked)));
        }
        let fails = |sql: &mut dyn Sql| -> Result<Step<u64>, StoreError> {
            insert(sql, "half")?;
            panic!("write")
        };
        let (before, panicked, after) = tokio::join!(
            store.change(|sql: &mut dyn Sql| insert(sql, "before")),
            store.change(fails),
            store.change(|sql: &mut dyn Sql| insert(sql, "after")),
        );
        assert!(before.is_ok() && matches!(panicked, Err(StoreError::Panicked)) && after.is_ok());
        let names = store.read(|sql: &mut dyn Sql| {
            sql.rows("SELECT id FROM merchants ORDER BY id", &[])?.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(names.await.unwrap(), ["after".to_owned(), "before".to_owned()]);
    }

    /// As SQLite itself sees a full disk: it takes the whole transaction back.
    #[tokio::test]
    async fn what_finds_no_room_is_told_and_nothing_of_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        // One is fewer than there are: it becomes as many as there are.
        store.change(|sql: &mut dyn Sql| sql.rows("PRAGMA max_page_count = 1", &[]).map(Step::Keep)).await.unwrap();
        let many = |sql: &mut dyn Sql| -> Result<Step<u64>, StoreError> {
            let long = "x".repeat(8_000);
            (0..100).try_for_each(|number| insert(sql, &format!("{long}{number}")).map(drop))?;
            Ok(Step::Keep(100))
        };
        let (one, other) = tokio::join!(store.change(many), store.change(many));
        assert!(matches!((&one, &other), (Err(StoreError::Full), Err(StoreError::Full | StoreError::Busy))), "{one:?} {other:?}");
        store.change(|sql: &mut dyn Sql| sql.rows("PRAGMA max_page_count = 1000000", &[]).map(Step::Keep)).await.unwrap();
        store.change(|sql: &mut dyn Sql| insert(sql, "after")).await.unwrap();
        let names = store.read(|sql: &mut dyn Sql| {
            sql.rows("SELECT id FROM merchants", &[])?.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(names.await.unwrap(), ["after".to_owned()]);
    }

    #[test]
    fn a_file_of_a_later_version_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        drop(Sqlite::open(folder.path()).unwrap());
        let connection = connect(&folder.path().join("regcard.sqlite3")).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Sqlite::open(folder.path()), Err(StoreError::Content(_))));
        assert_eq!(connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0)).unwrap(), 99);
    }

    #[tokio::test]
    async fn a_long_job_is_committed_by_itself_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let add = |id: &'static str| {
            move |sql: &mut dyn Sql| {
                sql.execute("INSERT INTO merchants (id, name, created_at) VALUES (?1, ?1, 1)", &[id.into()])?;
                if id.starts_with("bad") { Err(StoreError::Full) } else { Ok(()) }
            }
        };
        // All at once, so that some wait together.
        let all = futures_util::join!(
            store.write(add("a")),
            store.load(add("bad-1")),
            store.write(add("b")),
            store.load(add("c")),
            store.write(add("bad-2")),
            store.load(add("bad-3")),
            store.write(add("d")),
        );
        let good = [&all.0, &all.1, &all.2, &all.3, &all.4, &all.5, &all.6].map(Result::is_ok);
        assert_eq!(good, [true, false, true, true, false, false, true]);
        let kept: Vec<String> = store.merchants().await.unwrap().into_iter().map(|merchant| merchant.id).collect();
        assert_eq!(kept, ["a", "b", "c", "d"]);
    }

    /// A store as the first version left it, with a registration that has a receipt.
    #[tokio::test]
    async fn what_an_earlier_version_stored_is_there_after_the_migrations() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("regcard.sqlite3")).unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO merchants (id, name, created_at) VALUES ('shop', 'Shop', 1);
                 INSERT INTO registrations (id, merchant_id, form, customer_email, email_folded, fields, created_at)
                     VALUES ('r1', 'shop', 'f', 'a@example.com', 'a@example.com', '{}', 1);
                 INSERT INTO uploads (id, receipt, merchant_id, file_name, file_type, file_size, state, created_at)
                     VALUES ('u1', 'receipt of u1', 'shop', 'r.jpg', 'image/jpeg', 9, 'attached', 1);
                 INSERT INTO registration_receipts (registration_id, field, upload_id) VALUES ('r1', 'InvoiceUpload', 'u1');",
            )
            .unwrap();
        drop(connection);
        let store = Sqlite::open(folder.path()).unwrap();
        let records = store.records("shop".into(), vec!["r1".into()]).await.unwrap();
        let receipts = &records[0].receipts;
        assert_eq!((receipts[0].field.as_str(), receipts[0].several), ("InvoiceUpload", false));
        assert_eq!(receipts[0].addresses, [super::super::Address::Here("receipt of u1".into())]);
    }

    #[test]
    fn what_is_committed_is_on_the_disk_whatever_the_machine_does() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("regcard.sqlite3")).unwrap();
        let read =
            |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        assert_eq!(read("journal_mode"), rusqlite::types::Value::Text("wal".to_owned()));
        assert_eq!((read("synchronous"), read("foreign_keys")), (2.into(), 1.into()), "2 is FULL");
    }
}
