//! The front page is true: its program prints what it says, and the error it shows is the one that is given.

use lasp_tests::{blocks, lasp, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("there is a README")
}

fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_string()
}

#[test]
fn the_first_program_prints_what_the_page_says() {
    let page = readme();
    let program = blocks(&page, "lasp").remove(0);
    let transcript = blocks(&page, "").remove(0);
    let expected = transcript.strip_prefix("$ lasp run orders.lasp\n").expect("a transcript");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let write = |name: &str, text: &str| std::fs::write(scratch.path().join(name), text).expect("it can be written");
    write("orders.lasp", &program);
    write("orders.csv", "id,price\na,10\nb,5\n");
    write("payments.csv", "id,amount\na,10\nb,2\n");
    let output = lasp().current_dir(&scratch).args(["run", "orders.lasp"]).output().expect("lasp runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn the_error_is_the_one_the_page_shows() {
    let page = readme();
    let program = blocks(&page, "lasp").remove(0);
    let report = blocks(&page, "").remove(1);
    let when = program.lines().find(|line| line.starts_with("for k in")).expect("the program has a `when`");
    let wrong = program
        .replace(when, "when orders.count() >= 5 { emit enough { } }")
        .replace("                      // can be taken back, on any node, at any time", "");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(scratch.path().join("orders.lasp"), wrong).expect("it can be written");
    let output = lasp().current_dir(&scratch).args(["check", "orders.lasp"]).output().expect("lasp runs");
    let found = String::from_utf8_lossy(&output.stderr).to_string() + &String::from_utf8_lossy(&output.stdout);
    assert!(trimmed(&found).contains(&trimmed(&report)), "found\n{found}\nexpected\n{report}");
    assert_eq!(output.status.code(), Some(1));
}
