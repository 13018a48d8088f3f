//! A store is compared with the mark that lies beside the keys, and moves it.

use std::path::Path;

use crate::token::clock::Time;
use crate::token::journal::Actor;
use crate::token::lifecycle::{Lifecycle, Why};
use crate::token::store::mark::{Mark, Opened, Seen};
use crate::token::store::sql::columns::{self, Value};
use crate::token::store::sql::{Database, Tables};
use crate::token::store::{Guarded, Selection, StoreError};

use super::change::revoke_by;

/// The mark is not moved before what the copy had forgotten is made up for: a process that is killed
/// in between leaves it to the next.
pub(in crate::token::store) fn guard(
    database: &impl Database,
    keys: &Path,
) -> Result<Guarded, StoreError> {
    if database.mark().get().is_some() {
        return Ok(Guarded::Whole);
    }
    let opened = Opened::beside(keys, &database.read(|tables| tables.identity())?)?;
    let whole = database.read(|tables| whole(tables, &opened))?;
    let (guarded, name, seen) = match whole {
        Some((name, seen)) => (Guarded::Whole, name, seen),
        None => database.write(|tables| make_whole(tables, database.lifecycle(), &opened))?,
    };
    // Another thread may have been faster, with the same mark.
    database.mark().set(opened.keep(name, seen)?).ok();
    Ok(guarded)
}

/// Tells a copy that took the place of the store while this process works with it, before anything is
/// changed. The next change would hide that for ever.
///
/// What is known must have been read before the transaction began, as others move the mark.
pub(in crate::token::store) fn recognize(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    known: Option<(&Mark, Seen)>,
) -> Result<(), StoreError> {
    match known {
        Some((mark, known)) if is_behind(tables, mark.name(), known)? => {
            revoke_all(tables, lifecycle, known.highest)?;
            catch_up(tables, mark.name(), mark.place(), known.moves)
        }
        _ => Ok(()),
    }
}

/// Counts a move of a mark, with the change that it belongs to. Returns how many there were.
pub(in crate::token::store) fn move_mark(
    tables: &mut dyn Tables,
    mark: &Mark,
) -> Result<u64, StoreError> {
    count_move(tables, mark.name())
}

/// The mark's name and what the store has seen, if the store is not behind the mark.
fn whole(tables: &mut dyn Tables, opened: &Opened) -> Result<Option<(String, Seen)>, StoreError> {
    let Some((name, seen)) = &opened.found else {
        return Ok(None);
    };
    let moves = moves(tables, name)?.filter(|moves| *moves >= seen.moves);
    let highest = tables.highest()?.unwrap_or_default();
    Ok(moves.map(|moves| (name.clone(), Seen { moves, highest })))
}

/// Makes a mark, or makes up for what a copy has forgotten.
fn make_whole(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    opened: &Opened,
) -> Result<(Guarded, String, Seen), StoreError> {
    let (guarded, name) = match &opened.found {
        Some((name, seen)) => {
            let revoked = revoke_all(tables, lifecycle, seen.highest)?;
            catch_up(tables, name, &opened.place, seen.moves)?;
            (Guarded::Restored { revoked }, name.clone())
        }
        None => {
            let guarded = match forget(tables, &opened.place)? {
                0 => Guarded::Whole,
                _ => Guarded::Unmarked {
                    revoked: revoke_all(tables, lifecycle, Time::default())?,
                },
            };
            let name = tables.new_name()?;
            catch_up(tables, &name, &opened.place, 0)?;
            (guarded, name)
        }
    };
    let moves = count_move(tables, &name)?;
    let highest = tables.highest()?.unwrap_or_default();
    Ok((guarded, name, Seen { moves, highest }))
}

/// Ends whatever may have ended since the copy was made: all tokens of jobs, and those that start
/// pipelines.
fn revoke_all(
    tables: &mut dyn Tables,
    lifecycle: &Lifecycle,
    highest: Time,
) -> Result<u64, StoreError> {
    tables.retain_triggers(&[])?;
    let (which, why, who) = (Selection::All, Why::Restored, Actor::System);
    let now = super::effective(tables, highest)?;
    let revoked = revoke_by(tables, lifecycle, &which, why, &who, now)?;
    tables.persist(now)?;
    Ok(revoked)
}

fn is_behind(tables: &mut dyn Tables, mark: &str, seen: Seen) -> Result<bool, StoreError> {
    Ok(moves(tables, mark)?.is_none_or(|moves| moves < seen.moves))
}

/// How often a mark was moved. `None` if the store does not know it.
fn moves(tables: &mut dyn Tables, mark: &str) -> Result<Option<u64>, StoreError> {
    let statement = "SELECT CAST(sum(moves) AS BIGINT) FROM marks WHERE name = ?1";
    number(tables, statement, mark)
}

fn count_move(tables: &mut dyn Tables, mark: &str) -> Result<u64, StoreError> {
    let slot = tables.slot();
    let statement = format!(
        "UPDATE marks SET moves = moves + 1 WHERE name = ?1 AND slot = {slot} \
         RETURNING moves + (SELECT CAST(coalesce(sum(others.moves), 0) AS BIGINT) \
             FROM marks AS others WHERE others.name = ?1 AND others.slot <> marks.slot)"
    );
    number(tables, &statement, mark)?.ok_or_else(columns::damaged)
}

/// Has the store know a mark, with so many moves more. After all that waits: others hold a row of these
/// last.
fn catch_up(
    tables: &mut dyn Tables,
    mark: &str,
    place: &str,
    moves: u64,
) -> Result<(), StoreError> {
    let statement = "INSERT INTO marks (name, place, slot, moves) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (name, slot) DO UPDATE SET moves = marks.moves + excluded.moves";
    for slot in 0..tables.slots() {
        // All in one of them.
        let moves = Value::number(if slot == 0 { moves } else { 0 });
        let values = [
            Value::Text(mark),
            Value::Text(place),
            Value::number(slot),
            moves,
        ];
        tables.execute(statement, &values)?;
    }
    Ok(())
}

/// Forgets the marks of a place. Returns how many rows there were.
fn forget(tables: &mut dyn Tables, place: &str) -> Result<u64, StoreError> {
    let statement = "DELETE FROM marks WHERE place = ?1";
    tables.execute(statement, &[Value::Text(place)])
}

fn number(tables: &mut dyn Tables, statement: &str, mark: &str) -> Result<Option<u64>, StoreError> {
    let found = tables.first(statement, &[Value::Text(mark)], |row| row.integer())?;
    Ok(found.flatten().map(i64::cast_unsigned))
}
