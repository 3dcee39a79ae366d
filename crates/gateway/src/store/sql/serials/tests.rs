//! What a check of a serial number reads, as SQLite counts it: the number's row, or the few that it may have been meant as, and never more for a
//! merchant with more numbers.

use regcard_protocol::limits::SUGGESTIONS;
use rusqlite::{Connection, StatementStatus, params_from_iter};

use super::*;
use crate::store::engine::Value;
use crate::store::sqlite::{Sqlite, connect};

/// What statements did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Work {
    /// How many there were.
    statements: usize,
    /// Rows that they found.
    rows: usize,
    /// Rows that were passed over since no index led to them.
    passed_over: i32,
    /// Rows that had to be put in order.
    sorts: i32,
    /// Steps of SQLite's machine: more, if anything is read again and again.
    steps: i32,
}

/// A connection that counts.
struct Counting<'a> {
    connection: &'a Connection,
    work: Work,
}

impl Sql for Counting<'_> {
    fn execute(&mut self, _statement: &'static str, _values: &[Value]) -> Result<u64, StoreError> {
        panic!("a check writes nothing")
    }

    fn rows(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut counted = self.connection.prepare(statement).unwrap();
        let mut found = counted.query(params_from_iter(values)).unwrap();
        while found.next().unwrap().is_some() {}
        drop(found);
        let mut connection = self.connection;
        let rows = Sql::rows(&mut connection, statement, values)?;
        self.work.statements += 1;
        self.work.rows += rows.len();
        self.work.passed_over += counted.get_status(StatementStatus::FullscanStep);
        self.work.sorts += counted.get_status(StatementStatus::Sort);
        self.work.steps += counted.get_status(StatementStatus::VmStep);
        Ok(rows)
    }
}

fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

/// What a check of this number reads where one merchant has so many, and another one as many again.
fn check(connection: &Connection, text: &str) -> Work {
    let mut counting = Counting { connection, work: Work::default() };
    checked(&mut counting, "shop", &Folded::of(&serial(text)), SUGGESTIONS).unwrap();
    counting.work
}

/// So many numbers, and so many more that look like one another, of each of two merchants.
fn database(count: usize, alike: usize) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    drop(Sqlite::open(folder.path()).unwrap());
    let connection = connect(&folder.path().join("regcard.sqlite3")).unwrap();
    connection
        .execute_batch("INSERT INTO merchants (id, name, created_at) VALUES ('shop', 'Shop', 1), ('other', 'Other', 1); BEGIN")
        .unwrap();
    let apart = (0..count).map(|number| format!("SN-{number:05}-A"));
    let alike = (1..=alike).map(|number| format!("{}X0O0O", "O".repeat(number)));
    let all = apart.chain(alike).map(|text| NewSerial { serial: serial(&text), sku: None, customer_tags: None, product_name: None });
    let all = LoadedSerial::in_order(all.collect());
    for merchant in ["shop", "other"] {
        load(&mut &connection, merchant, &all, 1).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    (folder, connection)
}

#[test]
fn a_check_reads_the_number_or_its_look_alikes_however_many_numbers_there_are() {
    let (_few_folder, few) = database(20, 10);
    let (_many_folder, many) = database(5_000, 10);
    for (what, text, statements, rows) in [
        ("a number that is there", "sn-00007-a", 1, 1),
        ("one without its dashes", "SN00007A", 1, 1),
        ("one with a letter for a digit", "SN-OOOO7-A", 2, 1),
        ("one with its label", "S/N:SN00007A", 2, 1),
        ("one that looks like ten others", "X0000", 2, SUGGESTIONS),
        ("one that looks like none", "UNKNOWN-1", 2, 0),
    ] {
        let work = check(&many, text);
        assert_eq!((work.statements, work.rows), (statements, rows), "{what}: {work:?}");
        assert_eq!((work.passed_over, work), (0, check(&few, text)), "{what}: with few numbers it is the same work");
    }
}

#[test]
fn of_many_look_alikes_a_check_looks_at_thirty_two() {
    let steps = |alike| check(&database(20, alike).1, "X0000").steps;
    let all = steps(limits::LOOKED_THROUGH);
    assert!(steps(limits::LOOKED_THROUGH - 1) < all);
    assert_eq!(steps(limits::LOOKED_THROUGH + 1), all);
}

#[test]
fn a_random_number_is_found_by_lot_however_many_are_registered() {
    let (_folder, connection) = database(5_000, 0);
    connection
        .execute_batch(
            "INSERT INTO registrations (id, merchant_id, form, customer_email, email_folded, fields, created_at)
                 VALUES ('r', 'shop', 'f', '', '', '{}', 1)",
        )
        .unwrap();
    let register = "INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time)
         SELECT 'r', lot, merchant_id, folded, serial, 1 FROM serials WHERE merchant_id = 'shop' AND registered = 0 AND lot % 100 < ?1";
    for hundredths in [0, 50, 99] {
        connection.execute(register, [hundredths]).unwrap();
        let mark = "UPDATE serials SET registered = 1 WHERE merchant_id = 'shop' AND lot % 100 < ?1";
        connection.execute(mark, [hundredths]).unwrap();
        for place in 0..16 {
            let mut counting = Counting { connection: &connection, work: Work::default() };
            assert!(free(&mut counting, "shop", place << 49).unwrap().is_some());
            let Work { statements, passed_over, sorts, steps, .. } = counting.work;
            assert!(statements <= 3 && passed_over == 0 && sorts == 0 && steps < 200, "{hundredths} of 100: {:?}", counting.work);
        }
    }
}

/// A statement whose plan hangs on its values is made anew for each of them, which takes longer than all it does.
#[test]
fn what_is_asked_often_is_prepared_once() {
    let (_folder, connection) = database(20, 10);
    let looks =
        |look: &str| vec![Value::from("shop"), Value::from(look), Value::from(None::<&str>), Value::from(3_i64), Value::from(32_i64)];
    let meant = |text: &str| vec![Value::from("shop"), Value::from(text), Value::from(text)];
    let free = |lot: i64| vec![Value::from("shop"), Value::from(lot)];
    for (statement, all) in [
        (MEANT, [meant("sn-00007-a"), meant("x"), meant("y")]),
        (ALIKE, [looks("x00000"), looks("y"), looks("z")]),
        (FREE, [free(1), free(7), free(LAST_LOT)]),
    ] {
        let mut prepared = connection.prepare(statement).unwrap();
        for values in &all {
            let mut found = prepared.query(params_from_iter(values)).unwrap();
            while found.next().unwrap().is_some() {}
        }
        assert_eq!(prepared.get_status(StatementStatus::RePrepare), 0, "{statement}");
    }
}
