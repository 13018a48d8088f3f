//! Nothing but secrets changes on the way.

use super::text;
use crate::support::command::{TOKEN, masker, masker_of_token};

#[test]
fn bytes_of_every_kind_pass_unchanged() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for job in [
        &every_byte,
        &b"\xff\xfe\x80\xc3\x28\xf0\x9f invalid UTF-8"[..],
        b"\0\0NUL\0",
        b"\r50%\r100%\rdone\r\n",
        b"\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2K",
        "ünïcödé 😀\u{feff}".as_bytes(),
        b"\n\n\n",
        b" ",
        b"no newline at the end",
    ] {
        masker_of_token(&[])
            .run(job)
            .has_printed(job)
            .says_nothing();
        let around = [job, TOKEN.as_bytes(), job].concat();
        let masked = [job, b"[MASKED]", job].concat();
        masker_of_token(&[])
            .run(around)
            .has_printed(masked)
            .says_nothing();
    }
}

#[test]
fn a_line_of_40_kilobytes_passes_and_loses_its_secrets() {
    let line = line(40_000);
    masker_of_token(&[]).run(&line).has_printed(&line);
    for at in [0, 1, 4095, 20_000, 39_999, 40_000] {
        let (before, after) = line.split_at(at);
        let outcome = masker_of_token(&[]).run([before, TOKEN.as_bytes(), after].concat());
        outcome.has_printed([before, b"[MASKED]", after].concat());
    }
}

#[test]
fn a_secret_of_40_kilobytes_is_masked_in_whatever_pieces_it_comes() {
    let secret = text(40_000);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("key");
    std::fs::write(&path, &secret).expect("a file can be written");
    for size in [1000, 4096, 65_536] {
        let mut running = masker(&["--secret-file"]).arg(&path).start();
        running.write("<");
        for piece in secret.chunks(size) {
            running.write(piece);
        }
        running.write(">");
        running.end().has_printed("<[MASKED]>").says_nothing();
    }
}

#[test]
fn a_secret_every_few_lines_of_megabytes_is_masked_and_the_rest_unchanged() {
    let (mut job, mut masked) = (Vec::new(), Vec::new());
    for lines in text(4 << 20).chunks(700) {
        job.extend_from_slice(lines);
        masked.extend_from_slice(lines);
        job.extend_from_slice(TOKEN.as_bytes());
        masked.extend_from_slice(b"[MASKED]");
    }
    masker_of_token(&[])
        .run(job)
        .has_printed(masked)
        .says_nothing();
}

#[test]
fn secrets_and_nothing_else_become_as_many_masks() {
    let outcome = masker_of_token(&[]).run(TOKEN.repeat(50_000));
    outcome.has_printed("[MASKED]".repeat(50_000));
}

fn line(length: usize) -> Vec<u8> {
    let mut line = text(length);
    for byte in line.iter_mut().filter(|byte| **byte == b'\n') {
        *byte = b' ';
    }
    line
}
