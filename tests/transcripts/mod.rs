//! What jobs print of their token where it is refused, by the programs that print it.
//!
//! The three transcripts of GitLab's "CI/CD job token" page, section "Troubleshooting", and what
//! their programs print when they are asked for more, under `bash -x`. The clients are the real ones; only the
//! server is of this process. It gives a request back as it came, as many an error page does.
//!
//! No failure shows a token: each names a line of a transcript, and the seed that makes it again.

mod backend;
mod curl;
mod git;
mod wget;

use std::io::Read as _;

use tempfile::TempDir;

use crate::support::chunkers;
use crate::support::command::{masker, shell};
use crate::support::programs::{command, is_there, output};
use crate::support::random::{self, Dice};
use crate::support::server::{Answer, Request, Server};

/// What tells nothing: fewer characters than these may survive.
const TELLING: usize = 6;

const MASK: &[u8] = masker::DEFAULT_MASK.as_bytes();

/// Runs a script, once with each of several tokens in `$CI_JOB_TOKEN`, pipes what it prints through
/// `masker`, and checks that nothing but the token is gone.
///
/// `$HOST` is where the server listens. In `shown`, the lines or pieces of lines that must have come
/// out, it is `{host}`.
#[track_caller]
fn check(programs: &[&str], script: &str, shown: &[&str]) {
    check_with(programs, script, shown, |_| reflect);
}

/// The same with another server, which may use the folder of the job.
#[track_caller]
fn check_with<A>(programs: &[&str], script: &str, shown: &[&str], server: impl Fn(&TempDir) -> A)
where
    A: Fn(&Request) -> Answer + Send + Sync + 'static,
{
    let mut dice = Dice::new(random::seed());
    for job in record(programs, script, server) {
        job.check(&piped(&job.transcript, &job.token, &mut dice), shown);
    }
}

/// What a job printed, its token, and where the server was.
struct Job {
    transcript: Vec<u8>,
    token: String,
    host: String,
}

/// Runs a script once with each of several tokens; with none where a program is missing.
fn record<A>(programs: &[&str], script: &str, server: impl Fn(&TempDir) -> A) -> Vec<Job>
where
    A: Fn(&Request) -> Answer + Send + Sync + 'static,
{
    for program in ["bash", "base64"].iter().chain(programs) {
        if !is_there(program) {
            println!("skipped: {program} is not on this machine, and the transcript is its own");
            return Vec::new();
        }
    }
    println!("MASKER_TEST_SEED={}", random::seed());
    let of_token = |token: String| {
        let folder = tempfile::tempdir().expect("a folder of the job");
        let server = Server::start(server(&folder));
        Job {
            transcript: run(script, &token, &server.host(), &folder),
            token,
            host: server.host(),
        }
    };
    let tokens = tokens(&mut Dice::new(random::seed().rotate_left(32)));
    tokens.into_iter().map(of_token).collect()
}

/// Some of our own job tokens and some of GitLab's.
fn tokens(dice: &mut Dice) -> Vec<String> {
    let shapes = [("mjt_", 43 + 6), ("glcbt-64_", 20)];
    let mut token = |(prefix, letters): (&str, usize)| {
        let letters = (0..letters).map(|_| dice.letter());
        prefix.chars().chain(letters).collect()
    };
    let each = |_| shapes.map(&mut token);
    (0..3).flat_map(each).collect()
}

/// What a job prints on standard output and standard error, in the order in which it does.
fn run(script: &str, token: &str, host: &str, folder: &TempDir) -> Vec<u8> {
    // None of the settings of this machine or its user.
    let mut running = shell("cd \"$HOME\" && exec bash -x -c \"$script\" 2>&1")
        .env("script", script)
        .env("HOME", folder.path())
        .env("HOST", host)
        .env("CI_JOB_TOKEN", token)
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("SYSTEM_WGETRC", "/dev/null")
        .start();
    drop(running.take_stdin());
    // Taken out of sight: a failure shows what it has of the output.
    let mut stdout = running.take_stdout();
    let mut transcript = Vec::new();
    stdout
        .read_to_end(&mut transcript)
        .expect("a pipe can be read");
    // The status is that of the last program, which was refused.
    running.wait();
    transcript
}

