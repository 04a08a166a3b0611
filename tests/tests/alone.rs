//! `vm/lattice` on its own: its sources and the program of its README, in an empty folder, without the rest of the
//! workspace.
//!
//! The manifest there is written from `cargo metadata`, as the crate's own takes its versions from the workspace.
//! Offline: what it depends on has been fetched for the workspace. It compiles that a second time, so it is run by
//! name: `cargo test -p lasp-tests --test alone -- --ignored`.

use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use lasp_tests::{blocks, root};

#[test]
#[ignore = "it compiles the crate and what it depends on a second time"]
fn the_readmes_program_runs_without_the_workspace() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_string()])
        .exec()
        .expect("cargo metadata");
    let lattice =
        metadata.packages.iter().find(|package| package.name.as_str() == "lasp-lattice").expect("lasp-lattice");
    let from = lattice.manifest_path.parent().expect("a folder").as_std_path();

    let scratch = tempfile::tempdir().expect("a scratch folder");
    let to = |path: &str| scratch.path().join(path);
    copy(&from.join("src"), &to("lasp-lattice/src"));
    write(&to("lasp-lattice/Cargo.toml"), &manifest(lattice));
    fs::copy(from.join("README.md"), to("lasp-lattice/README.md")).expect("the README can be copied");

    let readme = fs::read_to_string(from.join("README.md")).expect("there is a README");
    let program = blocks(&readme, "rust").remove(0);
    let lines = program.lines().filter(|line| line.starts_with("    ") && line.trim() != "Ok(())").count();
    assert!(lines <= 10, "a ten-line program, and it has {lines}");
    let expected = program.lines().find(|line| line.contains("println!")).and_then(|line| line.split_once("// "));
    let expected = format!("{}\n", expected.expect("the program says what it prints").1);
    write(&to("program/src/main.rs"), &program);
    write(
        &to("program/Cargo.toml"),
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\nlasp-lattice = { path = \"../lasp-lattice\" }\n",
    );
    // The versions that are there; what the program does not need is dropped from it.
    fs::copy(root().join("Cargo.lock"), to("program/Cargo.lock")).expect("the lock file can be copied");

    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(to("program"))
        .env("CARGO_TARGET_DIR", to("target"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

/// The crate's manifest with nothing inherited. What only its tests need is left out.
fn manifest(package: &Package) -> String {
    let Package { name, version, edition, .. } = package;
    let mut text =
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"{edition}\"\n\n[dependencies]\n");
    for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
        let Dependency { name, req, features, uses_default_features, path, .. } = dependency;
        assert!(path.is_none(), "lasp-lattice depends on {name}, which is in this workspace");
        text += &format!(
            "{name} = {{ version = \"{req}\", default-features = {uses_default_features}, features = {features:?} }}\n"
        );
    }
    text
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}
