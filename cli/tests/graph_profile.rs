//! `lasp graph --profile` from outside: what stands on the drawing is what the feed comes to by hand. Times are
//! whatever they are, so they are read and not compared.

use snapbox::cmd::{Command, cargo_bin};

/// Eight rows are seven numbers; four of those are even, and two tens are among them: 0 (of 2, 4) and 1 (of 12, 14).
const PROGRAM: &str = "\
var s: gset<int>
event put { x: int }
on put({ x }) { s.add(x) emit seen { x: x } }
let halves = s.filter(x => x % 2 == 0).map(x => x / 10)
show halves
feed put from \"numbers.csv\"
";
const NUMBERS: &str = "x\n1\n2\n4\n4\n5\n12\n14\n7\n";
/// Of each operator: its number, rows in, rows out, rows kept.
const COUNTS: [(&str, &str, [u64; 3]); 3] =
    [("source s", "0", [7, 7, 0]), ("filter, map", "1", [7, 4, 0]), ("distinct", "2", [4, 2, 2])];

struct Project(tempfile::TempDir);

impl Project {
    fn new(program: &str) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        project.write("main.lasp", program);
        project.write("numbers.csv", NUMBERS);
        project
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn graph(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let lasp = Command::new(cargo_bin!("lasp")).current_dir(self.0.path()).env_remove("NO_COLOR");
        let output = lasp.args(["graph", "main.lasp"]).args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn the_tree_has_the_figures_in_columns() {
    let project = Project::new(PROGRAM);
    let (code, stdout, stderr) = project.graph(&["--profile"]);
    assert_eq!(code, Some(0));
    assert!(stderr.starts_with("8 rows; emitted seen 8; "), "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    let head: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(head.join(" "), "share ms rows in rows out kept bytes");
    assert!(lines[1].ends_with("view halves: set<int>   stable ↑"), "{stdout}");
    let mut shares = 0;
    for (op, number, counts) in COUNTS {
        let line = lines.iter().find(|line| line.contains(&format!("─ {op}  #{number}"))).expect(op);
        let columns: Vec<&str> = line.trim_start_matches('▶').split_whitespace().collect();
        shares += columns[0].parse::<i32>().expect(line);
        assert_eq!(columns[1], "%");
        assert!(columns[2].parse::<f64>().is_ok_and(|ms| ms > 0.0), "{line}");
        assert_eq!(columns[3..6], counts.map(|count| count.to_string()), "{line}");
    }
    assert!((98..=102).contains(&shares), "rounded shares of all operators: {stdout}");
    let marked = lines.iter().filter(|line| line.starts_with('▶') && line.contains('─')).count();
    assert!((1..=2).contains(&marked), "two of three operators always have half of the time: {stdout}");
    // Without the figures it is the tree that is drawn without a run.
    let margin = lines[1].find("view").unwrap();
    let trees: Vec<String> = lines[1..5].iter().map(|line| line.chars().skip(margin).collect()).collect();
    assert_eq!(project.graph(&[]).1.lines().collect::<Vec<_>>(), trees);
    assert!(stdout.contains("\n▶ the dearest: ") && stdout.contains("\nvariables as stored: s "), "{stdout}");
}

#[test]
fn every_notation_has_them() {
    let project = Project::new(PROGRAM);
    let (_, json, _) = project.graph(&["--profile", "--as", "json"]);
    let picture: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut share = 0.0;
    for (op, number, counts) in COUNTS {
        let node = &picture["nodes"][number.parse::<usize>().unwrap()];
        assert_eq!(node["op"], op);
        let profile = &node["profile"];
        let found = ["rows_in", "rows_out", "rows_kept"].map(|name| profile[name].as_u64().unwrap());
        assert_eq!(found, counts, "{op}");
        assert!(profile["seconds"].as_f64().unwrap() > 0.0 && profile["batches"].as_u64().unwrap() >= 1, "{node}");
        share += profile["share"].as_f64().unwrap();
    }
    assert!((share - 1.0).abs() < 1e-9, "{json}");
    assert_eq!(picture["profile"]["variables"][0]["name"], "s");
    assert!(picture["nodes"].as_array().unwrap().iter().any(|node| node["profile"]["dearest"] == true), "{json}");
    let plain: serde_json::Value = serde_json::from_str(&project.graph(&["--as", "json"]).1).unwrap();
    assert!(plain.get("profile").is_none() && plain["nodes"][0].get("profile").is_none(), "{plain}");

    let (_, dot, _) = project.graph(&["--profile", "--as", "dot"]);
    assert!(dot.contains(r"source s\n7 rows in, 7 out\n"), "{dot}");
    assert!(dot.contains(r"\n7 rows in, 4 out\n") && dot.contains(r"\n4 rows in, 2 out\nkeeps 2 rows, "), "{dot}");
    let marked: Vec<&str> = dot.lines().filter(|line| line.contains("▶ ")).collect();
    assert!(!marked.is_empty() && marked.iter().all(|line| line.contains("penwidth=4")), "{dot}");

    let (_, mermaid, _) = project.graph(&["--profile", "--as", "mermaid"]);
    assert!(mermaid.contains("<br/>4 rows in, 2 out<br/>keeps 2 rows, "), "{mermaid}");
    let marked = mermaid.lines().find(|line| line.contains("▶ ")).expect("one took most");
    let id = marked.trim().split(['[', '(']).next().unwrap();
    let class = mermaid.lines().find(|line| line.trim_start().starts_with("class ")).unwrap();
    assert!(class.contains(id) && mermaid.contains("classDef dearest stroke-width:4px\n"), "{mermaid}");
}

#[test]
fn feeds_are_chosen_as_for_a_run() {
    let project = Project::new(PROGRAM);
    project.write("other.csv", "x\n10\nmany\n20\n");
    let other = ["--profile", "--feed", "put=other.csv"];
    let (code, stdout, stderr) = project.graph(&other);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("error[R0704]: a row of a feed cannot be read") && stderr.contains("other.csv:3"),
        "{stderr}"
    );
    let (code, dot, stderr) = project.graph(&[&other[..], &["--skip-bad", "--as", "dot"]].concat());
    assert_eq!(code, Some(0));
    assert!(dot.contains(r"source s\n2 rows in, 2 out\n"), "{dot}");
    assert!(stderr.contains("error[R0704]: row skipped") && stderr.contains("2 rows; 1 bad row skipped"), "{stderr}");
    let (code, _, stderr) = project.graph(&["--profile", "--feed", "pit=other.csv"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("the program has no event `pit`") && stderr.contains("did you mean `put`?"), "{stderr}");
    let (code, stdout, stderr) = project.graph(&["--feed", "put=other.csv"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.starts_with("error: `--feed` is for a run, and without `--profile` nothing is run\n"), "{stderr}");
}

#[test]
fn a_program_that_needs_no_feed_shows_what_its_start_did() {
    let project = Project::new("var s: gset<int> = {1, 2, 3}\nlet odd = s.filter(x => x % 2 == 1)\nshow odd\n");
    let (code, dot, _) = project.graph(&["--profile", "--as", "dot"]);
    assert_eq!(code, Some(0));
    assert!(dot.contains(r"source s\n3 rows in, 3 out\n") && dot.contains(r"\n3 rows in, 2 out\n"), "{dot}");
    let project = Project::new("var s: gset<int>\n");
    let (code, stdout, _) = project.graph(&["--profile"]);
    assert!(code == Some(0) && stdout.starts_with("nothing is shown, watched or reacted to"), "{stdout}");
}

#[test]
fn a_view_that_failed_is_reported_and_the_rest_is_drawn() {
    let project = Project::new(&PROGRAM.replace("x / 10", "10 / (x - 4)"));
    let (code, stdout, stderr) = project.graph(&["--profile"]);
    assert_eq!(code, Some(1));
    assert!(stdout.contains("view halves") && stderr.contains("divides by zero"), "{stdout}{stderr}");
}
