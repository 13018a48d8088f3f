//! The command as a citizen of a pipe: at once, to the last byte, and until the job is done.

mod at_once;
mod bytes;
#[cfg(unix)]
mod descriptors;
mod ends;
mod large;
#[cfg(unix)]
mod signals;
#[cfg(target_os = "linux")]
mod terminal;

/// Text that no secret stands in, so long and different from line to line.
fn text(length: usize) -> Vec<u8> {
    let lines = (0_u64..).flat_map(|number| {
        let digits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{number:08} compiled m_{digits:016x}\n").into_bytes()
    });
    lines.take(length).collect()
}