/// What `masker` makes of it, cut anywhere, without a flag that tells it where the secret is.
fn piped(transcript: &[u8], token: &str, dice: &mut Dice) -> Vec<u8> {
    let cuts: Vec<usize> = (0..500).map(|_| 1 + dice.below(100)).collect();
    // Rules would mask more of a header than the token.
    let call = masker(&["--rules", "none"]).env("CI_JOB_TOKEN", token);
    let outcome = call.run_on(&chunkers::by_cuts(&cuts, transcript));
    outcome.has_status(0).says("CI_JOB_TOKEN");
    let piece = first_piece(outcome.stderr.as_bytes(), token.as_bytes());
    assert!(piece.is_none(), "standard error shows some of the token");
    outcome.stdout
}

impl Job {
    /// Checks that the token is gone, and nothing else.
    #[track_caller]
    fn check(&self, masked: &[u8], shown: &[&str]) {
        self.tells_nothing(masked);
        let masks = replace(&self.transcript, self.token.as_bytes());
        let expected = replace(&masks, &basic(&self.token));
        let same = |(a, b): &(&u8, &u8)| a == b;
        let first = masked.iter().zip(&expected).take_while(same);
        let line = line_of(&expected, first.count());
        assert!(
            masked == expected,
            "line {line} of the transcript differs in more than the token"
        );
        for text in shown {
            let text = text.replace("{host}", &self.host);
            let is_shown = position(masked, text.as_bytes()).is_some();
            assert!(is_shown, "the output has no {text:?}");
        }
    }

    /// Checks that no piece of the token is left.
    #[track_caller]
    fn tells_nothing(&self, masked: &[u8]) {
        let basic = basic(&self.token);
        for (form, text) in [("as it is", self.token.as_bytes()), ("in base64", &basic)] {
            let line = first_piece(masked, text).map(|at| line_of(masked, at));
            assert!(
                line.is_none(),
                "some of the token, {form}, is left in line {line:?} of the output"
            );
        }
    }
}

/// What the token alone determines of `gitlab-ci-token:$CI_JOB_TOKEN` in base64. Found without the
/// code under test: encoded with other neighbours of the same length, it is where both agree.
fn basic(token: &str) -> Vec<u8> {
    let [first, second] = [b"\0", b"\xff"].map(|other| {
        let text = [b"gitlab-ci-token", &other[..], token.as_bytes(), other].concat();
        let mut encoded = output(&mut command("base64", &[]), &text);
        encoded.retain(|byte| !byte.is_ascii_whitespace());
        encoded
    });
    let agree = |at: usize| first[at] == second[at];
    let begin = (0..first.len()).rfind(|&at| at < first.len() / 2 && !agree(at));
    let begin = 1 + begin.expect("they differ before the token");
    let end = (begin..first.len()).find(|&at| !agree(at));
    first[begin..end.expect("they differ behind the token")].to_vec()
}

/// A server that knows of nothing, and says so with all it was sent.
fn reflect(request: &Request) -> Answer {
    let (_, path) = request.target();
    // Git and curl send what stands in a URL when they are asked for it.
    let is_asked = path.contains("/private") && request.header("Authorization").is_none();
    let status = if is_asked {
        "401 Unauthorized"
    } else {
        "404 Not Found"
    };
    let mut headers = vec!["Content-Type: text/plain".to_owned()];
    if is_asked {
        headers.push("WWW-Authenticate: Basic realm=\"GitLab\"".to_owned());
    }
    let message = format!("{status}. You asked for:\n").into_bytes();
    Answer {
        status: status.to_owned(),
        headers,
        body: [&message[..], &request.head, b"\n", &request.body, b"\n"].concat(),
    }
}

/// Where the first piece of a text stands that tells some of it.
fn first_piece(output: &[u8], text: &[u8]) -> Option<usize> {
    text.windows(TELLING)
        .filter_map(|piece| position(output, piece))
        .min()
}

fn position(text: &[u8], piece: &[u8]) -> Option<usize> {
    text.windows(piece.len()).position(|it| it == piece)
}

fn replace(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = text;
    while let Some(at) = position(rest, secret) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(MASK);
        rest = &rest[at + secret.len()..];
    }
    [replaced, rest.to_vec()].concat()
}

fn line_of(text: &[u8], at: usize) -> usize {
    1 + text[..at].iter().filter(|&&byte| byte == b'\n').count()
}
