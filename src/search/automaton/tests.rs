use super::*;

#[test]
fn long_patterns_take_little_more_than_their_bytes() {
    let mut random = 1u64;
    let mut byte = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        b"0123456789abcdef"[(random >> 40) as usize % 16]
    };
    let patterns: Vec<Vec<u8>> = (0..10)
        .map(|_| (0..10_000).map(|_| byte()).collect())
        .collect();
    let patterns = Patterns::new(patterns.iter().map(Vec::as_slice));
    let automaton = Automaton::new(&patterns).expect("so few fit");
    let memory = automaton.memory();
    assert!(memory < 130_000, "{memory} bytes for 100,000");
}

/// Where the near root is left after some bytes in a text, and how many bytes are live there.
fn pass_near_root(before: &[u8], text: &[u8], until: usize) -> (usize, usize) {
    let patterns = Patterns::new([&b"abcd"[..], b"bcX"]);
    let automaton = Automaton::new(&patterns).expect("so few fit");
    let (_, mut state) = automaton.walk(automaton.start(), before, 0, usize::MAX >> 1, &mut |_| {});
    let at = automaton.pass_near_root(&mut state, text, 0, until);
    (at, automaton.live(state))
}

#[test]
fn text_unlike_the_patterns_is_passed_without_a_step_of_the_automaton() {
    assert_eq!(pass_near_root(b"", b"zzzzzz", 6), (6, 0));
    assert_eq!(pass_near_root(b"", b"zazbza", 6), (6, 1));
    assert_eq!(pass_near_root(b"a", b"zzzzzz", 6), (6, 0));
    // Of what stands next to them in the tables, too.
    assert_eq!(pass_near_root(b"", b"aa a\0bd", 7), (7, 0));
    // To the second byte of what may be a pattern, and no further.
    assert_eq!(pass_near_root(b"", b"zzabzz", 6), (3, 1));
    assert_eq!(pass_near_root(b"a", b"bzzzzz", 6), (0, 1));
    assert_eq!(pass_near_root(b"ab", b"zzzzzz", 6), (0, 2));
    // To where nothing that began earlier is live.
    assert_eq!(pass_near_root(b"", b"zzzzzz", 3), (3, 0));
    assert_eq!(pass_near_root(b"", b"zzazzz", 3), (4, 0));
    assert_eq!(pass_near_root(b"", b"zzzazz", 3), (3, 0));
}

#[test]
fn the_index_says_in_which_segment_a_node_is() {
    let patterns: Vec<_> = (0..300).map(|number| format!("{number:020}")).collect();
    let patterns = Patterns::new(patterns.iter().map(|pattern| pattern.as_bytes()));
    let automaton = Automaton::new(&patterns).expect("so few fit");
    for (node, &segment) in (0..).step_by(STEP as usize).zip(&automaton.index) {
        let segment = segment as usize;
        let nodes = automaton.segments[segment].first..automaton.segments[segment + 1].first;
        assert!(nodes.contains(&node), "{node} is not in {nodes:?}");
    }
}
