//! `lasp run` from outside, on a small program: streams, JSON lines, bad rows, failures, `--watch`, stdin.

use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};

const PROGRAM: &str = "\
var visits: gmap<text, gcounter>
event visit { page: text, times: nat }
on visit({ page, times }) { visits[page].inc(times) }
let popular = from (page, n) in visits where n >= 3 select page
let shares = visits.each(n => 12 / n)
for page in visits.keys() when visits[page] >= 3 { emit became_popular { page: page } }
show popular, visits
feed visit from \"visits.csv\"
";

struct Project(tempfile::TempDir);

impl Project {
    fn new(program: &str, visits: &str) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        project.write("main.lasp", program);
        project.write("visits.csv", visits);
        project
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Command {
        lasp(self.0.path()).args(["run", "main.lasp"]).args(args)
    }
}

fn lasp(folder: &Path) -> Command {
    Command::new(cargo_bin!("lasp")).current_dir(folder).env_remove("NO_COLOR")
}

fn streams(command: Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Ids of emits depend on the version of the format, not on what is tested here.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("\"id\":\"");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| text + "\"id\":\"*" + part.get(16..).unwrap_or_default())
}

#[test]
fn emits_come_as_they_happen_and_shows_at_the_end() {
    let project = Project::new(PROGRAM, "page,times\n/a,2\n/b,1\n/a,1\n");
    let (code, stdout, stderr) = streams(project.run(&["--format", "json"]));
    assert_eq!(
        without_ids(&stdout),
        "{\"emit\":\"became_popular\",\"id\":\"*\",\"data\":{\"page\":\"/a\"}}\n\
         {\"show\":\"popular\",\"value\":[\"/a\"]}\n{\"show\":\"visits\",\"value\":{\"/a\":3,\"/b\":1}}\n"
    );
    assert!(stderr.starts_with("{\"rows\":3,\"repeated\":0,\"skipped\":0,\"failures\":0,"), "{stderr}");
    assert_eq!(code, Some(0));
    let (_, stdout, stderr) = streams(project.run(&[]));
    assert_eq!(stdout, "became_popular { page: \"/a\" }\npopular = {\"/a\"}\nvisits = [\"/a\": 3, \"/b\": 1]\n");
    assert!(stderr.starts_with("3 rows; emitted became_popular 1; "), "{stderr}");
}

#[test]
fn show_chooses_names_declared_or_not() {
    let project = Project::new(PROGRAM, "page,times\n/a,2\n");
    let (_, stdout, _) = streams(project.run(&["--show", "visits"]));
    assert_eq!(stdout, "visits = [\"/a\": 2]\n");
    let (_, stdout, _) = streams(project.run(&["--show", "shares", "--show", "popular"]));
    assert_eq!(stdout, "popular = {}\nshares = [\"/a\": 6]\n");
    let (code, stdout, stderr) = streams(project.run(&["--show", "popula"]));
    assert_eq!(
        (code, stdout.as_str(), stderr.as_str()),
        (Some(2), "", "error: the program has no variable or view `popula`\n  = help: did you mean `popular`?\n")
    );
}

#[test]
fn changes_are_printed_on_request() {
    let project = Project::new(PROGRAM, "page,times\n/a,2\n/a,1\n");
    let (_, stdout, _) = streams(project.run(&["--watch", "--format", "json", "--show", "visits"]));
    let changes: Vec<&str> = stdout.lines().filter(|line| line.contains("change")).collect();
    assert_eq!(
        changes,
        [
            "{\"change\":\"visits\",\"added\":[[\"/a\",2]],\"removed\":[]}",
            "{\"change\":\"visits\",\"added\":[[\"/a\",3]],\"removed\":[[\"/a\",2]]}"
        ]
    );
}

