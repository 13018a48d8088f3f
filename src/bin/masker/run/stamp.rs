//! `--timestamps`: the time before each line.

use jiff::Timestamp;

/// Where one stream is in its lines.
pub struct Stamper {
    is_at_line_start: bool,
}

impl Stamper {
    pub fn new() -> Stamper {
        Stamper {
            is_at_line_start: true,
        }
    }

    /// The text with the time before each line that begins in it.
    pub fn stamp(&mut self, text: &[u8], now: Timestamp) -> Vec<u8> {
        let stamp = format!("{now:.3} ");
        let mut stamped = Vec::with_capacity(text.len() + stamp.len());
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            if self.is_at_line_start {
                stamped.extend_from_slice(stamp.as_bytes());
            }
            stamped.extend_from_slice(line);
            self.is_at_line_start = line.ends_with(b"\n");
        }
        stamped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_gets_one_wherever_the_text_is_cut() {
        let now = Timestamp::from_millisecond(1_769_862_896_070).expect("it is a time");
        let stamp = "2026-01-31T12:34:56.070Z ";
        let expected = format!("{stamp}a\r\n{stamp}\n{stamp}b");
        let text = b"a\r\n\nb";
        for cut in 0..=text.len() {
            let mut stamper = Stamper::new();
            let (one, other) = text.split_at(cut);
            let printed = [stamper.stamp(one, now), stamper.stamp(other, now)].concat();
            assert_eq!(printed, expected.as_bytes(), "cut at {cut}");
        }
    }
}
