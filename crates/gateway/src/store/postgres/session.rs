//! One connection to PostgreSQL: opened when it is needed, and again after it broke.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::thread::sleep;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, GenericClient, Statement};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::StoreError;
use super::super::engine::{Row, Sql, Step, Value};
use crate::clock;
use crate::limits;

/// Each migration once, in order, by its number.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../../migrations/postgres/0001_first.sql")),
    (3, include_str!("../../../migrations/postgres/0003_registration_api.sql")),
    (4, include_str!("../../../migrations/postgres/0004_outbox.sql")),
    (7, include_str!("../../../migrations/postgres/0007_bucket.sql")),
    (8, include_str!("../../../migrations/postgres/0008_several_gateways.sql")),
    (9, include_str!("../../../migrations/postgres/0009_webhooks.sql")),
    (10, include_str!("../../../migrations/postgres/0010_mail.sql")),
    (11, include_str!("../../../migrations/postgres/0011_notices.sql")),
    (12, include_str!("../../../migrations/postgres/0012_directory.sql")),
];

/// A connection, and the statements it knows.
pub(super) struct Session {
    config: Config,
    open: Option<(Client, HashMap<&'static str, Statement>)>,
}

/// How far a job came.
enum Failed {
    /// Nothing of it has been done.
    ToBegin(StoreError),
    /// Where its transaction came to an end. What came of a commit that was not answered is not known.
    Midway(StoreError),
}

/// What runs statements: a transaction, or for reading the connection itself.
struct Running<'a, C> {
    client: &'a mut C,
    known: &'a mut HashMap<&'static str, Statement>,
}

impl Session {
    pub(super) fn new(config: Config) -> Session {
        Session { config, open: None }
    }

    /// Begins anew with the next job.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Runs a job within a transaction, again if the database asks for that.
    pub(super) fn transaction<T>(&mut self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError>) -> Result<T, StoreError> {
        self.tried(|session| session.once(&job))
    }

    /// Runs a job that only reads. A transaction would be two more ways to the database and nothing else: in one, too, each statement sees
    /// what is committed when it begins.
    pub(super) fn reading<T>(&mut self, job: impl Fn(&mut dyn Sql) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.tried(|session| {
            let (client, known) = session.connected().map_err(Failed::ToBegin)?;
            job(&mut Running { client, known }).map_err(|error| match error {
                // What only reads has done nothing, wherever the connection broke.
                error @ StoreError::Away(_) => Failed::ToBegin(error),
                error => Failed::Midway(error),
            })
        })
    }

    fn tried<T>(&mut self, run: impl Fn(&mut Session) -> Result<T, Failed>) -> Result<T, StoreError> {
        let mut tries = 0;
        loop {
            let before = self.open.is_some();
            let outcome = run(self);
            tries += 1;
            match outcome {
                // A connection that broke while it was idle shows that here; nothing has been asked for yet.
                Err(Failed::ToBegin(StoreError::Away(_))) if before => self.close(),
                Err(Failed::ToBegin(error)) => return Err(error),
                Err(Failed::Midway(StoreError::Postgres(error))) if tries < limits::POSTGRES_TRIES && may_run_again(&error) => {
                    // Those who collided are not to meet again.
                    let spread = clock::random::<4>().map_or_else(|_| std::process::id(), u32::from_le_bytes);
                    sleep(Duration::from_millis(u64::from(spread) % (10 << tries)));
                }
                Err(Failed::Midway(error)) => return Err(error),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    fn once<T>(&mut self, job: impl Fn(&mut dyn Sql) -> Result<Step<T>, StoreError>) -> Result<T, Failed> {
        let (client, known) = self.connected().map_err(Failed::ToBegin)?;
        let mut transaction = client.transaction().map_err(|error| Failed::ToBegin(error.into()))?;
        let done = job(&mut Running { client: &mut transaction, known }).and_then(|step| match step {
            Step::Keep(answer) => transaction.commit().map(|()| answer).map_err(StoreError::from),
            Step::Undo(answer) => transaction.rollback().map(|()| answer).map_err(StoreError::from),
        });
        done.map_err(Failed::Midway)
    }

    fn connected(&mut self) -> Result<&mut (Client, HashMap<&'static str, Statement>), StoreError> {
        if self.open.as_ref().is_some_and(|(client, _)| client.is_closed()) {
            self.open = None;
        }
        match &mut self.open {
            Some(open) => Ok(open),
            slot @ None => {
                let mut client = self.config.connect(tls()).map_err(StoreError::Away)?;
                client.batch_execute(
                    "SET statement_timeout = '15s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'",
                )?;
                Ok(slot.insert((client, HashMap::new())))
            }
        }
    }

    /// Brings the database to this version's layout, and asks whether it keeps what it confirms.
    pub(super) fn prepare(&mut self) -> Result<(), StoreError> {
        let (client, _) = self.connected()?;
        for setting in ["SHOW fsync", "SHOW synchronous_commit"] {
            let value: String = client.query_one(setting, &[])?.try_get(0)?;
            if value == "off" {
                return Err(StoreError::Forgetful);
            }
        }
        // Two gateways that start at once: the second one waits at the row.
        client.batch_execute("CREATE TABLE IF NOT EXISTS layout (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL)")?;
        client.execute("INSERT INTO layout (one, version) VALUES (1, 0) ON CONFLICT DO NOTHING", &[])?;
        let mut transaction = client.transaction()?;
        let done: i64 = transaction.query_one("SELECT version FROM layout WHERE one = 1 FOR UPDATE", &[])?.try_get(0)?;
        let newest = MIGRATIONS.iter().map(|(number, _)| *number).max().unwrap_or_default();
        if done > newest {
            return Err(StoreError::Content("a later version's layout"));
        }
        for (_, migration) in MIGRATIONS.iter().filter(|(number, _)| *number > done) {
            transaction.batch_execute(migration)?;
        }
        transaction.execute("UPDATE layout SET version = $1", &[&newest])?;
        Ok(transaction.commit()?)
    }
}

impl<C: GenericClient> Running<'_, C> {
    /// A statement's text is the program's, so it is prepared once a connection.
    fn prepared(&mut self, statement: &'static str, values: &[Value]) -> Result<Statement, StoreError> {
        if let Some(known) = self.known.get(statement) {
            return Ok(known.clone());
        }
        let types: Vec<Type> = values.iter().map(kind).collect();
        let prepared = self.client.prepare_typed(&statement.replace('?', "$"), &types)?;
        self.known.insert(statement, prepared.clone());
        Ok(prepared)
    }
}

impl<C: GenericClient> Sql for Running<'_, C> {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        let prepared = self.prepared(statement, values)?;
        Ok(self.client.execute(&prepared, &parameters(values))?)
    }

