//! Program texts from files: what the compiler asks for through its [`Loader`], and the files it never sees because
//! they are no text at all.
//!
//! Invariants: a file larger than [`FILE_BYTES_MAX`] is not read; a file is read once per compilation.

use std::io::Read;
use std::path::{Path, PathBuf};

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Diagnostic, SourceFile};
use lasp_compiler::{Compiled, Loader};
use lasp_plan::Place;

/// The largest program text that is read. Beyond it the file is surely no program, and reading it would only cost
/// memory.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Reads files beside the program.
#[derive(Debug, Default)]
pub struct Files;

impl Loader for Files {
    fn load(&mut self, from: &str, path: &str) -> Result<SourceFile, String> {
        let target = beside(from, path);
        let name = target.display().to_string();
        match read(&target) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(SourceFile { name, text }),
                Err(_) => Err(format!("`{name}` is not UTF-8")),
            },
            Err(reason) => Err(format!("`{name}` cannot be read: {reason}")),
        }
    }
}

/// The path `path` as it is meant in the file `from`. `..` and `.` are resolved by text, so that one file has one name.
#[must_use]
pub fn beside(from: &str, path: &str) -> PathBuf {
    let folder = Path::new(from).parent().unwrap_or_else(|| Path::new(""));
    let mut resolved = PathBuf::new();
    for part in folder.join(path).components() {
        use std::path::Component::{CurDir, Normal, ParentDir};
        match part {
            CurDir => {}
            ParentDir if matches!(resolved.components().next_back(), Some(Normal(_))) => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

/// The text of the program at `path`.
///
/// # Errors
/// A file that cannot be read at all, as an error of the command line; a file that is no text, as a compilation with
/// one diagnostic.
pub fn read_program(path: &Path) -> Result<Result<String, Box<Compiled>>, anyhow::Error> {
    let name = path.display().to_string();
    let bytes = read(path).map_err(|reason| anyhow::anyhow!("`{name}` cannot be read: {reason}"))?;
    Ok(String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let place = Place { file: 0, start: clamp(start), end: clamp(start + '\u{fffd}'.len_utf8()) };
        let diagnostic = Diagnostic::new(Code::E0002, place, "this file is not UTF-8")
            .label(format!("the byte 0x{:02x} begins no character", error.as_bytes().get(start).copied().unwrap_or(0)))
            .help("save the file as UTF-8");
        Box::new(Compiled {
            files: vec![SourceFile { name: name.clone(), text }],
            diagnostics: vec![diagnostic],
            ..Compiled::default()
        })
    }))
}

fn clamp(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path == Path::new("-") {
        return read_all(std::io::stdin().lock());
    }
    let file = std::fs::File::open(path).map_err(|error| plain(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err("it is a folder".to_string());
    }
    read_all(file)
}

fn read_all(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // The length that a file claims is not trusted: a pipe or a device claims nothing.
    source.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it is larger than {} MiB", FILE_BYTES_MAX / (1024 * 1024)));
    }
    Ok(bytes)
}

/// An IO error in plain words, without the number of the operating system.
#[must_use]
pub fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        for (from, path, expected) in [
            ("main.lasp", "a.lasp", "a.lasp"),
            ("x/main.lasp", "a.lasp", "x/a.lasp"),
            ("x/main.lasp", "../a.lasp", "a.lasp"),
            ("x/main.lasp", "./y/../a.lasp", "x/a.lasp"),
            ("main.lasp", "../a.lasp", "../a.lasp"),
            ("/x/main.lasp", "/a.lasp", "/a.lasp"),
        ] {
            assert_eq!(beside(from, path), Path::new(expected), "{path} in {from}");
        }
    }
}
