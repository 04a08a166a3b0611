//! `lasp check --fix` from outside: files before and after, what is printed, exit codes.

use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};

fn fix(folder: &Path, args: &[&str]) -> (String, Option<i32>) {
    let output =
        Command::new(cargo_bin!("lasp")).arg("check").args(args).arg("--fix").current_dir(folder).output().unwrap();
    (String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(), output.status.code())
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    folder
}

fn read(folder: &tempfile::TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_program_and_the_files_it_uses_are_corrected() {
    let main = "use \"limits.lasp\"\nvar views: gcounter\nevent seen { }\non seen(_) { veiws.inc(1) }\n\
                let full = views >= limits.most\nshow full\n";
    let limits = "let most = lowest + 90\nlet lowets = 10\n";
    let folder = folder(&[("main.lasp", main), ("limits.lasp", limits)]);
    let (said, code) = fix(folder.path(), &["main.lasp"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("fixed main.lasp:4:14: write `views` (E0101)"), "{said}");
    assert!(said.contains("fixed limits.lasp:1:12: write `lowets` (E0101)"), "{said}");
    assert!(said.ends_with("no problems in 1 file\n"), "{said}");
    assert!(read(&folder, "main.lasp").contains("{ views.inc(1) }"));
    assert_eq!(read(&folder, "limits.lasp"), "let most = lowets + 90\nlet lowets = 10\n");
    // Nothing of the work is left lying about.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn nothing_to_fix_is_said_and_nothing_is_written() {
    let text = "var stock: pncounter = 3\nevent sale { }\non sale(_) { if stock > 0 { stock.dec(1) } }\nshow stock\n";
    let folder = folder(&[("main.lasp", text)]);
    let before = std::fs::metadata(folder.path().join("main.lasp")).unwrap().modified().unwrap();
    let (said, code) = fix(folder.path(), &["main.lasp"]);
    assert!(said.starts_with("nothing to fix without asking\nwarning[W0501]"), "{said}");
    assert_eq!(code, Some(0));
    let (_, denied) = fix(folder.path(), &["main.lasp", "--deny", "warnings"]);
    assert_eq!(denied, Some(1));
    assert_eq!(read(&folder, "main.lasp"), text);
    assert_eq!(std::fs::metadata(folder.path().join("main.lasp")).unwrap().modified().unwrap(), before);
}

#[test]
fn what_cannot_be_fixed_is_still_reported() {
    let folder =
        folder(&[("main.lasp", "var orders: gset<int>\nlet a = ordres.count()\nlet b = 1 + \"x\"\nshow a, b\n")]);
    let (said, code) = fix(folder.path(), &["main.lasp", "--format", "json"]);
    assert_eq!(code, Some(1));
    let first = said.lines().next().unwrap();
    assert_eq!(
        first,
        r#"{"fixed":"write `orders`","code":"E0101","file":"main.lasp","start":{"line":2,"column":9,"byte":30}}"#
    );
    assert!(said.contains(r#""code":"E0203""#), "{said}");
    assert!(read(&folder, "main.lasp").contains("orders.count()"));
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link_and_rights_stay_as_they_are() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("real.lasp", "let a = 1\nlet b = aa + 1\nshow b\n")]);
    let real = folder.path().join("real.lasp");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.lasp", folder.path().join("main.lasp")).unwrap();
    let (said, code) = fix(folder.path(), &["main.lasp"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(std::fs::symlink_metadata(folder.path().join("main.lasp")).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(read(&folder, "real.lasp"), "let a = 1\nlet b = a + 1\nshow b\n");
}

#[test]
fn stdin_is_no_file() {
    let folder = folder(&[]);
    let (said, code) = fix(folder.path(), &["-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("`--fix` changes files, and `-` is none"), "{said}");
}

#[test]
fn json_carries_what_can_be_done_to_every_diagnostic() {
    let text = "type O = { price: nat }\nvar os: orset<O>\nlet total = os.map(o => o.price).sum()\nshow total\n";
    let folder = folder(&[("main.lasp", text)]);
    let output = Command::new(cargo_bin!("lasp"))
        .args(["check", "main.lasp", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains(concat!(
            r#""fixes":[{"title":"write `os.sum(o => o.price)`","edits":[{"start":{"line":3,"column":15,"byte":55},"#,
            r#""end":{"line":3,"column":39,"byte":79},"text":".sum(o => o.price)"}]}]"#
        )),
        "{said}"
    );
}
