//! A store takes the name of a key ring, and knows it from then on.

use crate::token::store::sql::columns::{self, Value};
use crate::token::store::sql::{Database, Tables};
use crate::token::store::{StoreError, StoreErrorKind};

/// Each process asks at its start, and only the first one writes.
pub(in crate::token::store) fn know_keys(
    database: &impl Database,
    name: &str,
) -> Result<(), StoreError> {
    let known = match database.read(keys)? {
        Some(known) => known,
        None => database.write(|tables| {
            // Whoever comes at the same time waits here, and takes nothing then.
            let take = "UPDATE authority SET keys = ?1 WHERE keys IS NULL";
            tables.execute(take, &[Value::Text(name)])?;
            keys(tables)?.ok_or_else(columns::damaged)
        })?,
    };
    match known == name {
        true => Ok(()),
        false => Err(StoreErrorKind::OtherKeys.into()),
    }
}

/// Takes another ring, whatever was there before.
pub(super) fn adopt_keys(
    tables: &mut dyn Tables,
    name: &str,
    epoch: u64,
) -> Result<(), StoreError> {
    tables.lock_epoch()?;
    tables.set_epoch(epoch)?;
    tables.execute("UPDATE authority SET keys = ?1", &[Value::Text(name)])?;
    tables.retain_triggers(&[])
}

/// The name of the ring that the store knows, if it knows one.
pub(in crate::token::store) fn keys(tables: &mut dyn Tables) -> Result<Option<String>, StoreError> {
    let known = tables.first("SELECT keys FROM authority", &[], |row| row.text())?;
    Ok(known.flatten())
}