#[test]
fn a_bad_row_stops_the_run_and_nothing_is_shown() {
    let project = Project::new(PROGRAM, "page,times\n/a,2\n/b,many\n/c,1\n");
    let (code, stdout, stderr) = streams(project.run(&[]));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(
        stderr,
        "\
error[R0704]: a row of a feed cannot be read
   ╭─[ visits.csv:3, field 2 (`times`) ]
   │ /b,many
  = expected: a whole number from 0 up (`nat`)
  = found: `many`
  = help: correct the row, or go on without such rows: --skip-bad
  = note: 1 row was applied before it; nothing is shown
  = see: lasp explain R0704
"
    );
    let (code, stdout, stderr) = streams(project.run(&["--skip-bad", "--format", "json", "--show", "visits"]));
    assert_eq!((code, stdout.as_str()), (Some(0), "{\"show\":\"visits\",\"value\":{\"/a\":2,\"/c\":1}}\n"));
    assert!(
        stderr.starts_with(
            "{\"code\":\"R0704\",\"severity\":\"error\",\"message\":\"visits.csv:3, field 2 (`times`): expected a whole \
             number from 0 up (`nat`), found `many`\",\"file\":\"visits.csv\",\"line\":3,\"column\":2,"
        ),
        "{stderr}"
    );
    assert!(stderr.contains("\"skipped\":1"), "{stderr}");
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing() {
    let project = Project::new(PROGRAM, "page,times\n/a,2\n\"/b,1\n/c,1\n");
    let (code, stdout, stderr) = streams(project.run(&[]));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("visits.csv:3") && stderr.contains("expected: a closing quote"), "{stderr}");
    let (code, stdout, _) = streams(project.run(&["--skip-bad", "--show", "visits"]));
    assert_eq!((code, stdout.as_str()), (Some(0), "visits = [\"/a\": 2]\n"));
    // A last line without its end, and no rows at all, are no such thing.
    for (rows, shown) in [("page,times\n/a,2\n\"/b\",1", "[\"/a\": 2, \"/b\": 1]"), ("page,times", "[:]")] {
        let project = Project::new(PROGRAM, rows);
        let (code, stdout, _) = streams(project.run(&["--show", "visits"]));
        assert_eq!((code, stdout), (Some(0), format!("visits = {shown}\n")));
    }
}

#[test]
fn headers_are_checked_before_any_row_is_applied() {
    let project = Project::new(PROGRAM, "page,times\n/a,3\n");
    project.write("more.csv", "page,time\n/a,3\n");
    let (code, stdout, stderr) = streams(project.run(&["--feed", "visit=visits.csv", "--feed", "visit=more.csv"]));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(
        stderr,
        "error[R0704]: `more.csv` has no column `times`; its columns are `page` and `time`\n  = help: did you mean \
         `time`?\n"
    );
    let (code, _, stderr) = streams(project.run(&["--feed", "visit=gone.csv"]));
    assert_eq!(code, Some(1));
    assert_eq!(stderr, "error[R0704]: the feed `gone.csv` cannot be read: there is no such file\n");
    let (code, _, stderr) = streams(project.run(&["--feed", "vist=more.csv"]));
    assert_eq!(code, Some(2));
    assert_eq!(stderr, "error: the program has no event `vist`\n  = help: did you mean `visit`?\n");
}

#[test]
fn stdin_may_be_csv_or_json_lines() {
    let project = Project::new(PROGRAM, "");
    for input in ["page,times\n/a,2\n", "{\"page\":\"/a\",\"times\":2}\n"] {
        let (code, stdout, _) = streams(project.run(&["--feed", "visit=-", "--show", "visits"]).stdin(input));
        assert_eq!((code, stdout.as_str()), (Some(0), "visits = [\"/a\": 2]\n"), "{input}");
    }
}

#[test]
fn a_failed_view_has_no_value_and_the_others_do() {
    let project = Project::new(&PROGRAM.replace("show popular", "show shares, popular"), "page,times\n/a,0\n/b,3\n");
    let (code, stdout, stderr) = streams(project.run(&["--format", "json"]));
    let lines: Vec<&str> = stdout.lines().filter(|line| line.contains("show")).collect();
    assert!(
        lines[0]
            .starts_with("{\"show\":\"shares\",\"error\":{\"code\":\"R0702\",\"message\":\"12 / 0 divides by zero\","),
        "{stdout}"
    );
    assert_eq!(lines[1], "{\"show\":\"popular\",\"value\":[\"/b\"]}");
    assert!(stderr.starts_with("{\"code\":\"R0702\","), "{stderr}");
    assert_eq!(code, Some(1));
    let (_, stdout, stderr) = streams(project.run(&[]));
    assert!(stdout.contains("shares has no value: 12 / 0 divides by zero\n"), "{stdout}");
    assert!(
        stderr.contains("error[R0702]: 12 / 0 divides by zero") && stderr.contains("lasp explain R0702"),
        "{stderr}"
    );
}

#[test]
fn a_failed_handler_is_reported_with_its_row_and_the_run_goes_on() {
    let program = PROGRAM.replace("inc(times)", "inc(6 / times)");
    let project = Project::new(&program, "page,times\n/a,2\n/b,0\n/a,3\n");
    let (code, stdout, stderr) = streams(project.run(&["--show", "visits"]));
    assert!(stdout.ends_with("visits = [\"/a\": 5]\n"), "{stdout}");
    assert!(stderr.contains("(visits.csv, line 3)"), "{stderr}");
    assert!(stderr.contains("3 rows; 1 failure; "), "{stderr}");
    assert_eq!(code, Some(1));
}