    fn rows(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepared(statement, values)?;
        self.client.query(&prepared, &parameters(values))?.iter().map(read).collect()
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) {
            match value {
                Value::Int(number) => number,
                Value::Text(text) => text,
                Value::Bytes(bytes) => bytes,
            }
        })
        .collect()
}

fn kind(value: &Value) -> Type {
    match value {
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}

fn read(row: &postgres::Row) -> Result<Row, StoreError> {
    let value = |column: usize| {
        Ok(match *row.columns().get(column).ok_or(StoreError::Content("fewer columns"))?.type_() {
            Type::INT8 => Value::Int(row.try_get(column)?),
            Type::INT4 => Value::Int(row.try_get::<_, Option<i32>>(column)?.map(i64::from)),
            Type::BOOL => Value::Int(row.try_get::<_, Option<bool>>(column)?.map(i64::from)),
            Type::BYTEA => Value::Bytes(row.try_get(column)?),
            _ => Value::Text(row.try_get(column)?),
        })
    };
    Ok(Row::new((0..row.len()).map(value).collect::<Result<_, StoreError>>()?))
}

/// Whether the database took everything back and asks for another try.
fn may_run_again(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}

/// TLS as the address asks for it (`sslmode`), by the certificates that the system trusts.
fn tls() -> MakeRustlsConnect {
    // Installed by whoever comes first; it is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    match MakeRustlsConnect::with_native_certs() {
        Ok((tls, _faults)) => tls,
        // Without any, every certificate is refused; a connection without TLS still is what it was.
        Err(_) => MakeRustlsConnect::new(ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()),
    }
}

/// What PostgreSQL's words mean for those who ask.
impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        match error.code() {
            Some(code)
                if *code == SqlState::LOCK_NOT_AVAILABLE
                    || *code == SqlState::TOO_MANY_CONNECTIONS
                    || *code == SqlState::QUERY_CANCELED =>
            {
                StoreError::Busy
            }
            Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
            _ if is_away(&error) => StoreError::Away(error),
            _ => StoreError::Postgres(error),
        }
    }
}

/// Whether the server stops, starts or is gone, and not what it was asked for is the reason.
fn is_away(error: &postgres::Error) -> bool {
    let stops_or_starts = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::CONNECTION_EXCEPTION,
        SqlState::CONNECTION_DOES_NOT_EXIST,
        SqlState::CONNECTION_FAILURE,
    ];
    match error.code() {
        Some(code) => stops_or_starts.contains(code),
        None => error.is_closed() || error.source().is_some_and(<dyn Error>::is::<io::Error>),
    }
}
