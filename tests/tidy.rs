//! The house rules that a tool can hold: imports go down the floors, and the core is pure.

use std::path::{Path, PathBuf};

/// The rooms of the library from the ground up, and the rooms that each may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("search", &[]),
    ("mask", &["search", "secret"]),
    ("io", &["mask", "secret"]),
    ("token", &["secret"]),
    ("http", &["secret", "token"]),
];

/// The rooms of tokens, likewise.
const TOKEN_ROOMS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("id", &[]),
    ("mistake", &[]),
    ("words", &[]),
    ("directory", &["mistake", "words"]),
    ("permission", &[]),
    ("carriers", &[]),
    ("scope", &["directory"]),
    ("lifecycle", &["clock", "directory"]),
    ("journal", &["clock", "directory", "id", "lifecycle"]),
    ("pipelines", &["clock", "directory", "lifecycle"]),
    (
        "store",
        &[
            "clock",
            "directory",
            "id",
            "journal",
            "lifecycle",
            "permission",
            "pipelines",
            "scope",
        ],
    ),
    (
        "issuer",
        &["clock", "directory", "id", "journal", "lifecycle", "store"],
    ),
    (
        "routes",
        &["carriers", "directory", "lifecycle", "permission"],
    ),
    (
        "authorizer",
        &[
            "carriers",
            "clock",
            "directory",
            "id",
            "journal",
            "lifecycle",
            "permission",
            "routes",
            "scope",
            "store",
        ],
    ),
    (
        "configuration",
        &[
            "authorizer",
            "carriers",
            "directory",
            "id",
            "issuer",
            "lifecycle",
            "mistake",
            "permission",
            "routes",
            "words",
        ],
    ),
    ("system", &["clock", "id"]),
];

/// What a pure core must not use: it would depend on more than what it is given.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "tokio",
];

#[test]
fn imports_only_go_down_the_floors() {
    for file in sources("src") {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| is_in(&file, room)) else {
            continue;
        };
        let is_root_of_room = file.ends_with(Path::new(room).join("mod.rs"));
        for line in code_lines(&file) {
            assert!(
                !(is_root_of_room && line.replace("use super::*", "").contains("super::")),
                "{} goes up",
                file.display()
            );
            assert!(
                !line.contains("super::super::super"),
                "{} goes up",
                file.display()
            );
            for import in line.split("crate::").skip(1) {
                let target = first_name(import);
                assert!(
                    target == *room || allowed.contains(&target),
                    "{} uses crate::{target}: {room} may only use {allowed:?}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn the_rooms_of_tokens_only_go_down_too() {
    for (room, allowed) in TOKEN_ROOMS {
        let folder = format!("token/{room}");
        let is_ours = |file: &PathBuf| is_in(file, &folder) || is_in(file, &format!("{folder}.rs"));
        for file in sources("src").into_iter().filter(is_ours) {
            for line in code_lines(&file) {
                assert!(
                    !line.contains("super::super") && !line.contains("crate::token::{"),
                    "{} names a room in a way that this test does not see",
                    file.display()
                );
                let imports = line.split("crate::token::").skip(1);
                for import in imports {
                    let target = first_name(import);
                    assert!(
                        target == *room || allowed.contains(&target),
                        "{} uses token::{target}: {room} may only use {allowed:?}",
                        file.display()
                    );
                }
                // So that a room of tokens is named in full, and seen above.
                let is_alone = file.ends_with(format!("{folder}.rs"));
                assert!(
                    !(is_alone && line.contains("super::")),
                    "{} goes up",
                    file.display()
                );
            }
        }
    }
}

/// What makes a route and says nothing of it.
const ROUTES: &[&str] = &[
    "axum::routing",
    "Router::new",
    ".route(",
    ".nest(",
    "route_service(",
];

#[test]
fn routes_are_described() {
    let is_ours = |file: &&PathBuf| is_in(file, "http") && !file.ends_with("openapi/routes.rs");
    for file in sources("src").iter().filter(is_ours) {
        for line in code_lines(file) {
            // The route that a request has, which is another thing.
            let line = line.replace(".route()", "");
            let undescribed = ROUTES.iter().find(|made| line.contains(*made));
            assert!(
                undescribed.is_none(),
                "{} uses {undescribed:?}: a route is made by http::openapi::Routes, which puts it into the \
                 OpenAPI document",
                file.display()
            );
        }
    }
}

#[test]
fn the_core_has_no_io_no_clock_and_no_threads() {
    let core = [
        "search",
        "mask",
        "secret/forms",
        "token/authorizer",
        "token/carriers.rs",
        "token/clock.rs",
        "token/configuration",
        "token/directory",
        "token/id",
        "token/journal",
        "token/lifecycle",
        "token/permission.rs",
        "token/routes",
        "token/scope.rs",
    ];
    let is_core = |file: &&PathBuf| core.iter().any(|room| is_in(file, room));
    for file in sources("src").iter().filter(is_core) {
        for line in code_lines(file) {
            // A group of imports would hide its names from this test.
            assert!(
                !line.contains("std::{"),
                "{} groups imports of std",
                file.display()
            );
            let impure = IMPURE.iter().find(|path| line.contains(*path));
            assert!(
                impure.is_none(),
                "{} uses {impure:?}: the core is pure",
                file.display()
            );
        }
    }
}

#[test]
fn the_command_uses_the_public_library_only() {
    for file in sources("src/bin") {
        for line in code_lines(&file) {
            assert!(
                !line.contains("#[path"),
                "{} reaches behind the library",
                file.display()
            );
        }
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    for file in sources("src")
        .into_iter()
        .chain(sources("tests"))
        .chain(sources("benches"))
    {
        let lines = read(&file).lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines: part it",
            file.display()
        );
    }
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources can be listed") {
            let path = entry.expect("the sources can be listed").path();
            if path.ends_with("target") {
                // What a crate of its own below builds is no source.
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "there are no sources in {folder}");
    found
}

fn is_in(file: &Path, room: &str) -> bool {
    file.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room))
}

/// The first name of a path of modules.
fn first_name(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or("")
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a source can be read")
}

/// The lines of a file that are no comments.
fn code_lines(file: &Path) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    read(file)
        .lines()
        .filter(is_code)
        .map(str::to_owned)
        .collect()
}
