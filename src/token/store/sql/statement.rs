//! Statements that are made of the names of their columns.

use core::ops::Range;

use super::columns::Value;

/// The statement that adds so many rows.
pub(super) fn insert(table: &str, columns: &[&str], rows: usize) -> String {
    let width = columns.len();
    let row = |row: usize| format!("({})", places(row * width + 1..(row + 1) * width + 1));
    let rows: Vec<String> = (0..rows).map(row).collect();
    let (columns, rows) = (columns.join(", "), rows.join(", "));
    format!("INSERT INTO {table} ({columns}) VALUES {rows}")
}

/// The statement that adds a row and gives its number.
pub(super) fn insert_numbered(table: &str, columns: &[&str]) -> String {
    insert(table, columns, 1) + " RETURNING id"
}

/// The statement that adds a row or, if its number is there, changes it.
pub(super) fn upsert(table: &str, columns: &[&str]) -> String {
    let set = columns[1..]
        .iter()
        .map(|it| format!("{it} = excluded.{it}"));
    let (insert, set) = (
        insert(table, columns, 1),
        set.collect::<Vec<_>>().join(", "),
    );
    format!("{insert} ON CONFLICT (id) DO UPDATE SET {set}")
}

/// Adds texts to the values of a statement, and gives the places that they have in it.
pub(super) fn add_texts<'t>(values: &mut Vec<Value<'t>>, texts: &'t [String]) -> String {
    let from = values.len() + 1;
    values.extend(texts.iter().map(|text| Value::Text(text)));
    // Powers of two: a few statements that stay prepared, whatever the number. Nothing equals null.
    let until = from + texts.len().next_power_of_two();
    values.resize(until - 1, Value::Null);
    places(from..until)
}

fn places(numbers: Range<usize>) -> String {
    let places: Vec<String> = numbers.map(|number| format!("?{number}")).collect();
    places.join(", ")
}
