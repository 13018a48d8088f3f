//! What a service pays that holds 10,000 streams of 1,000 jobs, each job with 20 secrets of its own
//! in all forms: memory, time to set up, and what the cores of the machine make of it. And what a job
//! costs that has its secrets on top of those of all jobs.
//!
//! `cargo bench --bench streams`. Every write goes to another stream, and every ten streams to
//! another set, so that what is searched with comes from far memory, as it does in such a service.

#[path = "support/allocated.rs"]
mod allocated;
#[path = "support/logs.rs"]
mod logs;

use std::io::{self, Write};
use std::thread;
use std::time::Instant;

use masker::io::MaskWriter;
use masker::{MaskSet, Secret};

use allocated::kept;

const JOBS: usize = 1_000;
const STREAMS_OF_A_JOB: usize = 10;
const SECRETS_OF_A_JOB: usize = 20;
/// The most bytes that are written in a round; an eighth of it at least.
const ROUND: usize = 1 << 29;
/// What the streams and sets of each kind may take in all, in MiB.
const TARGET: f64 = 256.0;
const MEBIBYTE: f64 = (1 << 20) as f64;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let text = logs::text(8 << 20);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{JOBS} jobs of {SECRETS_OF_A_JOB} secrets in all forms, {} streams, {}, {cores} cores\n",
        JOBS * STREAMS_OF_A_JOB,
        logs::origin()
    );
    for kind in [Kind::Tokens, Kind::Mixed, Kind::WithKey] {
        println!("{}:", kind.what());
        let mut service = Service::set_up(kind);
        if kind == Kind::Tokens {
            for size in [512, 4 * 1024, 64 * 1024] {
                service.measure_speed(&text, size, cores, if quick { 1 } else { 5 });
            }
        }
        service.finish();
    }
    on_a_base();
}

/// The secrets that all jobs have in common, and how many jobs are set up without sharing them, as the
/// baseline.
const SECRETS_OF_ALL: usize = 100;
const JOBS_OF_BASELINE: usize = 100;

/// What jobs take that extend a set of secrets which all have, and what they take compiled as a whole.
fn on_a_base() {
    println!("20 such tokens on a base of {SECRETS_OF_ALL} that all jobs have:");
    let secrets = logs::secrets(SECRETS_OF_ALL + JOBS * SECRETS_OF_A_JOB, 20..=40);
    let (of_all, of_jobs) = secrets.split_at(SECRETS_OF_ALL);
    let jobs: Vec<_> = of_jobs.chunks(SECRETS_OF_A_JOB).collect();
    let base = compile(of_all);
    let each = |what: &str, jobs: &[&[String]], set_up: &dyn Fn(&[String]) -> MaskSet| {
        let before = kept();
        let start = Instant::now();
        let sets: Vec<_> = jobs.iter().map(|job| set_up(job)).collect();
        let seconds = start.elapsed().as_secs_f64();
        let memory = kept() - before;
        for (set, job) in sets.iter().zip(jobs) {
            let mut stream = MaskWriter::new(Count(0), set);
            write!(stream, "{} and {}.", job[7], of_all[7]).expect("it counts");
            assert_eq!(stream.get_ref().0, "[MASKED] and [MASKED].".len());
        }
        let of_job = memory / jobs.len() as f64;
        println!(
            "  {what}: {:.0} us and {:.0} KiB a job",
            seconds * 1e6 / jobs.len() as f64,
            of_job / 1024.0
        );
        of_job
    };
    let extended = each("extended", &jobs, &|job| {
        let job = base.extend().secrets(named(job)).build();
        job.expect("long enough secrets build")
    });
    let whole = each("compiled as a whole", &jobs[..JOBS_OF_BASELINE], &|job| {
        compile(&[of_all, job].concat())
    });
    assert!(extended < whole / 3.0);
}

/// What the secrets of a job are like.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Tokens,
    Mixed,
    WithKey,
}

