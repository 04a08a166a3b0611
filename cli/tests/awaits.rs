//! `lasp run --await`: when a run ends, how it says so, and what it does not wait for; and who may do what is done
//! once.

use std::path::Path;
use std::time::{Duration, Instant};

use snapbox::cmd::{Command, cargo_bin};

const PROGRAM: &str = "\
var visits: gset<int>
var level: lww<int>
event visit { n: int }
on visit({ n }) { visits.add(n)  level.set(n) }
when visits.count() >= 2 { emit two { } }
show visits
feed visit from \"visits.csv\"
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.lasp"), PROGRAM).unwrap();
    std::fs::write(folder.path().join("visits.csv"), "n\n1\n2\n3\n4\n").unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let command = Command::new(cargo_bin!("lasp")).args(["run", "main.lasp"]).args(args).current_dir(folder);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_run_ends_after_the_row_that_makes_it_true() {
    let folder = folder();
    let (code, stdout, _) = run(folder.path(), &["--await", "visits.count() >= 3", "--format", "json"]);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{stdout}");
    assert!(
        lines[0].starts_with("{\"emit\":\"two\""),
        "what the program emits comes, the waiting shows nothing: {stdout}"
    );
    assert_eq!(lines[1], "{\"show\":\"visits\",\"value\":[1,2,3]}", "the fourth row is not applied");
    assert_eq!(code, Some(0));
}

#[test]
fn what_is_true_from_the_start_needs_no_row() {
    let folder = folder();
    let (code, stdout, _) = run(folder.path(), &["--await", "visits.count() >= 0", "--format", "json"]);
    assert_eq!((code, stdout.as_str()), (Some(0), "{\"show\":\"visits\",\"value\":[]}\n"));
}

#[test]
fn what_never_comes_true_is_a_problem_and_everything_is_shown() {
    let folder = folder();
    let (code, stdout, stderr) = run(folder.path(), &["--await", "visits.count() >= 5", "--format", "json"]);
    assert!(stdout.ends_with("{\"show\":\"visits\",\"value\":[1,2,3,4]}\n"), "{stdout}");
    assert!(stderr.contains("`visits.count() >= 5` has not become true"), "{stderr}");
    assert_eq!(code, Some(1));
}

#[test]
fn what_can_turn_false_again_is_not_waited_for() {
    let folder = folder();
    for (condition, code, words) in [
        ("level >= 3", "E0301", "`--await` needs a condition that stays true"),
        ("visits.count() == 3", "E0301", "`--await` needs a condition that stays true"),
        ("visists.count() >= 3", "E0101", "nothing here is called `visists`"),
        ("visits.count()", "E0201", "expected"),
        ("visits.count( >= 3", "E0001", "never closed"),
    ] {
        let (exit, stdout, stderr) = run(folder.path(), &["--await", condition]);
        assert_eq!(exit, Some(2), "{condition}: {stderr}");
        assert!(stderr.contains(&format!("error[{code}]")) && stderr.contains(words), "{condition}: {stderr}");
        assert!(stderr.contains("[ --await:1:"), "it points into what was typed: {stderr}");
        assert_eq!(stdout, "", "nothing has run");
    }
}

#[test]
fn patience_ends() {
    let folder = folder();
    // A pipe that nobody writes to and nobody closes while the program waits.
    let mut child = std::process::Command::new(cargo_bin!("lasp"))
        .args(["run", "main.lasp", "--feed", "visit=-", "--await", "visits.count() >= 3", "--timeout", "300ms"])
        .current_dir(folder.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"n\n1\n").unwrap();
    let started = Instant::now();
    let status = child.wait().unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "the pipe is still open");
    drop(stdin);
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut stderr).unwrap();
    assert!(stderr.contains("`visits.count() >= 3` has not become true in time"), "{stderr}");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_timeout_is_a_duration_and_belongs_to_an_await() {
    let folder = folder();
    let (code, _, stderr) = run(folder.path(), &["--await", "true", "--timeout", "3"]);
    assert!(stderr.contains("`3` is no duration") && stderr.contains("`30s`"), "{stderr}");
    assert_eq!(code, Some(2));
    let (code, _, stderr) = run(folder.path(), &["--timeout", "3s"]);
    assert!(stderr.contains("--await"), "{stderr}");
    assert_eq!(code, Some(2));
}

#[test]
fn once_among_several_nodes_is_refused_before_anything_happens() {
    let folder = folder();
    let program = "\
role server, client
var n: gcounter
var total: gcounter
once when n >= 1 at server { total.inc(1) }
show total
";
    std::fs::write(folder.path().join("once.lasp"), program).unwrap();
    let step = "{\"at\":\"s\",\"do\":\"n.inc(1)\"}\n{\"at\":\"s\",\"show\":\"total\"}\n";
    for (nodes, fine) in [
        ("{\"nodes\":{\"s\":\"server\",\"c\":\"client\"}}\n", true),
        ("{\"nodes\":{\"s\":\"server\",\"t\":\"server\"}}\n", false),
        ("{\"at\":\"c\",\"show\":\"total\"}\n", false),
        ("{\"nodes\":{\"s\":\"server\"}}\n{\"clone\":\"s\",\"as\":\"s2\"}\n", false),
    ] {
        std::fs::write(folder.path().join("trace.jsonl"), format!("{nodes}{step}")).unwrap();
        let command = Command::new(cargo_bin!("lasp")).args(["replay", "once.lasp", "trace.jsonl"]);
        let output = command.current_dir(folder.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        if fine {
            assert_eq!(stdout, "{\"at\":\"s\",\"show\":\"total\",\"value\":1}\n", "{nodes}");
        } else {
            assert!(stderr.contains("error[E0801]") && stderr.contains("would do it"), "{nodes}: {stderr}");
            assert_eq!((output.status.code(), stdout.as_str()), (Some(1), ""), "{nodes}");
        }
    }
}
