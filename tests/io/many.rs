//! Ten thousand live streams of a thousand jobs, each job with secrets of its own.

use std::io::Write;

use masker::io::MaskWriter;
use masker::{MaskSet, Secret};

use crate::support::logs;

const JOBS: usize = 1_000;
const STREAMS_OF_A_JOB: usize = 10;
const SECRETS_OF_A_JOB: usize = 20;

/// What all of them may take, in bytes.
const TARGET: usize = 256 << 20;

#[test]
fn ten_thousand_streams_take_little_memory_and_mask_each_its_own() {
    let secrets = logs::secrets(JOBS * SECRETS_OF_A_JOB, 20..=40);
    let jobs: Vec<_> = secrets.chunks(SECRETS_OF_A_JOB).collect();
    let sets: Vec<_> = jobs.iter().map(|job| compile(job)).collect();
    let mut streams: Vec<_> = (0..JOBS * STREAMS_OF_A_JOB)
        .map(|number| MaskWriter::new(Vec::new(), &sets[number / STREAMS_OF_A_JOB]))
        .collect();

    // All are in the middle of a secret at the same time, and each prints its neighbour's too.
    let of = |number: usize, secret: usize| {
        let job = jobs[number / STREAMS_OF_A_JOB % JOBS];
        &job[secret % SECRETS_OF_A_JOB]
    };
    for (number, stream) in streams.iter_mut().enumerate() {
        write!(stream, "{number}: {}", &of(number, number)[..15]).expect("a Vec takes all");
    }
    let sets: usize = sets.iter().map(MaskSet::memory).sum();
    let of_streams = streams.len() * (size_of::<MaskWriter<Vec<u8>>>() + 256);
    assert!(sets + of_streams < TARGET, "{sets} and {of_streams} bytes");

    for (number, stream) in streams.iter_mut().enumerate() {
        let neighbours = of(number + STREAMS_OF_A_JOB, number);
        let rest = &of(number, number)[15..];
        writeln!(stream, "{rest}, {neighbours}").expect("a Vec takes all");
    }
    for (number, stream) in streams.into_iter().enumerate() {
        let neighbours = of(number + STREAMS_OF_A_JOB, number);
        let log = stream.finish().expect("a Vec takes all");
        let expected = format!("{number}: [MASKED], {neighbours}\n");
        assert_eq!(String::from_utf8_lossy(&log), expected);
    }
}

/// A private key has a pattern as long as itself for each way to write it.
#[test]
fn a_private_key_in_each_job_takes_little_memory_too() {
    const MEASURED: usize = 10;
    let secrets = logs::secrets(MEASURED * SECRETS_OF_A_JOB, 20..=40);
    let lines = logs::secrets(MEASURED * 26, 64..=64);
    let odd: Vec<char> = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~ ".chars().collect();
    let make_odd = |secret: &mut String| {
        let char = |(at, char)| {
            if at % 5 == 2 {
                odd[(char as usize + at) % odd.len()]
            } else {
                char
            }
        };
        *secret = secret.chars().take(20).enumerate().map(char).collect();
    };
    let jobs = secrets.chunks(SECRETS_OF_A_JOB).zip(lines.chunks(26));
    let sets = jobs.map(|(secrets, lines)| {
        let mut secrets = secrets.to_vec();
        secrets[..5].iter_mut().for_each(make_odd);
        let lines = lines.join("\n");
        secrets[5] = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
        compile(&secrets).memory()
    });
    let sets = sets.sum::<usize>() * (JOBS / MEASURED);
    let of_streams = JOBS * STREAMS_OF_A_JOB * (size_of::<MaskWriter<Vec<u8>>>() + 256);
    assert!(sets + of_streams < TARGET, "{sets} and {of_streams} bytes");
}

fn compile(secrets: &[String]) -> MaskSet {
    let secrets = secrets.iter().enumerate();
    let secrets = secrets.map(|(number, value)| Secret::new(number.to_string(), value.as_str()));
    let set = MaskSet::builder().secrets(secrets).build();
    set.expect("long enough secrets build")
}
