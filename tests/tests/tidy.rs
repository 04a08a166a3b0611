//! The house rules that a machine can check: file heads, sizes, the direction of dependencies, codes ↔ pages ↔ tests,
//! purity, the operator table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lasp_compiler::codes::Code;
use lasp_compiler::operators::OPERATORS;
use lasp_compiler::{NoFiles, compile};
use lasp_tests::root;

/// Look again at 400, split at 600; tables and trees that are one thing may be longer.
const LINES_MAX: usize = 600;

/// Files that are one table or one tree.
const ONE_THING: &[&str] = &["grammar/src/ast.rs"];

/// Folders of the repository that hold its own files.
const OURS: &[&str] = &["grammar", "compiler", "vm", "stdlib", "cli", "tests"];

fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = OURS.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target" && name != "__pycache__") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn every_file_says_what_it_is() {
    let without: Vec<String> = files("rs")
        .iter()
        .filter(|path| {
            let text = std::fs::read_to_string(path).expect("a source file is UTF-8");
            !text.starts_with("//!")
        })
        .map(|path| shown(path))
        .collect();
    assert!(without.is_empty(), "these files do not begin with `//!`: {without:?}");
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = files("rs")
        .iter()
        .map(|path| (shown(path), std::fs::read_to_string(path).expect("UTF-8").lines().count()))
        .filter(|(path, lines)| *lines > LINES_MAX && !ONE_THING.contains(&path.as_str()))
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(long.is_empty(), "split by construct: {long:?}");
}

#[test]
fn no_file_is_named_for_nothing() {
    let vague = ["utils", "util", "helpers", "helper", "common", "manager", "misc"];
    let named: Vec<String> = files("rs")
        .iter()
        .filter(|path| path.file_stem().is_some_and(|stem| vague.iter().any(|word| stem == *word)))
        .map(|path| shown(path))
        .collect();
    assert!(named.is_empty(), "name them for what is in them: {named:?}");
}

/// `grammar ← compiler ← cli → vm`, `compiler → plan ← vm`, all over `lattice`. Each crate and what of ours it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("lasp-lattice", &[]),
    ("lasp-spec", &[]),
    ("lasp-grammar", &[]),
    ("lasp-stdlib", &[]),
    ("lasp-plan", &["lasp-lattice"]),
    ("lasp-compiler", &["lasp-grammar", "lasp-stdlib", "lasp-plan", "lasp-lattice"]),
    ("lasp-vm", &["lasp-plan", "lasp-lattice"]),
    ("lasp-gauge", &[]),
    (
        "lasp-cli",
        &["lasp-gauge", "lasp-compiler", "lasp-vm", "lasp-grammar", "lasp-stdlib", "lasp-plan", "lasp-lattice"],
    ),
];

/// Crates that neither read a clock nor do IO, and what may not even be linked into them.
const PURE: &[&str] = &["lasp-lattice", "lasp-grammar", "lasp-stdlib", "lasp-plan", "lasp-compiler", "lasp-vm"];
const IMPURE: &[&str] = &["tokio", "rand", "clap", "rustyline", "anstream", "indicatif", "notify"];

#[test]
fn crates_depend_in_one_direction() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_string()])
        .exec()
        .expect("cargo metadata");
    for (name, may) in MAY_USE {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == *name).expect(name);
        let used: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == cargo_metadata::DependencyKind::Normal)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for dependency in &used {
            if dependency.starts_with("lasp-") {
                assert!(may.contains(dependency), "{name} may not use {dependency}");
            }
            assert!(
                !PURE.contains(name) || !IMPURE.contains(dependency),
                "{name} is pure and may not use {dependency}"
            );
        }
    }
    assert_eq!(metadata.packages.len(), MAY_USE.len() + 1, "a new crate needs its row in MAY_USE");
}

#[test]
fn pure_crates_ban_what_is_impure() {
    for folder in ["grammar", "compiler", "vm", "vm/plan", "vm/lattice", "stdlib"] {
        let path = root().join(folder).join("clippy.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
        for banned in ["std::time::Instant::now", "std::time::SystemTime::now"] {
            assert!(text.contains(banned), "{} does not ban {banned}", path.display());
        }
    }
}

#[test]
fn codes_and_pages_are_one_to_one() {
    let pages: BTreeSet<String> = std::fs::read_dir(root().join("compiler/explain"))
        .expect("the pages are there")
        .map(|entry| entry.expect("readable").path().file_stem().expect("a name").to_string_lossy().to_string())
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.as_str().to_string()).collect();
    assert_eq!(pages, codes);
    for (code, _) in lasp_grammar::CODES {
        assert!(codes.contains(*code), "the grammar reports {code}, which has no page");
    }
}

#[test]
fn every_code_is_reported_somewhere() {
    let text: String = files("rs")
        .iter()
        .filter(|path| !shown(path).starts_with("tests/") && !shown(path).ends_with("codes.rs"))
        .map(|path| std::fs::read_to_string(path).expect("UTF-8"))
        .collect();
    let silent: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).filter(|code| !text.contains(*code)).collect();
    assert!(silent.is_empty(), "nothing reports these: {silent:?}");
}

#[test]
fn every_operator_is_shown_by_an_example_that_checks() {
    let mut names = BTreeSet::new();
    for operator in OPERATORS {
        assert!(names.insert(operator.name), "{} is listed twice", operator.name);
        let compiled = compile("example.lasp", operator.example, &mut NoFiles);
        assert!(operator.example.contains(operator.name), "the example of {} does not use it", operator.name);
        assert!(compiled.plan.is_some(), "{}: {:?}", operator.name, compiled.diagnostics);
    }
}

#[test]
fn every_library_module_checks_clean() {
    for (name, _) in lasp_stdlib::MODULES {
        let compiled = compile("user.lasp", &format!("use std.{name}\n"), &mut NoFiles);
        assert!(compiled.diagnostics.is_empty(), "{name}: {:?}", compiled.diagnostics);
    }
}
