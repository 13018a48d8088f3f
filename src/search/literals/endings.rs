//! Which literals end at a place: they are read from their ends.

use super::Literal;
use crate::search::bit_table::BitTable;

pub(super) struct Endings {
    exact: Backwards,
    /// Those of any case, in lower case.
    any_case: Backwards,
    /// The last bytes of each.
    tails: BitTable<1>,
    /// Whether some literal is shorter than what is asked of `tails`.
    has_short: bool,
    /// Whether some literal goes on behind a byte.
    inner: [bool; 256],
}

/// The last three bytes of a text that ends with these, in lower case.
#[derive(Clone, Copy, Default)]
pub(super) struct Tail(u32);

impl Tail {
    const LEN: usize = 3;

    pub(super) fn of(text: &[u8]) -> Tail {
        let from = text.len().saturating_sub(Tail::LEN);
        text[from..]
            .iter()
            .fold(Tail::default(), |tail, &byte| tail.then(byte))
    }

    /// The tail when another byte comes.
    #[inline]
    pub(super) fn then(self, byte: u8) -> Tail {
        Tail((self.0 << 8 | u32::from(byte.to_ascii_lowercase())) & 0xff_ffff)
    }
}

/// Literals backwards, in the order of their bytes: those that agree with the text so far are
/// neighbours, and each further byte narrows them down.
type Backwards = Vec<(Box<[u8]>, usize)>;

impl Endings {
    pub(super) fn new(literals: &[&Literal]) -> Endings {
        let of_case = |any_case: bool| {
            let numbered = literals.iter().enumerate();
            backwards(numbered.filter(|(_, literal)| literal.any_case == any_case))
        };
        let mut tails = BitTable::for_entries(4 * literals.len());
        let mut inner = [false; 256];
        for literal in literals {
            tails.insert(u64::from(Tail::of(&literal.bytes).0));
            for &byte in &literal.bytes[..literal.bytes.len() - 1] {
                for case in cases(byte, literal.any_case) {
                    inner[usize::from(case)] = true;
                }
            }
        }
        Endings {
            exact: of_case(false),
            any_case: of_case(true),
            tails,
            has_short: literals.iter().any(|it| it.bytes.len() < Tail::LEN),
            inner,
        }
    }

    /// Whether some literal may end as a text with this tail does.
    #[inline]
    pub(super) fn may_end(&self, tail: Tail) -> bool {
        self.has_short || self.tails.answer(u64::from(tail.0)) & 1 != 0
    }

    /// Whether some literal has this byte and another behind it.
    #[inline]
    pub(super) fn may_go_on(&self, byte: u8) -> bool {
        self.inner[usize::from(byte)]
    }

    /// Calls `on_literal` with the number and length of each literal that the text ends with. The
    /// text comes backwards.
    pub(super) fn each<'t>(
        &self,
        text: impl Iterator<Item = &'t u8> + Clone,
        mut on_literal: impl FnMut(usize, usize),
    ) {
        narrow(&self.exact, text.clone().copied(), &mut on_literal);
        let folded = text.map(u8::to_ascii_lowercase);
        narrow(&self.any_case, folded, &mut on_literal);
    }
}

fn backwards<'l>(literals: impl Iterator<Item = (usize, &'l &'l Literal)>) -> Backwards {
    let backwards = |(number, literal): (usize, &&Literal)| {
        let fold = |byte: &u8| match literal.any_case {
            true => byte.to_ascii_lowercase(),
            false => *byte,
        };
        (literal.bytes.iter().rev().map(fold).collect(), number)
    };
    let mut sorted: Backwards = literals.map(backwards).collect();
    sorted.sort_unstable();
    sorted
}

fn narrow(
    literals: &Backwards,
    text: impl Iterator<Item = u8>,
    on_literal: &mut impl FnMut(usize, usize),
) {
    let mut agreeing = &literals[..];
    for (depth, byte) in text.enumerate() {
        let from = agreeing.partition_point(|(literal, _)| literal[depth] < byte);
        let until = agreeing.partition_point(|(literal, _)| literal[depth] <= byte);
        agreeing = &agreeing[from..until];
        // Those that end here come first: they begin all the others.
        while let [(literal, number), rest @ ..] = agreeing
            && literal.len() == depth + 1
        {
            on_literal(*number, depth + 1);
            agreeing = rest;
        }
        if agreeing.is_empty() {
            return;
        }
    }
}

/// The byte itself, and in the other case where it is a letter of any case.
pub(super) fn cases(byte: u8, any_case: bool) -> impl Iterator<Item = u8> {
    let other = any_case && byte.is_ascii_alphabetic();
    let folded = if other { byte ^ 0x20 } else { byte };
    std::iter::once(byte).chain(other.then_some(folded))
}
