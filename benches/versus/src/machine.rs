//! What the figures were measured on, and when.

use std::process::Command;
use std::thread;

use crate::Outcome;

/// The model, as far as the system tells.
pub fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut lines = told.lines();
    let model = lines.find_map(|line| line.strip_prefix("model name"));
    let model = model.and_then(|rest| rest.split_once(": "));
    model.map_or("processor unknown", |(_, model)| model).into()
}

pub fn cores() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("cores: {cores}")
}

/// Of today, in UTC.
pub fn date() -> Outcome<String> {
    let date = Command::new("date").args(["-u", "+%F"]).output()?.stdout;
    Ok(String::from_utf8(date)?.trim_end().into())
}
