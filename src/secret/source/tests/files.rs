use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::read::read_all;
use super::*;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file");
    path
}

#[test]
fn a_file_loses_one_newline_and_nothing_else() {
    let folder = folder();
    let cases: [(&[u8], &[u8]); 9] = [
        (b"hunter2", b"hunter2"),
        (b"hunter2\n", b"hunter2"),
        (b"hunter2\r\n", b"hunter2"),
        (b"hunter2\n\n", b"hunter2\n"),
        (b"hunter2\r", b"hunter2\r"),
        (b" a\nb \n", b" a\nb "),
        (b"\xef\xbb\xbf\0\xff\n", b"\xef\xbb\xbf\0\xff"),
        (b"\n", b""),
        (b"", b""),
    ];
    for (content, value) in cases {
        let path = write(&folder, "key", content);
        let secret = from_file(&path).expect("a file");
        assert_eq!(secret.expose(), value);
        assert_eq!(secret.name(), path.to_string_lossy());
    }
}

#[test]
fn a_large_file_is_read_whole() {
    let folder = folder();
    let content: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let path = write(&folder, "key", [&content[..], b"\n"].concat());
    assert_eq!(from_file(&path).expect("a file").expose(), content);
}

#[test]
fn the_format_is_given_or_the_names() {
    let folder = folder();
    let json = write(&folder, "a.json", r#"{"KEY": "hunter2"}"#);
    let env = write(&folder, ".env.local", "KEY=hunter2");
    let lines = write(&folder, "tokens", "KEY=hunter2");
    let read = |path, format| pairs(from_secrets_file(path, format).expect("a file"));

    assert_eq!(read(&json, None), [pair("KEY", "hunter2")]);
    assert_eq!(read(&env, None), [pair("KEY", "hunter2")]);
    let name = format!("{}:1", lines.display());
    assert_eq!(
        read(&lines, Some(Format::Lines)),
        [pair(&name, "KEY=hunter2")]
    );
    assert_eq!(read(&lines, Some(Format::Env)), [pair("KEY", "hunter2")]);

    let error = from_secrets_file(&lines, Some(Format::Json)).expect_err("no JSON");
    let expected = format!(
        "{}, line 1: the JSON is not valid at column 1",
        lines.display()
    );
    assert_eq!(message(&error), expected);
}

/// A forgotten `--secrets-format` must not print every secret in the log.
#[test]
fn content_of_an_unsaid_format_is_taken_as_lines_and_as_what_it_looks_like() {
    let folder = folder();
    let read = |content: &str| {
        let path = write(&folder, "unsaid", content);
        let secrets = from_secrets_file(&path, None).expect("a file");
        let place = path.display().to_string();
        pairs(secrets)
            .into_iter()
            .map(|(name, value)| (name.replace(&place, "F"), value))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        read(r#"{"KEY": "hunter2"}"#),
        [pair("F:1", r#"{"KEY": "hunter2"}"#), pair("KEY", "hunter2")]
    );
    assert_eq!(
        read("KEY='hunter2hunter2' # old\n"),
        [
            pair("F:1", "KEY='hunter2hunter2' # old"),
            pair("F", "hunter2hunter2")
        ]
    );
    // These only look like names and values: nothing of them may be shown or refused.
    assert_eq!(read("HUNTER2=short"), [pair("F:1", "HUNTER2=short")]);
    assert_eq!(
        read("c2VjcmV0=longer-than-8"),
        [pair("F:1", "c2VjcmV0=longer-than-8")]
    );
    assert_eq!(read("{hunter2"), [pair("F:1", "{hunter2")]);
}

#[test]
fn a_missing_file_is_named_and_its_cause_said_once() {
    let path = folder().path().join("missing");
    let folder = folder();
    let other = folder.path().join("Missing1234567");
    for path in [Path::new("missing.json"), &other] {
        let error = from_secrets_file(path, None).expect_err("no file");
        assert_eq!(error.kind(), SourceErrorKind::Unreadable);
        let expected = format!("{}: there is no such file", path.display());
        assert_eq!(message(&error), expected);
        assert!(error.source().is_none(), "the sentence has said it");
    }
    // The folder is gone, and the text could be anything.
    assert!(message(&from_file(path).expect_err("no file")).starts_with("the path leads to no"));
}

#[test]
fn a_path_that_may_be_a_secret_is_not_shown() {
    let long = MARK.repeat(10_000);
    for path in [
        "hunter2-Abc",
        "correct_horse_battery",
        "/hunter2Abc",
        "./hunter2Abc",
        "abc/hunter+DEF",
        "hunter\nline",
        "hunter\0",
        "",
        &long,
    ] {
        let error = from_file(path).expect_err("no file");
        assert_eq!(error.kind(), SourceErrorKind::Unreadable);
        assert_eq!(
            message(&error),
            "the path leads to no file (not shown: it may be a secret)"
        );
    }
}

#[test]
#[cfg(unix)]
fn a_folder_is_no_file() {
    let folder = folder();
    let error = from_file(folder.path()).expect_err("a folder");
    assert_eq!(error.kind(), SourceErrorKind::Unreadable);
    let expected = format!("{}: it is a directory, not a file", folder.path().display());
    assert_eq!(message(&error), expected);
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder();
    let path = write(&folder, "key", "hunter2");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("permissions");
    // The administrator may read everything.
    if fs::read(&path).is_err() {
        let error = from_file(&path).expect_err("no permission");
        assert_eq!(error.kind(), SourceErrorKind::Unreadable);
        let expected = format!("{}: permission to read it is denied", path.display());
        assert_eq!(message(&error), expected);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_endless_file_is_too_large() {
    let error = from_file("/dev/zero").expect_err("no end");
    assert_eq!(error.kind(), SourceErrorKind::TooLarge);
    assert_eq!(message(&error), "/dev/zero: it is larger than 64 MiB");
}

#[test]
fn the_limit_is_exact() {
    let read = |length: usize, limit| read_all(&vec![7; length][..], limit);
    assert_eq!(read(20_000, 20_000).expect("the limit").len(), 20_000);
    assert!(matches!(read(20_001, 20_000), Err(Cause::TooLarge)));
}

/// Gives one byte, then is interrupted, then fails or ends.
struct Halting {
    left: usize,
    fails: bool,
    is_ready: bool,
}

impl Read for Halting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_ready = !self.is_ready;
        match self.left {
            _ if !self.is_ready => Err(io::ErrorKind::Interrupted.into()),
            0 if self.fails => Err(io::ErrorKind::ConnectionReset.into()),
            0 => Ok(0),
            _ => {
                self.left -= 1;
                buffer[0] = b'x';
                Ok(1)
            }
        }
    }
}

#[test]
fn reading_goes_on_after_an_interruption_and_ends_at_an_error() {
    let halting = |fails| Halting {
        left: 10_000,
        fails,
        is_ready: false,
    };
    let content = read_all(halting(false), MAX_SIZE).expect("an end");
    assert_eq!(*content, b"x".repeat(10_000));
    assert!(matches!(
        read_all(halting(true), MAX_SIZE),
        Err(Cause::Read(_))
    ));
}

#[test]
fn standard_descriptors_have_their_uses() {
    for (descriptor, carries) in [
        (0, "the job's output"),
        (1, "the masked output"),
        (2, "our messages"),
    ] {
        let error = from_descriptor(descriptor, None).expect_err("a standard descriptor");
        assert_eq!(error.kind(), SourceErrorKind::Descriptor);
        assert_eq!(
            message(&error),
            format!(
                "descriptor {descriptor}: this descriptor carries {carries}; \
                 use 3 or higher for secrets"
            )
        );
    }
}

#[cfg(unix)]
mod descriptors {
    use std::fs::File;
    use std::io::{Seek, SeekFrom, Write};
    use std::os::fd::AsRawFd;
    use std::thread;

    use super::*;

    fn number(file: &impl AsRawFd) -> u32 {
        file.as_raw_fd().try_into().expect("an open descriptor")
    }

    #[test]
    fn a_descriptor_that_is_not_open_is_an_error() {
        for descriptor in [1_000_000, u32::MAX] {
            let error = from_descriptor(descriptor, None).expect_err("not open");
            assert_eq!(error.kind(), SourceErrorKind::Descriptor);
            let expected = format!("descriptor {descriptor}: it is not open");
            assert_eq!(message(&error), expected);
        }
    }

    #[test]
    fn a_pipe_is_read_to_its_end() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let descriptor = number(&reader);
        let writing = thread::spawn(move || {
            // More than a pipe holds, so that reading must wait for writing and back.
            for _ in 0..100_000 {
                writer.write_all(b"hunter2\n").expect("an open pipe");
            }
        });
        let secrets = from_descriptor(descriptor, None).expect("a pipe");
        writing.join().expect("a writer that ends");
        assert_eq!(secrets.len(), 100_000);
        let expected = format!("descriptor {descriptor}:100000");
        assert_eq!(secrets[99_999].name(), expected);
    }

    #[test]
    fn a_file_is_read_from_its_beginning_in_the_format_given() {
        let folder = folder();
        let path = write(&folder, "any", "A=hunter2\nB=x");
        let mut file = File::open(&path).expect("a file");
        let end = SeekFrom::End(if cfg!(target_os = "linux") { 0 } else { -13 });
        file.seek(end).expect("a file that seeks");
        // As a here-string is: open, and without a name any more.
        fs::remove_file(&path).expect("a file to remove");

        let secrets = from_descriptor(number(&file), Some(Format::Env)).expect("a file");
        assert_eq!(pairs(secrets), [pair("A", "hunter2"), pair("B", "x")]);

        file.seek(SeekFrom::Start(0)).expect("a file that seeks");
        let error = from_descriptor(number(&file), Some(Format::Json)).expect_err("no JSON");
        assert!(message(&error).starts_with("descriptor "));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_socket_cannot_be_opened_again() {
        let (socket, _other) = std::os::unix::net::UnixStream::pair().expect("sockets");
        let error = from_descriptor(number(&socket), None).expect_err("a socket");
        assert_eq!(error.kind(), SourceErrorKind::Unreadable);
        assert!(message(&error).ends_with(": it cannot be read"));
        assert!(error.source().is_some());
    }
}
