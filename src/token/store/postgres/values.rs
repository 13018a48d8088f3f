//! Values and columns in the types of PostgreSQL.

use std::error::Error;

use bytes::BytesMut;
use postgres::Row;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::token::store::StoreError;
use crate::token::store::sql::columns::{Columns, Value};

use super::connection::failed;

/// Reads a row's columns in turn.
pub(super) struct Cursor<'r> {
    row: &'r Row,
    next: usize,
}

impl Cursor<'_> {
    pub(super) fn new(row: &Row) -> Cursor<'_> {
        Cursor { row, next: 0 }
    }

    fn take<'r, T: FromSql<'r>>(&'r mut self) -> Result<Option<T>, StoreError> {
        self.next += 1;
        self.row.try_get(self.next - 1).map_err(failed)
    }
}

impl Columns for Cursor<'_> {
    fn integer(&mut self) -> Result<Option<i64>, StoreError> {
        self.take()
    }

    fn text(&mut self) -> Result<Option<String>, StoreError> {
        self.take()
    }

    fn flag(&mut self) -> Result<Option<bool>, StoreError> {
        self.take()
    }

    fn bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.take()
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(integer) => integer.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Flag(flag) => flag.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::BOOL | Type::BYTEA)
    }

    to_sql_checked!();
}

/// By hand: a value may be part of a digest or a name.
impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value([REDACTED])")
    }
}