#[test]
fn timed_rows_are_merged_by_time_and_a_pair_is_applied_once() {
    let program = "\
var log: lww<text>
event note { text: text }
on note({ text }) { emit noted { text: text } }
feed note from \"visits.csv\" (time = \"t\", src = \"from\", seq = \"n\")
";
    let project = Project::new(program, "t,from,n,text\n2024-01-03,a,1,third\n2024-01-01,a,2,first\n");
    project.write(
        "more.csv",
        "t,from,n,text\n2024-01-02T12:00:00Z,b,1,second\n2024-01-04,a,1,again\n2024-01-03,b,2,tie\n",
    );
    let (code, stdout, stderr) = streams(project.run(&["--feed", "note=visits.csv", "--feed", "note=more.csv"]));
    assert_eq!(
        stdout,
        "noted { text: \"first\" }\nnoted { text: \"second\" }\nnoted { text: \"third\" }\nnoted { text: \"tie\" }\n"
    );
    assert!(stderr.starts_with("4 rows; 1 row seen before; "), "{stderr}");
    assert_eq!(code, Some(0));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let rows: String = (0..50_000).map(|n| format!("/{n},3\n")).collect();
    let project = Project::new(PROGRAM, &format!("page,times\n{rows}"));
    let mut child = std::process::Command::new(cargo_bin!("lasp"))
        .args(["run", "main.lasp"])
        .current_dir(project.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "became_popular { page: \"/0\" }\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_run_behind_the_row_in_hand() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::Stdio;
    let project = Project::new(PROGRAM, "");
    let mut child = std::process::Command::new(cargo_bin!("lasp"))
        .args(["run", "main.lasp", "--feed", "visit=-"])
        .current_dir(project.0.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"page,times\n/a,3\n").unwrap();
    stdin.flush().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    // The emit comes while the feed is still open.
    stdout.read_line(&mut text).unwrap();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    stdout.read_to_string(&mut text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text, "became_popular { page: \"/a\" }\npopular = {\"/a\"}\nvisits = [\"/a\": 3]\n");
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("interrupted after 1 row; "));
    assert_eq!(output.status.code(), Some(130));
    drop(stdin);
}

#[test]
fn a_feed_given_twice_is_applied_once() {
    let project = Project::new(PROGRAM, "page,times\n/a,1\n");
    let (code, stdout, stderr) =
        streams(project.run(&["--feed", "visit=visits.csv", "--feed", "visit=visits.csv", "--show", "visits"]));
    assert_eq!((code, stdout.as_str()), (Some(0), "visits = [\"/a\": 1]\n"));
    assert!(stderr.starts_with("warning: `visits.csv` is given twice for one event; it is applied once\n"), "{stderr}");
}

#[test]
fn a_profile_counts_what_flowed() {
    let program = "var s: gset<int>\nevent put { x: int }\non put({ x }) { s.add(x) }\n\
                   let halves = s.filter(x => x % 2 == 0).map(x => x / 10)\nshow halves\nfeed put from \"visits.csv\"\n";
    // Eight rows, seven numbers, four of them even, and two tens among those.
    let project = Project::new(program, "x\n1\n2\n4\n4\n5\n12\n14\n7\n");
    let (code, stdout, stderr) = streams(project.run(&["--profile", "--format", "json"]));
    assert_eq!((code, stdout.as_str()), (Some(0), "{\"show\":\"halves\",\"value\":[0,1]}\n"));
    let line = stderr.lines().find(|line| line.starts_with("{\"profile\"")).expect("there is a profile");
    let profile: serde_json::Value = serde_json::from_str(line).unwrap();
    let operators = profile["profile"]["operators"].as_array().unwrap();
    let of = |name: &str| operators.iter().find(|line| line["operator"] == name).expect(name);
    let counts = |name: &str| (of(name)["rows_in"].as_u64().unwrap(), of(name)["rows_out"].as_u64().unwrap());
    assert_eq!((counts("source s"), counts("filter, map"), counts("distinct")), ((7, 7), (7, 4), (4, 2)));
    assert_eq!(of("distinct")["rows_kept"], 2);
    assert_eq!(profile["profile"]["variables"][0]["name"], "s");
    // The same for people, on stderr.
    let (_, stdout, stderr) = streams(project.run(&["--profile"]));
    assert!(stdout.starts_with("halves") && stderr.contains("rows out") && stderr.contains("filter, map"), "{stderr}");
}
