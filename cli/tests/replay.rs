//! `lasp replay` from outside: pages with what was worked out for them, traces that are wrong, and random ones.
//!
//! A page is `tests/replay/NAME.lasp` (what it shows stands in its head), `NAME.jsonl` (the trace) and `NAME.expected`,
//! made by hand from the language's table of types, never by running. `"error":"*"` stands for any error object.

use std::path::{Path, PathBuf};

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/replay")
}

fn replay(folder: &Path, args: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let command = Command::new(cargo_bin!("lasp")).arg("replay").args(args).current_dir(folder).stdin(stdin);
    let output = command.output().expect("lasp runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn fits(found: &str, expected: &str) -> bool {
    let parse = |line: &str| serde_json::from_str::<Value>(line).expect(line);
    let mut found_json = parse(found);
    if parse(expected)["error"] == "*" && found_json["error"].is_object() {
        found_json["error"] = "*".into();
        return found_json == parse(expected);
    }
    // The order of keys and elements is part of the form.
    found == expected
}

#[test]
fn pages_come_out_as_worked_out() {
    let mut names: Vec<String> = std::fs::read_dir(pages())
        .expect("there are pages")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 18, "only {} pages were found", names.len());
    let mut wrong = String::new();
    for name in names {
        let (code, stdout, stderr) = replay(&pages(), &[&format!("{name}.lasp"), &format!("{name}.jsonl")], "");
        let expected = std::fs::read_to_string(pages().join(format!("{name}.expected"))).expect("UTF-8");
        let (found, expected): (Vec<&str>, Vec<&str>) = (stdout.lines().collect(), expected.lines().collect());
        let differs = (0..found.len().max(expected.len())).find(|at| match (found.get(*at), expected.get(*at)) {
            (Some(found), Some(expected)) => !fits(found, expected),
            _ => true,
        });
        if let Some(at) = differs {
            let line = |lines: &[&str]| lines.get(at).map_or("nothing".to_string(), ToString::to_string);
            wrong +=
                &format!("{name}, line {}:\n  found    {}\n  expected {}\n", at + 1, line(&found), line(&expected));
        }
        if code != Some(0) {
            wrong += &format!("{name}: exit {code:?}\n{stderr}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_trace_that_is_wrong_says_where_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = "role server, client\nvar s: gset<int>\nevent hit { n: int }\non hit({ n }) { s.add(n) }\n";
    std::fs::write(folder.path().join("p.lasp"), program).expect("written");
    for (line, message, help) in [
        ("{", "the line ends too early", "a line is a JSON object"),
        (r#"{"sinc":["a","b"]}"#, "there is no member `sinc`", "did you mean `sync`?"),
        (r#"{"sync":["a","b"],"repeat":2}"#, "`repeat` does not go with `sync`", "`full`"),
        (r#"{"crash":"b"}"#, "there is no node `b`", "once something is done at it"),
        (r#"{"restart":"a","disk":"backup"}"#, "there is no backup of `a`", r#"{"backup":"a"}"#),
        (r#"{"deliver":["a","b"]}"#, "there is no node `b`", "a node is there"),
        (r#"{"clone":"a","as":"a"}"#, "there is a node `a` already", "another name"),
        (r#"{"nodes":{"c":"sever"}}"#, "no role `sever`", "did you mean `server`?"),
        (r#"{"nodes":{"a":"server"}}"#, "`a` is there already", "before anything else"),
        (r#"{"at":"a","event":"hut","data":{}}"#, "no event `hut`", "did you mean `hit`?"),
        (r#"{"at":"a","event":"hit","data":{"n":"x"}}"#, "expected a whole number", "`n`"),
        (r#"{"at":"a","event":"hit","data":{"n":1,"m":2}}"#, "no field `m`", "its fields are `n`"),
        (r#"{"at":"a","event":"hit"}"#, "needs a field `n`", "`data` holds"),
        (r#"{"at":"a","do":"s.ad(1)"}"#, "does not fit the program", "did you mean `add`?"),
        (r#"{"at":"a","do":"s.add("}"#, "does not fit the program", "see above"),
        (r#"{"at":"a","show":"t"}"#, "does not fit the program", "E0101"),
    ] {
        let trace =
            format!("{{\"at\":\"a\",\"do\":\"s.add(1)\"}}\n\n{{\"at\":\"a\",\"show\":\"s\"}}\n{line}\nnever read\n");
        let (code, stdout, stderr) = replay(folder.path(), &["p.lasp", "-"], &trace);
        assert_eq!(code, Some(1), "{line}");
        assert_eq!(stdout, "{\"at\":\"a\",\"show\":\"s\",\"value\":[1]}\n", "{line}: what came before is printed");
        for part in ["-:4: ", message, help] {
            assert!(stderr.contains(part), "{line}: {part}\n{stderr}");
        }
    }
}

#[test]
fn steps_that_need_a_node_that_is_up_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.lasp"), "var s: gset<int>\n").expect("written");
    let start = "{\"sync\":[\"a\",\"b\"]}\n{\"crash\":\"b\"}\n";
    for line in [
        r#"{"crash":"b"}"#,
        r#"{"at":"b","do":"s.add(1)"}"#,
        r#"{"at":"b","show":"s"}"#,
        r#"{"sync":["a","b"]}"#,
        r#"{"sync":["b","a"]}"#,
        r#"{"drop":["b","a"]}"#,
        r#"{"deliver":["a","b"]}"#,
    ] {
        let (code, _, stderr) = replay(folder.path(), &["p.lasp", "-"], &format!("{start}{line}\n"));
        assert_eq!(code, Some(1), "{line}");
        assert!(stderr.contains("-:3: `b` is down") && stderr.contains("{\"restart\":\"b\"}"), "{line}: {stderr}");
    }
    let (code, _, stderr) = replay(folder.path(), &["p.lasp", "-"], &format!("{start}{{\"deliver\":[\"b\",\"a\"]}}\n"));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("`b` has never sent `a` anything"), "{stderr}");
}

#[test]
fn wrong_use_is_told_from_wrong_traces() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bad.lasp"), "show a\n").expect("written");
    std::fs::write(folder.path().join("good.lasp"), "var s: gset<int>\n").expect("written");
    std::fs::write(folder.path().join("bytes.jsonl"), b"\n\xff\n").expect("written");
    for (args, expected, part) in [
        (&["good.lasp"][..], Some(2), "TRACE"),
        (&["-", "-"], Some(2), "both the program and the trace"),
        (&["good.lasp", "none.jsonl"], Some(1), "there is no such file"),
        (&["good.lasp", "bytes.jsonl"], Some(1), "line 2 is not UTF-8"),
        (&["bad.lasp", "bytes.jsonl"], Some(1), "E0101"),
    ] {
        let (code, stdout, stderr) = replay(folder.path(), args, "");
        assert_eq!((code, stdout.as_str()), (expected, ""), "{args:?}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
    }
    assert_eq!(replay(folder.path(), &["good.lasp", "-"], "").0, Some(0), "an empty trace is played at once");
}

#[test]
fn the_help_teaches_by_an_example_that_is_true() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, help, _) = replay(folder.path(), &["--help"], "");
    let example = help.split("END'").nth(1).expect("there is an example");
    let (trace, expected) = example.split_once("END\n").expect("it ends");
    std::fs::write(folder.path().join("cart.lasp"), "var cart: orset<text>\n").expect("written");
    let (code, stdout, _) = replay(folder.path(), &["cart.lasp", "-"], trace);
    assert_eq!(code, Some(0));
    assert_eq!(Some(stdout.trim()), expected.trim().lines().next().map(str::trim));
}
