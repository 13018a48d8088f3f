//! Real job logs: nothing changes without a secret, and nothing else with one.

use std::path::{Path, PathBuf};

use masker::{MaskSet, Masker, Rules, Secret};

use crate::support::{logs, oracle};

/// The logs of `../shared/corpus`, or generated ones where there is no such folder.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!(
            "there is no corpus of job logs beside the project: generated lines take its place"
        );
        return vec![("generated".to_owned(), logs::text(1 << 20))];
    };
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    let logs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    let named = |path: PathBuf| {
        let log = std::fs::read(&path).expect("a log can be read");
        (
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            log,
        )
    };
    let logs: Vec<_> = logs.map(named).collect();
    assert!(!logs.is_empty(), "the corpus has no logs");
    logs
}

/// Secrets of several lengths, none of which stands in a log.
fn secrets() -> Vec<Vec<u8>> {
    [
        "glpat-Zq3x9Vb7Nm2Kf8Lw5Rt1",
        "dep_6Hk2Qz8Xv4Bn9Mw3Lp7Rt5Yd1Gs0Jf",
        "hunter2-Zq",
        "\"quoted\"\n-----and on two lines-----",
        "AKIAZQ3X9VB7NM2KF8LW",
        "section_end-Zq3x9Vb7",
    ]
    .map(|secret| secret.as_bytes().to_vec())
    .to_vec()
}

fn mask(log: &[u8], chunk: usize, rules: Rules) -> Vec<u8> {
    let secrets = secrets()
        .into_iter()
        .map(|value| Secret::new("planted", value));
    let set = MaskSet::builder()
        .secrets(secrets)
        .rules(rules)
        .build()
        .expect("the secrets build");
    let mut masker = Masker::new(&set);
    let mut out = Vec::new();
    for chunk in log.chunks(chunk) {
        masker.push(chunk, &mut out);
    }
    masker.finish(&mut out);
    out
}

#[test]
fn logs_without_a_secret_come_out_as_they_went_in() {
    for (name, log) in corpus() {
        for chunk in [1, 7, 80, 4_096, 65_536] {
            assert!(
                mask(&log, chunk, Rules::ALL) == log,
                "{name} in chunks of {chunk} has changed"
            );
        }
    }
}

#[test]
fn logs_with_a_secret_every_20_lines_come_out_as_the_oracle_says() {
    for (name, log) in corpus() {
        let mut planted = Vec::new();
        for (number, line) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
            if number % 20 == 0 {
                // In the middle of the line, where a cut may fall into a colour or a character.
                let (before, after) = line.split_at(line.len() / 2);
                let secret = &secrets()[number / 20 % 6];
                planted.extend([before, secret, after].concat());
            } else {
                planted.extend_from_slice(line);
            }
        }
        let expected = oracle::mask(&secrets(), &planted);
        assert_ne!(expected, planted);
        for chunk in [1, 80, 4_096, 65_536] {
            assert!(
                mask(&planted, chunk, Rules::NONE) == expected,
                "{name} in chunks of {chunk} differs"
            );
        }
    }
}
