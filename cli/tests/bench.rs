//! `lasp bench` from outside, at tiny sizes: the form of the table and of the JSON. That a wrong result is found is
//! tested beside the workloads, where results can be made wrong.

use snapbox::cmd::{Command, cargo_bin};

const ROWS: [&str; 18] = [
    "pipeline",
    "texts",
    "images",
    "union",
    "intersect",
    "minus",
    "join",
    "join8",
    "count",
    "sum",
    "min",
    "max",
    "top",
    "hits",
    "gcounter",
    "pncounter",
    "ads",
    "reach",
];

fn bench(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(cargo_bin!("lasp")).arg("bench").args(args).env_remove("NO_COLOR").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_table_has_a_line_for_each_row_and_size() {
    let (code, stdout, stderr) = bench(&["--sizes", "20,300", "--runs", "1"]);
    assert_eq!(code, Some(0), "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].starts_with(concat!("lasp ", env!("CARGO_PKG_VERSION"), " ")), "{stdout}");
    assert!(lines[0].contains(" core") && lines[0].contains("; one run"), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "a pipe has no colours");
    let cells = |line: &str| line.split(['│', '┆']).map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let head = lines.iter().position(|line| line.contains("insert b")).expect("there is a head");
    assert_eq!(cells(lines[head])[1..8], ["row", "what", "n", "insert b", "remove b", "insert s", "remove s"]);
    let body: Vec<Vec<String>> =
        lines[head + 1..].iter().filter(|line| line.starts_with('│')).map(|line| cells(line)).collect();
    let found: Vec<(&str, &str)> = body.iter().map(|cells| (cells[1].as_str(), cells[3].as_str())).collect();
    let expected: Vec<(&str, &str)> = ROWS.iter().flat_map(|row| [(*row, "20"), (*row, "300")]).collect();
    assert_eq!(found, expected);
    for cells in &body {
        let number = |at: usize| cells[at].replace(',', "").parse::<u64>().is_ok_and(|ns| ns > 0);
        assert!(number(4) && number(6), "{cells:?}");
        // Counters do not go; of the closure, edges go one at a time.
        let goes = !["hits", "gcounter", "pncounter", "ads"].contains(&cells[1].as_str());
        assert_eq!((number(5), number(7)), (goes && cells[1] != "reach", goes), "{cells:?}");
    }
    assert!(lines.last().unwrap().starts_with("ns per change; b: in batches of 1,000; s: one at a time"), "{stdout}");
    assert_eq!(stderr.contains("this is a debug build"), cfg!(debug_assertions), "{stderr}");
}

#[test]
fn json_has_an_object_for_each_figure() {
    let (code, stdout, _) = bench(&["join", "hits", "--sizes", "50", "--runs", "3", "--json"]);
    assert_eq!(code, Some(0));
    let lines: Vec<serde_json::Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let head = &lines[0]["bench"];
    assert_eq!((&head["version"], &head["runs"]), (&env!("CARGO_PKG_VERSION").into(), &3.into()));
    assert_eq!((&head["os"], &head["batch"]), (&std::env::consts::OS.into(), &1_000.into()));
    let found: Vec<(&str, &str, &str, u64)> = lines[1..]
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap();
            let ns = |name: &str| line[name].as_f64().unwrap();
            assert!(0.0 < ns("ns_min") && ns("ns_min") <= ns("ns") && ns("ns") <= ns("ns_max"), "{line}");
            assert_eq!(line["n"], 50);
            (text("row"), text("kind"), text("mode"), line["changes"].as_u64().unwrap())
        })
        .collect();
    // The join has fifty rows on each side.
    let expected = [
        ("join", "insert", "batches", 100),
        ("join", "remove", "batches", 50),
        ("join", "insert", "singles", 50),
        ("join", "remove", "singles", 50),
        ("hits", "insert", "batches", 50),
        ("hits", "insert", "singles", 50),
    ];
    assert_eq!(found, expected);
    // The same, asked for as everywhere.
    let (_, other, _) = bench(&["join", "hits", "--sizes", "50", "--runs", "3", "--format", "json"]);
    assert_eq!(other.lines().count(), stdout.lines().count());
}

#[test]
fn wrong_use_is_exit_code_2() {
    for (args, said) in
        [(vec!["jion"], "'join'"), (vec!["--sizes", "large"], "numbers from 2 to"), (vec!["--runs", "0"], "1..=1000")]
    {
        let (code, stdout, stderr) = bench(&args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_prints_what_was_measured() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    // Far more runs than anybody waits for.
    let mut child = std::process::Command::new(cargo_bin!("lasp"))
        .args(["bench", "union", "minus", "--sizes", "2,1000000", "--runs", "1000", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // The head, and the four figures of the first size.
    for _ in 0..5 {
        line.clear();
        stdout.read_line(&mut line).unwrap();
    }
    assert!(line.starts_with("{\"row\":\"union\",\"n\":2,\"kind\":\"remove\",\"mode\":\"singles\","), "{line}");
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(rest, "");
    assert!(stderr.contains("{\"interrupted\":{\"row\":\"union\",\"n\":1000000}}\n"), "{stderr}");
}
