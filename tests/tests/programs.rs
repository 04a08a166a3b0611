//! Every program with known output: `examples/*/main.lasp` and `tests/programs/*.lasp`, run by the real `lasp`.
//!
//! Expected output was made by hand or by the scripts in `tests/independent/`, never by what is tested. `"id":"*"`
//! stands for any id, `"error":"*"` for any error object; the exit code is in `….expected.exit`, 0 where there is none.

use std::path::{Path, PathBuf};

use lasp_tests::{lasp, root};
use serde_json::Value;

/// A program and where its expected output and exit code stand.
fn programs() -> Vec<(PathBuf, PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for folder in list(&root().join("examples")) {
        let main = folder.join("main.lasp");
        if main.exists() {
            found.push((main, folder.join("expected.jsonl"), folder.join("expected.exit")));
        }
    }
    for file in list(&root().join("tests/programs")) {
        if file.extension().is_some_and(|extension| extension == "lasp") {
            let (expected, exit) = (file.with_extension("expected.jsonl"), file.with_extension("expected.exit"));
            found.push((file, expected, exit));
        }
    }
    found
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    paths
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Whether a line of output is the expected one, stars standing for anything.
fn fits(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && expected.iter().all(|(key, expected)| match found.get(key) {
                    Some(_) if (key == "id" || key == "error") && expected == "*" => true,
                    Some(found) => found == expected,
                    None => false,
                })
        }
        _ => found == expected,
    }
}

#[test]
fn programs_print_what_was_worked_out_for_them() {
    let programs = programs();
    assert!(programs.len() > 40, "only {} programs were found", programs.len());
    let mut wrong = Vec::new();
    for (program, expected, exit) in programs {
        let output = lasp().arg("run").arg(&program).args(["--format", "json"]).output().expect("lasp runs");
        let found = lines(&String::from_utf8(output.stdout).expect("output is UTF-8"));
        let expected = lines(&std::fs::read_to_string(&expected).expect("expected output is there"));
        let exit = std::fs::read_to_string(&exit).map_or(0, |text| text.trim().parse().expect("an exit code"));
        let difference =
            (0..found.len().max(expected.len())).find(|&line| match (found.get(line), expected.get(line)) {
                (Some(found), Some(expected)) => !fits(found, expected),
                _ => true,
            });
        if let Some(line) = difference {
            let show = |lines: &[Value]| lines.get(line).map_or("nothing".to_string(), Value::to_string);
            wrong.push(format!(
                "{}, line {}:\n  found    {}\n  expected {}",
                program.display(),
                line + 1,
                show(&found),
                show(&expected)
            ));
        }
        if output.status.code() != Some(exit) {
            let stderr = String::from_utf8_lossy(&output.stderr).to_string();
            wrong.push(format!("{}: exit {:?}, expected {exit}\n{stderr}", program.display(), output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stars_stand_for_ids_and_errors_only() {
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect(text);
    assert!(fits(&parse(r#"{"emit":"a","id":"1","data":{}}"#), &parse(r#"{"emit":"a","id":"*","data":{}}"#)));
    assert!(!fits(&parse(r#"{"emit":"a","id":"1","data":{}}"#), &parse(r#"{"emit":"b","id":"*","data":{}}"#)));
    assert!(!fits(&parse(r#"{"show":"a","value":1}"#), &parse(r#"{"show":"a","value":"*"}"#)));
}

#[test]
fn a_run_is_the_same_twice() {
    let program = root().join("examples/02_ad_counter/main.lasp");
    let run = || lasp().arg("run").arg(&program).args(["--format", "json"]).output().expect("lasp runs").stdout;
    assert_eq!(run(), run(), "ids and order must not depend on the run");
}
