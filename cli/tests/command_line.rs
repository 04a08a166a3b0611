//! The program from outside: arguments, exit codes, streams, colours. What needs no running program.

use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};
use snapbox::str;

fn lasp(folder: &Path, args: &[&str]) -> Command {
    Command::new(cargo_bin!("lasp")).args(args).current_dir(folder).env_remove("NO_COLOR")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_teaches_by_example() {
    let folder = folder();
    for (args, expected) in [
        (vec!["--help"], "lasp run main.lasp --format json | jq ."),
        (vec!["run", "--help"], "lasp run main.lasp --feed impression=today.csv"),
        (vec!["check", "--help"], "lasp check main.lasp --table"),
        (vec!["bench", "--help"], "lasp bench join union --sizes full"),
        (vec!["graph", "--help"], "lasp graph main.lasp --as mermaid"),
        (vec!["graph", "--help"], "lasp graph main.lasp --profile --feed impression=today.csv"),
    ] {
        let output = lasp(folder.path(), &args).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(expected), "{args:?}: {text}");
        // What is not in this version is not advertised.
        for absent in ["--data", "lasp sim"] {
            assert!(!text.contains(absent), "{args:?} mentions {absent}");
        }
        assert_eq!(text.contains("--profile"), ["run", "graph"].contains(&args[0]));
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn what_comes_later_is_refused_with_exit_code_2() {
    let folder = folder();
    std::fs::write(folder.path().join("a.lasp"), "").unwrap();
    for (args, what) in [
        (vec!["sim", "a.lasp", "--nodes", "x=1"], "lasp sim"),
        (vec!["fmt", "-"], "lasp fmt"),
        (vec!["run", "a.lasp", "--data", "d"], "--data"),
        (vec!["graph", "a.lasp", "--as", "svg"], "--as svg"),
        (vec!["graph", "a.lasp", "--diff", "b.lasp"], "--diff"),
        (vec!["plan", "a.lasp", "--role", "r"], "--role"),
    ] {
        let output = lasp(folder.path(), &args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(&format!("`{what}` is not yet in this version")), "{args:?}: {text}");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn explain_finds_what_is_meant_or_says_what_there_is() {
    let folder = folder();
    let path = folder.path();
    let program = "var cart: orset<int>\nlet total = cart.sum(x => x)\n\
                   when cart.count() >= 5 { emit big_cart { } }\nshow total\n";
    std::fs::write(path.join("a.lasp"), program).unwrap();
    lasp(path, &["explain", "a.lasp"]).assert().code(0).stderr_eq("").stdout_eq(str![[r#"
var   cart               eventual  items can be removed from an `orset`
let   total              eventual  items can be removed from an `orset`
when  when@3 `big_cart`  eventual  items can be removed from an `orset`

"#]]);
    // One `when`, by all that it can be called.
    let page =
        |name: &str| String::from_utf8(lasp(path, &["explain", "a.lasp", name]).output().unwrap().stdout).unwrap();
    let by_line = page("when@3");
    assert!(by_line.starts_with("when@3: `cart.count() >= 5`, emits `big_cart`\n"), "{by_line}");
    assert!(by_line.contains("so this is refused: E0301"), "{by_line}");
    for name in ["3", "big_cart", "cart.count()"] {
        assert_eq!(page(name), by_line, "{name}");
    }
    lasp(path, &["explain", "a.lasp", "totl"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no variable, view, `when` or invariant called `totl` in a.lasp
  = help: did you mean `total`?
          there are `cart`, `total` and `when@3`

"#]]);
    let output = lasp(path, &["explain", "a.lasp", "total", "--format", "json"]).output().unwrap();
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["stability"], "eventual");
    assert_eq!(line["reads"][0]["var"], "cart");
    assert_eq!(line["schedule"]["found"], true);
    assert_eq!(line["schedule"]["steps"].as_array().unwrap().len(), 3, "{line}");
    assert!(output.stdout.starts_with(br#"{"name":"total","kind":"let","text":"#));
}

#[test]
fn invariants_are_explained_and_their_rights_are_not_seen() {
    let folder = folder();
    let path = folder.path();
    let program = "var stock: pncounter = 3\nvar level: pncounter\nvar slack: max<nat> = 1\nevent sold { n: nat }\n\
                   on sold({ n }) {\n  level -= n\n  if stock.dec(n) { emit shipped { } }\n}\n\
                   invariant stock >= 0 by escrow within slack\ninvariant level >= 0\nshow stock\n";
    std::fs::write(path.join("a.lasp"), program).unwrap();
    let json = |name: &str| -> serde_json::Value {
        let output = lasp(path, &["explain", "a.lasp", name, "--format", "json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let held = json("9");
    assert_eq!((&held["name"], &held["kind"]), (&"invariant@9".into(), &"invariant".into()));
    assert_eq!((&held["verdict"], &held["within"]), (&"escrow".into(), &"slack".into()));
    assert_eq!((&held["coordination"], held.get("schedule")), (&"escrow".into(), None));
    assert!(held["argument"].as_array().unwrap().len() >= 3, "{held}");
    assert_eq!(json("stock >="), held);
    let refused = json("invariant@10");
    assert_eq!((&refused["verdict"], &refused["refused"]), (&"refused".into(), &serde_json::json!(["E0501"])));
    assert_eq!(refused["breaking"][0]["text"], "level -= n");
    assert_eq!(refused["schedule"]["found"], true);
    // The rights and the debt are variables of the plan, and of nothing that a user sees.
    let fine = program.replace("  level -= n\n", "  level += n\n");
    std::fs::write(path.join("b.lasp"), fine).unwrap();
    for args in [
        &["check", "b.lasp"][..],
        &["check", "--table", "b.lasp"],
        &["check", "--table", "b.lasp", "--format", "json"],
        &["explain", "b.lasp", "--format", "json"],
        &["graph", "b.lasp"],
        &["graph", "b.lasp", "--as", "json"],
        &["graph", "b.lasp", "--as", "mermaid"],
        &["run", "b.lasp"],
    ] {
        let output = lasp(path, args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!said.contains("rights(") && !said.contains("debt(") && !said.contains("W0507"), "{args:?}: {said}");
    }
}

#[test]
fn explain_says_which_errors_come_first() {
    let folder = folder();
    std::fs::write(folder.path().join("a.lasp"), "var s: gset<int>\nlet n = t.count()\n").unwrap();
    let output = lasp(folder.path(), &["explain", "a.lasp", "s"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("error[E0101]"), "{text}");
    assert!(text.contains("nothing in a.lasp can be explained while it has errors like these"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    lasp(folder.path(), &["explain", "none.lasp", "s"])
        .assert()
        .code(1)
        .stderr_eq("error: `none.lasp` cannot be read: there is no such file\n");
}

#[test]
fn wrong_use_is_exit_code_2_with_a_next_step() {
    let folder = folder();
    lasp(folder.path(), &["chekc"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no subcommand `chekc`
  = help: did you mean `lasp check`?

"#]]);
    lasp(folder.path(), &["run"]).assert().code(2).stdout_eq("");
    lasp(folder.path(), &["run", "a.lasp", "--no-such-flag"]).assert().code(2).stdout_eq("");
    lasp(folder.path(), &["new", "../a"]).assert().code(2).stderr_eq(str![[r#"
error: `../a` cannot be a project's name: it does not begin with a letter
  = help: letters, digits, `-` and `_`, beginning with a letter, such as `page-counter`

"#]]);
    lasp(folder.path(), &["explain", "E301"]).assert().code(2).stderr_eq(str![[r#"
error: there is no code `E301`
  = help: did you mean `E0301`?
...
"#]]);
}

#[test]
fn a_missing_file_is_exit_code_1() {
    let folder = folder();
    for command in ["check", "run", "graph", "plan"] {
        lasp(folder.path(), &[command, "none.lasp"])
            .assert()
            .code(1)
            .stdout_eq("")
            .stderr_eq("error: `none.lasp` cannot be read: there is no such file\n");
    }
    lasp(folder.path(), &["check", "."]).assert().code(1).stderr_eq("error: `.` cannot be read: it is a folder\n");
    lasp(folder.path(), &["run", "none.lasp", "--format", "json"]).assert().code(1).stderr_eq(
        "{\"severity\":\"error\",\"message\":\"`none.lasp` cannot be read: there is no such file\",\"help\":[]}\n",
    );
}

#[test]
fn a_file_that_is_no_text_is_a_problem_with_a_place() {
    let folder = folder();
    std::fs::write(folder.path().join("a.lasp"), b"// ok\nlet x = \xff\n").unwrap();
    let output = lasp(folder.path(), &["check", "a.lasp", "--format", "json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("{\"code\":\"E0002\",\"severity\":\"error\""), "{text}");
    assert!(text.contains("\"start\":{\"line\":2,\"column\":9,\"byte\":14}"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn colours_obey_the_flag_the_environment_and_pipes() {
    let folder = folder();
    let colored = |args: &[&str], no_color: Option<&str>| {
        let mut command = lasp(folder.path(), args);
        if let Some(value) = no_color {
            command = command.env("NO_COLOR", value);
        }
        let output = command.output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    assert!(!colored(&["explain", "E0301"], None), "a pipe");
    assert!(colored(&["explain", "E0301", "--color", "always"], None));
    assert!(colored(&["--color=always", "explain", "E0301"], Some("1")), "the flag wins");
    assert!(!colored(&["explain", "E0301", "--color", "never"], None));
    assert!(!colored(&["run", "none.lasp"], Some("1")));
    assert!(colored(&["run", "none.lasp", "--color", "always"], None));
}

#[test]
fn every_code_has_its_page() {
    let folder = folder();
    let output = lasp(folder.path(), &["explain", "--format", "json"]).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    let first = list.lines().next().unwrap();
    assert_eq!(first, r#"{"code":"E0001","title":"the text does not fit the grammar"}"#);
    let output = lasp(folder.path(), &["explain", "e0301"]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("# E0301"));
}

#[test]
fn a_new_project_is_made_once() {
    let folder = folder();
    lasp(folder.path(), &["new", "counter"])
        .assert()
        .code(0)
        .stdout_eq("made counter; try: cd counter && lasp run main.lasp\n");
    let readme = std::fs::read_to_string(folder.path().join("counter/README.md")).unwrap();
    assert!(readme.starts_with("# counter\n"));
    std::fs::write(folder.path().join("counter/main.lasp"), "mine").unwrap();
    lasp(folder.path(), &["new", "counter"]).assert().code(2).stderr_eq(str![[r#"
error: `counter` exists already
  = help: choose another name, nothing was changed

"#]]);
    assert_eq!(std::fs::read_to_string(folder.path().join("counter/main.lasp")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    use std::process::Stdio;
    let folder = folder();
    let mut child = std::process::Command::new(cargo_bin!("lasp"))
        .args(["explain"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}
