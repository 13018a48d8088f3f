//! `--limit`: no more than so many bytes of both streams, and no half of a character.

/// What may still be printed.
pub struct Limit {
    left: u64,
    /// For each stream, how many bytes belong to a character that is printed so far but for these.
    /// They are set aside, so the other stream cannot take their place.
    owed: Vec<usize>,
    is_reached: bool,
}

impl Limit {
    pub fn new(size: u64, streams: usize) -> Limit {
        Limit {
            left: size,
            owed: vec![0; streams],
            is_reached: false,
        }
    }

    pub fn is_reached(&self) -> bool {
        self.is_reached
    }

    /// The beginning of the text that is to be printed.
    pub fn cut<'t>(&mut self, stream: usize, text: &'t [u8]) -> &'t [u8] {
        let mut length = 0;
        for &byte in text {
            if !self.takes(stream, byte) {
                break;
            }
            length += 1;
        }
        &text[..length]
    }

    fn takes(&mut self, stream: usize, byte: u8) -> bool {
        let owed = &mut self.owed[stream];
        if *owed > 0 {
            if byte & 0xc0 == 0x80 {
                *owed -= 1;
                return true;
            }
            // It is no character after all.
            self.left += *owed as u64;
            *owed = 0;
        }
        let more = match byte {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => 0,
        };
        // Behind the first that does not fit nothing comes, though it were shorter.
        if self.is_reached || self.left < 1 + more as u64 {
            self.is_reached = true;
            self.left = 0;
            return false;
        }
        self.left -= 1 + more as u64;
        *owed = more;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_ends_with_a_character_wherever_the_text_is_cut() {
        let text = "aä€🔒b".as_bytes();
        for size in 1..=text.len() {
            for cut in 0..=text.len() {
                let mut limit = Limit::new(size as u64, 1);
                let (one, other) = text.split_at(cut);
                let printed = [limit.cut(0, one), limit.cut(0, other)].concat();
                let printed = str::from_utf8(&printed).expect("characters are whole");
                let longest = (0..=size).rev().find(|&it| text_is_cut_at(text, it));
                assert_eq!(Some(printed.len()), longest, "{size} bytes, cut at {cut}");
                assert_eq!(limit.is_reached(), size < text.len());
            }
        }
    }

    fn text_is_cut_at(text: &[u8], place: usize) -> bool {
        str::from_utf8(&text[..place]).is_ok()
    }

    #[test]
    fn one_stream_does_not_take_the_place_of_the_others_character() {
        let mut limit = Limit::new(4, 2);
        assert_eq!(limit.cut(0, b"\xe2\x82"), b"\xe2\x82");
        assert_eq!(limit.cut(1, b"xyz"), b"x");
        assert_eq!(limit.cut(0, b"\xacz"), b"\xac");
        assert!(limit.is_reached());
    }

    #[test]
    fn bytes_that_are_no_characters_count_one_each() {
        let mut limit = Limit::new(5, 1);
        assert_eq!(limit.cut(0, b"\xff\xf0a\x80\xc3b\xffz"), b"\xff\xf0a\x80");
    }
}
