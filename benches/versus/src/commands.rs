//! Whole commands: from a file on standard input to a pipe that is read as fast as it can be.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use aho_corasick::AhoCorasick;

use crate::table::Table;
use crate::{Outcome, logs};

/// Of secrets.
pub const COUNTS: [usize; 4] = [1, 10, 100, 1_000];
const MASK: &str = "[MASKED]";

/// A peer, and GB/s at each of [`COUNTS`].
pub struct Speeds {
    pub name: &'static str,
    pub speeds: Vec<f64>,
}

/// All of them over the same log with a secret in one of 20 lines.
pub fn measure(masker: &Path, text: &[u8], rounds: usize) -> Outcome<Vec<Speeds>> {
    let names = Peer::ALL.map(|peer| peer.name());
    let mut all = names.map(|name| Speeds {
        name,
        speeds: Vec::new(),
    });
    for count in COUNTS {
        let contest = Contest::new(masker, text, count)?;
        let speeds = contest.measure(rounds)?;
        for (peer, speed) in all.iter_mut().zip(speeds) {
            peer.speeds.push(speed);
        }
    }
    Ok(all.into())
}

pub fn table(commands: &[Speeds]) -> Table {
    let masker = &commands[0].speeds;
    let row = |command: &Speeds| {
        let speeds = command.speeds.iter().map(|speed| format!("{speed:.3}"));
        let ratios = masker.iter().zip(&command.speeds);
        let ratios = ratios.map(|(masker, speed)| format!("{:.1}", masker / speed));
        let name = command.name.to_owned();
        [name].into_iter().chain(speeds).chain(ratios).collect()
    };
    Table {
        title: "As commands, by the number of secrets of 20 to 40 bytes, one in 20 lines of the log",
        head: vec![
            "command",
            "1",
            "10",
            "100",
            "1,000",
            "masker to it, 1",
            "10",
            "100",
            "1,000",
        ],
        rows: commands.iter().map(row).collect(),
        notes: &[
            "Wall time with the start of the process, from a file on standard input to a pipe that is read at once. All but *cat* write the same bytes.",
            "*masker* has `--forms raw --rules none`, which is what the others do; *masker, all* masks all forms and rules too.",
            "*sed* and *perl* are given one alternation of all secrets and the locale C, *perl* room for its trie; *rg* is `rg --passthru --replace -F -f` on one thread. They wait for whole lines, and know no secret that a line break cuts.",
        ],
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Peer {
    Masker,
    MaskerAll,
    Rg,
    Perl,
    Sed,
    Cat,
}

impl Peer {
    const ALL: [Peer; 6] = [
        Peer::Masker,
        Peer::MaskerAll,
        Peer::Rg,
        Peer::Perl,
        Peer::Sed,
        Peer::Cat,
    ];

    fn name(self) -> &'static str {
        match self {
            Peer::Masker => "masker",
            Peer::MaskerAll => "masker, all",
            Peer::Rg => "rg",
            Peer::Perl => "perl",
            Peer::Sed => "sed",
            Peer::Cat => "cat",
        }
    }
}

/// A log and secrets in files, and what must come out.
struct Contest {
    folder: tempfile::TempDir,
    masker: PathBuf,
    text: Vec<u8>,
    expected: Vec<u8>,
}

impl Contest {
    fn new(masker: &Path, text: &[u8], count: usize) -> Outcome<Contest> {
        let secrets = logs::secrets(count, 20..=40);
        let mut text = logs::with_planted(text, &secrets, 20);
        // Tools for lines end the last one, whether it ended or not.
        let end = text.iter().rposition(|&byte| byte == b'\n');
        text.truncate(end.map_or(0, |end| end + 1));
        let mut expected = Vec::with_capacity(text.len());
        let masks = vec![MASK; count];
        AhoCorasick::new(&secrets)?.try_stream_replace_all(&text[..], &mut expected, &masks)?;

        let folder = tempfile::tempdir()?;
        let write = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content);
        let escaped: Vec<_> = secrets.iter().map(|secret| escape(secret)).collect();
        let any = escaped.join("|");
        write("log", &text)?;
        write("secrets", (secrets.join("\n") + "\n").as_bytes())?;
        write("sed", format!("s/{any}/{MASK}/g\n").as_bytes())?;
        // Without the room, many secrets are tried one behind the other.
        let perl = format!("BEGIN {{ ${{^RE_TRIE_MAXBUF}} = 1 << 30 }}\ns/(?:{any})/{MASK}/g;\n");
        write("perl", perl.as_bytes())?;
        Ok(Contest {
            folder,
            masker: masker.into(),
            text,
            expected,
        })
    }

    /// GB/s of each, of what goes in.
    fn measure(&self, rounds: usize) -> Outcome<[f64; 6]> {
        for peer in Peer::ALL {
            self.check(peer)?;
        }
        let mut seconds = Peer::ALL.map(|_| Vec::new());
        for _ in 0..rounds {
            for (peer, seconds) in Peer::ALL.into_iter().zip(&mut seconds) {
                seconds.push(self.time(peer)?);
            }
        }
        Ok(seconds.map(|mut seconds| {
            seconds.sort_by(f64::total_cmp);
            self.text.len() as f64 / seconds[seconds.len() / 2] / 1e9
        }))
    }

    fn check(&self, peer: Peer) -> Outcome<()> {
        let (mut child, mut output) = self.start(peer)?;
        let mut out = Vec::with_capacity(self.text.len());
        output.read_to_end(&mut out)?;
        if !child.wait()?.success() || out != self.expected_of(peer) {
            return Err(format!("{} failed, or writes something else", peer.name()).into());
        }
        Ok(())
    }

    fn time(&self, peer: Peer) -> Outcome<f64> {
        let mut buffer = vec![0; 1 << 20];
        let start = Instant::now();
        let (mut child, mut output) = self.start(peer)?;
        let mut length = 0;
        loop {
            match output.read(&mut buffer)? {
                0 => break,
                read => length += read,
            }
        }
        let status = child.wait()?;
        let seconds = start.elapsed().as_secs_f64();
        if !status.success() || length != self.expected_of(peer).len() {
            return Err(format!("{} failed, or writes something else", peer.name()).into());
        }
        Ok(seconds)
    }

    fn expected_of(&self, peer: Peer) -> &[u8] {
        match peer {
            Peer::Cat => &self.text,
            _ => &self.expected,
        }
    }

    fn start(&self, peer: Peer) -> io::Result<(Child, impl Read + use<>)> {
        let file = |name: &str| self.folder.path().join(name);
        let mut command = Command::new(match peer {
            Peer::Masker | Peer::MaskerAll => self.masker.as_os_str(),
            _ => peer.name().as_ref(),
        });
        match peer {
            Peer::Masker => command
                .args(["--forms", "raw", "--rules", "none", "--secrets"])
                .arg(file("secrets")),
            Peer::MaskerAll => command.arg("--secrets").arg(file("secrets")),
            Peer::Rg => command
                .args(["--no-config", "--text", "--no-line-number", "-j1"])
                .args(["--color", "never", "--encoding", "none", "--passthru"])
                .args(["--replace", MASK, "-F", "-f"])
                .arg(file("secrets"))
                .arg("-"),
            Peer::Perl => command.arg("-p").arg(file("perl")),
            Peer::Sed => command.args(["-E", "-f"]).arg(file("sed")),
            Peer::Cat => &mut command,
        };
        let command = command
            .env("LC_ALL", "C")
            .stdin(File::open(file("log"))?)
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take().expect("it was asked to be piped");
        Ok((child, output))
    }
}

/// So that it stands for itself in the patterns of `sed -E` and of `perl`.
fn escape(secret: &str) -> String {
    let escaped = secret.chars().flat_map(|char| {
        let backslash = (!char.is_ascii_alphanumeric()).then_some('\\');
        backslash.into_iter().chain([char])
    });
    escaped.collect()
}
