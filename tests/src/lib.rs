//! What the tests that cross crates share: where things are, and how programs are taken out of pages.
//!
//! Neighbours: `tests/tests/` holds the tests, `oracle` and `stability` the generators of random
//! programs.
#![forbid(unsafe_code)]

pub mod flow_table;
pub mod oracle;
pub mod stability;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The `lasp` program that was built together with the tests.
///
/// # Panics
/// If it was not built: tests of the whole workspace build it, tests of this crate alone do not.
#[must_use]
pub fn lasp() -> Command {
    let test = std::env::current_exe().unwrap_or_default();
    let program = test.ancestors().nth(2).map(|folder| folder.join("lasp")).unwrap_or_default();
    assert!(program.exists(), "{} is not built: run `cargo test --workspace`", program.display());
    let mut command = Command::new(program);
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// The fenced blocks of a Markdown page that are marked `language` and nothing else.
#[must_use]
pub fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(mark)) => open = Some((mark.trim() == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((true, text)) = open.take() {
                    found.push(text);
                }
                open = None;
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// A text without terminal colours.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            // `ESC [ … letter`
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}
