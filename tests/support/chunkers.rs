//! Ways to cut a text into chunks.

/// Pieces of `size` bytes, the last one shorter.
pub fn every(size: usize, text: &[u8]) -> Vec<&[u8]> {
    text.chunks(size).collect()
}

/// Pieces whose lengths follow `cuts`, over and over; a zero makes an empty piece.
pub fn by_cuts<'t>(cuts: &[usize], text: &'t [u8]) -> Vec<&'t [u8]> {
    let mut rest = text;
    let mut pieces = Vec::new();
    let mut sizes = cuts.iter().copied().chain([1]).cycle();
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(1).min(rest.len());
        let (piece, behind) = rest.split_at(size);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}
