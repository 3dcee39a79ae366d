//! How PostgreSQL goes about what is asked often, among a hundred thousand numbers: by an index, also when nothing is known of them yet.

use postgres::{Client, NoTls};

use super::Postgres;
use super::database::Database;
use crate::store::sql::serials::{ALIKE, FREE, MEANT};

/// A hundred thousand numbers of one merchant, of which nine in ten are registered.
const NUMBERS: &str = "INSERT INTO merchants (id, name, created_at) VALUES ('shop', 'Shop', 1);
    INSERT INTO serials (merchant_id, folded, dashless, look, serial, added_at, lot, registered)
        SELECT 'shop', 'sn-' || n, 'sn' || n, '5n' || n, 'SN-' || n, 1, (n::BIGINT * 7919) % 9007199254740991, CASE WHEN n % 10 = 0 THEN 0 ELSE 1 END
        FROM generate_series(1, 100000) n;
    INSERT INTO registrations (id, merchant_id, form, customer_email, email_folded, fields, created_at) VALUES ('r', 'shop', 'f', '', '', '{}', 1);
    INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time)
        SELECT 'r', n, 'shop', 'sn-' || n, 'SN-' || n, 1 FROM generate_series(1, 100000) n WHERE n % 10 <> 0;";

/// The plan of a statement that was prepared, whatever its values (`generic`) or for these.
fn plan(client: &mut Client, statement: &str, types: &str, values: &str, generic: bool) -> String {
    let mode = if generic { "force_generic_plan" } else { "force_custom_plan" };
    let prepare = format!("SET plan_cache_mode = {mode}; DEALLOCATE ALL; PREPARE asked ({types}) AS {}", statement.replace('?', "$"));
    client.batch_execute(&prepare).unwrap();
    let lines = client.query(&format!("EXPLAIN EXECUTE asked ({values})"), &[]).unwrap();
    lines.iter().map(|line| line.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_asked_often_goes_by_an_index() {
    let database = Database::create();
    drop(Postgres::open(&database.url).unwrap());
    let mut client = Client::connect(&database.url, NoTls).unwrap();
    client.batch_execute(NUMBERS).unwrap();
    for known in [false, true] {
        if known {
            client.batch_execute("ANALYZE").unwrap();
        }
        for (statement, types, values, indexes) in [
            (MEANT, "TEXT, TEXT, TEXT", "'shop', 'sn-4711', 'sn4711'", &["serials_pkey", "serials_without_dashes"][..]),
            (ALIKE, "TEXT, TEXT, TEXT, BIGINT, BIGINT", "'shop', '5n4711', NULL, 3, 32", &["serials_that_look_alike"]),
            (FREE, "TEXT, BIGINT", "'shop', 4711", &["serials_by_lot"]),
        ] {
            for generic in [false, true] {
                let plan = plan(&mut client, statement, types, values, generic);
                let by_index = indexes.iter().all(|index| plan.contains(index));
                assert!(by_index && !plan.contains("Seq Scan"), "generic: {generic}, analyzed: {known}\n{statement}\n{plan}");
            }
        }
    }
}