impl Kind {
    fn what(self) -> &'static str {
        match self {
            Kind::Tokens => "20 tokens of 20 to 40 letters and digits",
            Kind::Mixed => "15 such tokens and 5 passwords with odd characters",
            Kind::WithKey => "14 tokens, 5 passwords and a key of 1.7 KB in lines",
        }
    }

    /// The secrets of all jobs, no two alike.
    fn secrets(self) -> Vec<Vec<String>> {
        let (passwords, keys) = match self {
            Kind::Tokens => (0, 0),
            Kind::Mixed => (5, 0),
            Kind::WithKey => (5, 1),
        };
        let tokens = logs::secrets(JOBS * SECRETS_OF_A_JOB, 20..=40);
        let lines = logs::secrets(26 * JOBS * keys, 64..=64);
        let of_job = |(job, tokens): (usize, &[String])| {
            let mut secrets = tokens.to_vec();
            secrets[..passwords].iter_mut().for_each(make_odd);
            for key in 0..keys {
                let lines = lines[26 * job..][..26].join("\n");
                secrets[passwords + key] =
                    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
            }
            secrets
        };
        let jobs = tokens.chunks(SECRETS_OF_A_JOB).enumerate();
        jobs.map(of_job).collect()
    }
}

/// Every fifth character is one that somebody escapes.
fn make_odd(secret: &mut String) {
    let odd: Vec<char> = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~ ".chars().collect();
    let replaced = secret.chars().enumerate().map(|(at, char)| match at % 5 {
        2 => odd[(usize::from(char as u8) + at) % odd.len()],
        _ => char,
    });
    *secret = replaced.take(20).collect();
}

struct Service {
    secrets: Vec<Vec<String>>,
    /// Those of each job stand together.
    streams: Vec<MaskWriter<Count>>,
}

impl Service {
    /// Compiles the sets and opens the streams; tells what that took.
    fn set_up(kind: Kind) -> Service {
        let secrets = kind.secrets();
        let (before, resident_before) = (kept(), resident());
        let start = Instant::now();
        let mut slowest = 0f64;
        let sets: Vec<_> = secrets
            .iter()
            .map(|secrets| {
                let start = Instant::now();
                let set = compile(secrets);
                slowest = slowest.max(start.elapsed().as_secs_f64());
                set
            })
            .collect();
        let compiling = start.elapsed().as_secs_f64();
        let of_sets = kept() - before;

        let start = Instant::now();
        let mut streams = Vec::with_capacity(JOBS * STREAMS_OF_A_JOB);
        for set in &sets {
            streams.extend((0..STREAMS_OF_A_JOB).map(|_| MaskWriter::new(Count(0), set)));
        }
        let opening = start.elapsed().as_secs_f64();
        println!(
            "  set up: {:.0} us a job, {:.0} us the slowest; a stream {:.2} us",
            compiling * 1e6 / JOBS as f64,
            slowest * 1e6,
            opening * 1e6 / streams.len() as f64
        );
        let told: usize = sets.iter().map(MaskSet::memory).sum();
        drop(sets);
        let mut service = Service { secrets, streams };
        service.begin_a_secret_in_each();
        let all = kept() - before;
        println!(
            "  memory: {:.0} MiB in all, of it sets {:.0} MiB ({:.0} KiB a job, search {:.0} KiB), streams {:.0} MiB",
            all / MEBIBYTE,
            of_sets / MEBIBYTE,
            of_sets / 1024.0 / JOBS as f64,
            told as f64 / 1024.0 / JOBS as f64,
            (all - of_sets) / MEBIBYTE,
        );
        // What comes later is put where this was, so only here does the system's view tell anything.
        if kind == Kind::Tokens
            && let (Some(before), Some(after)) = (resident_before, resident())
        {
            println!("  resident: {:.0} MiB more", (after - before) / MEBIBYTE);
        }
        let is_met = |met: bool| if met { "met" } else { "not met" };
        println!(
            "  targets: under {TARGET} MiB in all {}, under 1 ms a job {}",
            is_met(all < TARGET * MEBIBYTE),
            is_met(compiling < JOBS as f64 / 1e3)
        );
        assert!(all < TARGET * MEBIBYTE);
        service
    }

