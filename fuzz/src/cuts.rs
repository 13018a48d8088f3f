//! Where a text is cut: anywhere, and above all beside what matters.

use arbitrary::{Result, Unstructured};

/// The sizes of chunks: of the same size, of sizes that follow each other, or cut close to `marks`,
/// places in the text where something begins or ends.
pub fn arbitrary(u: &mut Unstructured<'_>, marks: &[usize]) -> Result<Vec<usize>> {
    let few = u.int_in_range(0..=6)?;
    match u.int_in_range(0..=3)? {
        0 => Ok(vec![u.int_in_range(1..=17)?]),
        1 => (0..few).map(|_| u.int_in_range(0..=40)).collect(),
        2 => (0..few).map(|_| u.int_in_range(0..=600)).collect(),
        _ if marks.is_empty() => Ok(vec![usize::MAX]),
        _ => {
            let near = |_| {
                let mark = u.choose(marks)?;
                Ok((mark + u.int_in_range(0..=6)?).saturating_sub(3))
            };
            let mut places = (0..few).map(near).collect::<Result<Vec<_>>>()?;
            places.sort_unstable();
            let before = std::iter::once(0).chain(places.iter().copied());
            let sizes = places.iter().zip(before).map(|(at, before)| at - before);
            // Behind the last cut, all in one piece.
            Ok(sizes.chain([usize::MAX]).collect())
        }
    }
}
