//! A database that is not what it was: the gateway does not start on it, says which file and what to do, and changes nothing. And a migration
//! that cannot be done to its end, which leaves everything as the version before had it.
#![expect(clippy::unwrap_used, reason = "what cannot be read or written fails the story")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use postgres::NoTls;
use rusqlite::Connection;

use crate::database::Database;
use crate::process::{Process, does_not_start, folder_on_disk, line, run};
use crate::shop::registration;

const FIRST: &str = include_str!("../../migrations/sqlite/0001_first.sql");

fn data(gateway: &Process) -> PathBuf {
    gateway.folder().join("regcard-data")
}

/// What every file of the database holds; but for the one that SQLite makes anew whenever it opens a database.
fn files(data: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let kept = all.filter(|path| path.to_string_lossy().contains("regcard.sqlite3") && !path.to_string_lossy().ends_with("-shm"));
    kept.map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// The gateway, and a command beside it, refuse this data folder, and leave it as it is.
#[track_caller]
fn refused(gateway: &Process, what: &str) {
    let before = files(&data(gateway));
    let command = run(gateway.folder(), &["merchant", "list"]);
    assert!(!command.status.success() && command.stdout.is_empty(), "{what}: {command:?}");
    for said in [does_not_start(gateway.folder()), String::from_utf8(command.stderr).unwrap()] {
        for told in ["regcard-data/regcard.sqlite3 is damaged (", "regcard backup", "docs/operating.md"] {
            assert!(said.contains(told), "{what}: {told}: {said}");
        }
    }
    let after = files(&data(gateway));
    let same = before.iter().all(|(path, bytes)| after.get(path) == Some(bytes));
    assert!(same && after.iter().all(|(path, bytes)| before.contains_key(path) || bytes.is_empty()), "{what}: something was changed");
}

/// A shop with a few registrations.
async fn with_registrations() -> Process {
    let gateway = Process::start_on_disk("", &[]);
    let serials: Vec<String> = (0..5).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = gateway.shop.page().await;
    for serial in &serials {
        page.register(&format!("the-key-for-{serial}"), registration(serial)).await.good(201);
    }
    gateway
}

#[tokio::test]
async fn a_file_that_is_cut_short_or_overwritten_is_refused_by_name_and_not_changed() {
    let mut gateway = with_registrations().await;
    assert!(gateway.terminate().await);
    let file = data(&gateway).join("regcard.sqlite3");
    let whole = fs::read(&file).unwrap();
    let rubbish: Vec<u8> = (0..8_192u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let overwritten = |from: usize| {
        let mut bytes = whole.clone();
        bytes[from..from + rubbish.len()].copy_from_slice(&rubbish);
        bytes
    };
    for (what, bytes) in [
        ("cut in the middle", whole[..whole.len() / 2].to_vec()),
        ("without its last page", whole[..whole.len() - 4_096].to_vec()),
        ("without its last byte", whole[..whole.len() - 1].to_vec()),
        ("cut within its first page", whole[..1_000].to_vec()),
        ("with nothing left", Vec::new()),
        ("rubbish in the middle", overwritten(whole.len() / 8_192 * 4_096)),
        ("rubbish at the beginning", overwritten(0)),
    ] {
        fs::write(&file, &bytes).unwrap();
        refused(&gateway, what);
    }
    // What the sentence says to do helps.
    fs::write(&file, &whole).unwrap();
    gateway.start_again();
    assert_eq!(gateway.shop.registrations().await.len(), 5);
}

#[tokio::test]
async fn what_a_kill_left_beside_a_damaged_file_is_kept_until_the_file_is_whole_again() {
    let mut gateway = with_registrations().await;
    gateway.kill();
    let (file, beside) = (data(&gateway).join("regcard.sqlite3"), data(&gateway).join("regcard.sqlite3-wal"));
    assert!(fs::metadata(&beside).unwrap().len() > 0, "the registrations are there, and nowhere else");
    let whole = fs::read(&file).unwrap();
    let mut bytes = whole.clone();
    // Every page but the first, so that some are among them that nothing beside the file takes the place of.
    bytes[4_096..].fill(0x2A);
    fs::write(&file, &bytes).unwrap();
    refused(&gateway, "after a kill");
    fs::write(&file, &whole).unwrap();
    gateway.start_again();
    assert_eq!(gateway.shop.registrations().await.len(), 5);
}

/// How the tables are made, all of them.
fn layout(connection: &Connection) -> (u32, Vec<String>) {
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let mut statement = connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    (version, rows.collect::<Result<_, _>>().unwrap())
}

#[test]
fn a_migration_that_breaks_in_the_middle_leaves_the_old_version_whole() {
    let home = folder_on_disk();
    let data = home.path().join("regcard-data");
    fs::create_dir(&data).unwrap();
    let connection = Connection::open(data.join("regcard.sqlite3")).unwrap();
    connection.execute_batch(FIRST).unwrap();
    connection.execute_batch("INSERT INTO merchants (id, name, created_at) VALUES ('shop', 'Shop', 1)").unwrap();
    // Somebody has a table of a name that a later migration wants, and two of them have been done by then.
    connection.execute_batch("CREATE TABLE outbox (theirs TEXT); PRAGMA user_version = 1;").unwrap();
    let before = layout(&connection);
    let output = run(home.path(), &["merchant", "list"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("outbox"), "{output:?}");
    assert_eq!(layout(&connection), before);
    connection.execute_batch("DROP TABLE outbox").unwrap();
    assert!(line(home.path(), &["merchant", "list"]).contains("Shop"));
    assert!(layout(&connection).0 > 1);
}

#[test]
fn and_so_it_is_on_postgresql() {
    let database = Database::create();
    let home = folder_on_disk();
    home.configure(&format!("[store]\npostgres = '{}'\n", database.url));
    let mut client = postgres::Client::connect(&database.url, NoTls).unwrap();
    let tables = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'";
    client.batch_execute("CREATE TABLE outbox (theirs TEXT)").unwrap();
    let output = run(home.path(), &["merchant", "list"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("outbox"), "{output:?}");
    assert_eq!(client.query_one(tables, &[]).unwrap().get::<_, String>(0), "layout outbox", "and nothing of the migrations before it");
    client.batch_execute("DROP TABLE outbox").unwrap();
    line(home.path(), &["merchant", "list"]);
    assert!(client.query_one(tables, &[]).unwrap().get::<_, String>(0).contains("registrations"));
}
