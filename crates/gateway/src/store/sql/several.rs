//! What several gateways on one store have together: budgets, and the widget's files.

use super::super::engine::{Sql, Step, values};
use super::super::{Counted, InTurn, Once, Spent, StoreError, Takes};

/// Counts so many more of a budget; one that has ended begins anew.
fn spend(sql: &mut dyn Sql, name: &[u8; 32], count: u64, ends: i64, now: i64) -> Result<Spent, StoreError> {
    let row = sql.row(
        "INSERT INTO budgets (name, used, ends_at) VALUES (?1, ?4, ?2)
         ON CONFLICT (name) DO UPDATE SET used = CASE WHEN budgets.ends_at <= ?3 THEN ?4 ELSE budgets.used + ?4 END,
             ends_at = CASE WHEN budgets.ends_at <= ?3 THEN ?2 ELSE budgets.ends_at END
         RETURNING used, ends_at",
        values![name, ends, now, count],
    )?;
    let row = row.ok_or(StoreError::Content("no budget"))?;
    Ok(Spent { used: row.count(0)?, ends: row.int(1)? })
}

/// Takes something of each of these budgets, up to the first that has none left. What was taken before stays.
pub(in crate::store) fn spend_each(sql: &mut dyn Sql, of: &[(Counted, Takes)], now: i64) -> Result<InTurn, StoreError> {
    let mut each = InTurn::default();
    for (budget, takes) in of {
        let used = match takes {
            Takes::Some(count) => spend(sql, &budget.name, *count, budget.ends, now)?,
            Takes::Nothing => spent(sql, &budget.name)?.filter(|spent| now < spent.ends).unwrap_or(Spent { used: 0, ends: budget.ends }),
        };
        each.over = used.used >= budget.limit.saturating_add(u64::from(*takes != Takes::Nothing));
        each.spent.push(used);
        if each.over {
            break;
        }
    }
    Ok(each)
}

/// Counts something in each of these budgets, or in none of them. Of several who count the same at once one does.
pub(in crate::store) fn spend_once(sql: &mut dyn Sql, once: &Counted, of: &[Counted], now: i64) -> Result<Step<Once>, StoreError> {
    let noted = sql.execute(
        "INSERT INTO budgets (name, used, ends_at) VALUES (?1, 1, ?2)
         ON CONFLICT (name) DO UPDATE SET used = 1, ends_at = ?2 WHERE budgets.ends_at <= ?3",
        values![&once.name, once.ends, now],
    )?;
    if noted == 0 {
        return Ok(Step::Undo(Once::Before));
    }
    let mut first = None;
    for (position, budget) in of.iter().enumerate() {
        let spent = spend(sql, &budget.name, 1, budget.ends, now)?;
        if spent.used > budget.limit {
            return Ok(Step::Undo(Once::Over(position, spent)));
        }
        first.get_or_insert(spent);
    }
    Ok(Step::Keep(Once::Now(first.unwrap_or(Spent { used: 1, ends: once.ends }))))
}

pub(in crate::store) fn spent(sql: &mut dyn Sql, name: &[u8; 32]) -> Result<Option<Spent>, StoreError> {
    let row = sql.row("SELECT used, ends_at FROM budgets WHERE name = ?1", values![name])?;
    row.map(|row| Ok(Spent { used: row.count(0)?, ends: row.int(1)? })).transpose()
}

/// Forgets budgets that have ended. Seconds.
pub(in crate::store) fn forget_budgets(sql: &mut dyn Sql, now: i64) -> Result<(), StoreError> {
    sql.execute("DELETE FROM budgets WHERE ends_at <= ?1", values![now])?;
    Ok(())
}

/// Files one of the widget's files, or notes that it is still in use.
pub(in crate::store) fn file_asset(sql: &mut dyn Sql, name: &str, bytes: &[u8], now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO assets (name, bytes, filed_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET filed_at = ?3",
        values![name, Some(bytes.to_vec()), now],
    )?;
    Ok(())
}

pub(in crate::store) fn asset(sql: &mut dyn Sql, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    sql.row("SELECT bytes FROM assets WHERE name = ?1", values![name])?.map_or(Ok(None), |row| row.maybe_bytes(0))
}

pub(in crate::store) fn forget_assets(sql: &mut dyn Sql, before: i64) -> Result<(), StoreError> {
    sql.execute("DELETE FROM assets WHERE filed_at < ?1", values![before])?;
    Ok(())
}
