//! `check`, `graph`, `plan`, `new` and `repl` from outside, on programs that run.

use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};

fn streams(folder: &Path, args: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let command = Command::new(cargo_bin!("lasp")).args(args).current_dir(folder).env_remove("NO_COLOR").stdin(stdin);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_new_project_runs() {
    let folder = tempfile::tempdir().unwrap();
    streams(folder.path(), &["new", "counter"], "");
    let project = folder.path().join("counter");
    let (code, stdout, _) = streams(&project, &["run", "main.lasp"], "");
    assert_eq!(
        (code, stdout.as_str()),
        (
            Some(0),
            "became_popular { page: \"/home\" }\nvisits = [\"/about\": 2, \"/blog\": 1, \"/home\": 3]\npopular = \
             {\"/home\"}\n"
        )
    );
    let (code, stdout, _) = streams(&project, &["check", "main.lasp", "--deny", "warnings"], "");
    assert_eq!((code, stdout.as_str()), (Some(0), "no problems in 1 file\n"));
}

#[test]
fn check_reports_every_file_and_sums_up() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.lasp"), "var s: gset<int>\nshow s\n").unwrap();
    std::fs::write(folder.path().join("bad.lasp"), "let a = b\nlet c = d\n").unwrap();
    let (code, stdout, stderr) = streams(folder.path(), &["check", "good.lasp", "bad.lasp"], "");
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
    assert!(stdout.contains("error[E0101]") && stdout.contains("bad.lasp:2:9"), "{stdout}");
    assert!(stdout.ends_with("2 errors in 2 files\n"), "{stdout}");
    let (_, stdout, _) = streams(folder.path(), &["check", "bad.lasp", "--format", "json"], "");
    assert_eq!(stdout.lines().count(), 2);
    assert!(stdout.lines().all(|line| line.starts_with("{\"code\":\"E0101\",\"severity\":\"error\"")), "{stdout}");
    let (_, stdout, _) = streams(folder.path(), &["check", "good.lasp", "--table", "--format", "json"], "");
    assert!(stdout.starts_with("{\"name\":\"s\",\"kind\":\"var\",\"type\":\"gset<int>\",\"stability\":"), "{stdout}");
}

#[test]
fn a_program_with_errors_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.lasp"), "show a\n").unwrap();
    for command in ["run", "graph", "plan"] {
        let (code, stdout, stderr) = streams(folder.path(), &[command, "bad.lasp"], "");
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{command}");
        assert!(stderr.contains("error[E01"), "{stderr}");
    }
}

#[test]
fn a_graph_is_drawn_in_each_notation() {
    let folder = tempfile::tempdir().unwrap();
    let program = "var a: gset<int>\nvar b: orset<int>\nlet c = a.product(b)\nlet unused = a.map(x => x)\nshow c\n";
    std::fs::write(folder.path().join("g.lasp"), program).unwrap();
    let draw = |args: &[&str]| streams(folder.path(), &[&["graph", "g.lasp"], args].concat(), "").1;
    let tree = draw(&[]);
    assert!(tree.starts_with("view c: set<(int, int)>   eventual\n└─ "), "{tree}");
    assert!(tree.contains("source a") && tree.contains("source b") && tree.contains("product"), "{tree}");
    assert!(!tree.contains("unused"), "{tree}");
    let mermaid = draw(&["--as", "mermaid"]);
    assert!(
        mermaid.starts_with("flowchart LR\n") && mermaid.contains(" -.-> ") && mermaid.contains(" --> "),
        "{mermaid}"
    );
    let dot = draw(&["--as", "dot"]);
    assert!(dot.starts_with("digraph lasp {\n") && dot.contains("style=dashed") && dot.ends_with("}\n"), "{dot}");
    let json = draw(&["--as", "json"]);
    assert!(json.starts_with("{\"nodes\":[{\"id\":0,\"op\":\"source "), "{json}");
    assert_eq!(json, draw(&["--format", "json"]));
    draw(&["--out", "g.txt"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("g.txt")).unwrap(), tree);
}

#[test]
fn a_plan_is_printed_as_text_and_as_json() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.lasp"), "var a: gset<int>\nlet n = a.count()\nshow n\n").unwrap();
    let (_, text, _) = streams(folder.path(), &["plan", "p.lasp"], "");
    assert!(text.contains("\nvariables\n  a: set<int>\n") && text.contains("\nshows\n  n\n"), "{text}");
    let (_, json, _) = streams(folder.path(), &["plan", "p.lasp", "--format", "json"], "");
    assert!(json.starts_with("{\"files\":[\"p.lasp\"],"), "{json}");
    let (_, stages, _) = streams(folder.path(), &["plan", "p.lasp", "--stages"], "");
    assert!(stages.starts_with("── "), "{stages}");
}

#[test]
fn the_repl_takes_definitions_updates_and_expressions() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = streams(
        folder.path(),
        &["repl"],
        "1 + 2\nvar s: orset<int> = {1, 2}\ns.add(5)\nlet d = s.map(x => x * 2)\nd\n\
         event hit { n: int }\non hit({ n }) {\n  s.add(n)\n  emit seen { n: n }\n}\nemit hit { n: 42 }\ns\n\
         var quota: gmap<text, bcounter>\nquota[\"a\"].inc(2)\nquota[\"a\"].spend(1)\nquota[\"a\"].spend(9)\n\
         :show d\n:type s.count() >= 3\n// nothing\n\nif d.count() > 3 { s.remove(42) } else { s.add(0) }\ns",
    );
    assert_eq!(stderr, "");
    assert_eq!(
        stdout,
        "3\n{2, 4, 10}\nseen { n: 42 }\n{1, 2, 5, 42}\ntrue\nfalse\n{2, 4, 10, 84}\nbool  eventual\n{1, 2, 5}\n"
    );
    assert_eq!(code, Some(0));
}

#[test]
fn the_repl_says_what_is_wrong_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) =
        streams(folder.path(), &["repl"], "1 + )\nfoo\n1 / 0\nvar s: gset<int>\nlet s = 1\n:bogus\n:quit\n2");
    assert_eq!(stdout, "");
    for expected in
        ["error[E0001]", "line:1:5", "error[E0101]", "error[R0702]", "error[E0102]", "there is no command `:bogus`"]
    {
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
    assert_eq!(code, Some(1));
    let (_, stdout, _) = streams(folder.path(), &["repl", "--format", "json"], "[\"a\": {1}]\n");
    assert_eq!(stdout, "{\"value\":{\"a\":[1]}}\n");
}

#[test]
fn the_repl_begins_with_a_program_and_forgets_it_on_reset() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.lasp"), "var s: gset<int> = {7}\n").unwrap();
    let input = "s\ns.add(8)\nlet n = s.count()\nn\n:reset\nvar s: gset<int>\ns\n:load a.lasp\ns\n:load none\n";
    let (code, stdout, stderr) = streams(folder.path(), &["repl", "a.lasp"], input);
    assert_eq!(stdout, "{7}\n2\n{}\n{7}\n");
    assert!(stderr.contains("`none` cannot be read"), "{stderr}");
    assert_eq!(code, Some(1));
}