    /// Each stream holds something and has printed secrets, as live ones do.
    fn begin_a_secret_in_each(&mut self) {
        for (number, stream) in self.streams.iter_mut().enumerate() {
            let secret = &self.secrets[number / STREAMS_OF_A_JOB][7];
            write!(stream, "{secret} and {secret}, and {}", &secret[..10]).expect("it counts");
            assert_eq!(stream.get_ref().0, "[MASKED] and [MASKED], and ".len());
        }
    }

    /// Writes to the streams in turns, by one thread and by one for each core.
    fn measure_speed(&mut self, text: &[u8], size: usize, cores: usize, rounds: usize) {
        let chunks: Vec<_> = text.chunks_exact(size).collect();
        // The larger the writes, the fewer of them, so that rounds take about as long.
        let streams = self.streams.len().min(ROUND / size);
        let streams = &mut self.streams[..streams];
        let times = (ROUND / 8 / (streams.len() * size)).max(1);
        let mut taken = [Vec::new(), Vec::new()];
        let mut written = Vec::new();
        for round in 0..=rounds {
            for (threads, taken) in [1, cores].into_iter().zip(&mut taken) {
                let start = Instant::now();
                let on_cores = write_to_all(streams, &chunks, threads, times);
                let done = (start.elapsed().as_secs_f64(), on_cores);
                let counts = streams.iter_mut().map(|stream| stream.get_ref().0);
                written.push(counts.sum::<usize>());
                if round > 0 {
                    taken.push(done);
                }
            }
        }
        // Whoever writes, as much comes out: behind the first round all streams stand alike.
        let steps: Vec<_> = written[1..].windows(2).map(|it| it[1] - it[0]).collect();
        assert!(steps.iter().all(|&step| step == steps[0] && step > 0));

        let [one, all] = taken.map(|mut taken| {
            taken.sort_by(|a, b| a.0.total_cmp(&b.0));
            taken[taken.len() / 2]
        });
        let bytes = (streams.len() * size * times) as f64;
        println!(
            "  writes of {size:>5} bytes: one thread {:.2} GB/s, {cores} threads {:.2} GB/s, {:.1} times as much; each {:.0} % as fast as alone, by the time it had a core",
            bytes / one.0 / 1e9,
            bytes / all.0 / 1e9,
            one.0 / all.0,
            100.0 * one.1 / all.1,
        );
    }

    /// Each has an end.
    fn finish(self) {
        for stream in self.streams {
            stream.finish().expect("it counts");
        }
        println!();
    }
}

fn compile(secrets: &[String]) -> MaskSet {
    let set = MaskSet::builder().secrets(named(secrets)).build();
    set.expect("long enough secrets build")
}

fn named(secrets: &[String]) -> impl Iterator<Item = Secret> {
    let names = (0..).map(|number| format!("SECRET_{number}"));
    let secrets = secrets.iter().zip(names);
    secrets.map(|(value, name)| Secret::new(name, value.as_str()))
}

/// Returns the seconds that the threads had a core, all together: on a machine that is busy with
/// other work too, these tell more than the time that went by.
fn write_to_all(
    streams: &mut [MaskWriter<Count>],
    chunks: &[&[u8]],
    threads: usize,
    times: usize,
) -> f64 {
    let share = streams.len().div_ceil(threads);
    thread::scope(|scope| {
        let write = |(thread, streams): (usize, &mut [MaskWriter<Count>])| {
            for _ in 0..times {
                for (place, stream) in streams.iter_mut().enumerate() {
                    let chunk = chunks[(thread * share + place) * 7 % chunks.len()];
                    stream.write_all(chunk).expect("it counts");
                }
            }
            seconds_on_core()
        };
        let shares = streams.chunks_mut(share).enumerate();
        let threads: Vec<_> = shares.map(|it| scope.spawn(move || write(it))).collect();
        let seconds = threads.into_iter().map(|it| it.join().expect("it counts"));
        seconds.sum()
    })
}

/// How long this thread has had a core, where the system tells.
fn seconds_on_core() -> f64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = schedule.split_whitespace().next();
    nanoseconds
        .and_then(|it| it.parse().ok())
        .unwrap_or(f64::NAN)
        / 1e9
}

/// Counts what is written.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The memory of the process, where the system tells.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0)
}
