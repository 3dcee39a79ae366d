//! Statements on a connection to SQLite.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::super::StoreError;
use super::super::engine::{Row, Sql, Value};

impl Sql for &Connection {
    fn execute(&mut self, statement: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        Ok(self.prepare_cached(statement)?.execute(params_from_iter(values))? as u64)
    }

    fn rows(&mut self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.prepare_cached(statement)?;
        let columns = statement.column_count();
        let mut found = statement.query(params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..columns).map(|column| read(row.get_ref(column)?)).collect::<Result<_, _>>()?;
            rows.push(Row::new(values));
        }
        Ok(rows)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Int(Some(number)) => ToSqlOutput::from(*number),
            Value::Text(Some(text)) => ToSqlOutput::from(text.as_str()),
            Value::Bytes(Some(bytes)) => ToSqlOutput::from(bytes.as_slice()),
            Value::Int(None) | Value::Text(None) | Value::Bytes(None) => ToSqlOutput::from(rusqlite::types::Null),
        })
    }
}

fn read(value: ValueRef<'_>) -> Result<Value, StoreError> {
    Ok(match value {
        ValueRef::Null => Value::Text(None),
        ValueRef::Integer(number) => Value::Int(Some(number)),
        ValueRef::Text(text) => Value::Text(Some(String::from_utf8(text.to_vec()).map_err(|_| StoreError::Content("text that is none"))?)),
        ValueRef::Blob(bytes) => Value::Bytes(Some(bytes.to_vec())),
        ValueRef::Real(_) => return Err(StoreError::Content("a broken number")),
    })
}
