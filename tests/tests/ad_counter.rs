//! The advertisement counter on data it was not written for: ads renamed to awkward texts, rows reversed, another
//! limit, fed by `--feed`. What must come out is a formula: min(impressions, limit) views per ad, and the rest refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lasp_tests::{lasp, root};
use serde_json::Value;

/// A name that CSV has to quote, with characters beyond ASCII.
fn renamed(ad: &str) -> String {
    format!("réclame \"{ad}\", n° {ad}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn any_ads_in_any_order_with_any_limit() {
    let folder = root().join("examples/02_ad_counter");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the example's data is there");
    let impressions: Vec<String> =
        read("impressions.csv").lines().skip(1).map(|row| row.rsplit(',').next().expect("an ad").to_string()).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for ad in &impressions {
        *counts.entry(renamed(ad)).or_default() += 1;
    }
    for limit in [0, 1, 137, 100_000] {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let mut signed = "limit,advertiser,ad\r\n".to_string();
        for ad in counts.keys() {
            write!(signed, "{limit},rovio,{}\r\n", quoted(ad)).expect("writing to a string");
        }
        let mut shown = "ad,t\n".to_string();
        for (second, ad) in impressions.iter().rev().enumerate() {
            let (minute, second) = (second / 60, second % 60);
            let (hour, minute) = (minute / 60, minute % 60);
            writeln!(shown, "{},2020-01-01T{hour:02}:{minute:02}:{second:02}Z", quoted(&renamed(ad)))
                .expect("writing to a string");
        }
        let feed = |event: &str, name: &str, text: &str| {
            let path = scratch.path().join(name);
            std::fs::write(&path, text).expect("the scratch folder can be written");
            format!("{event}={}", path.display())
        };
        // The program's feed of impressions names a node column, and so must its replacement.
        let shown: String = shown
            .lines()
            .enumerate()
            .map(
                |(line, row)| if line == 0 { format!("{row},client\n") } else { format!("{row},phone-{}\n", line % 7) },
            )
            .collect();
        let output = lasp()
            .arg("run")
            .arg(folder.join("main.lasp"))
            .args(["--format", "json", "--feed", &feed("signed", "signed.csv", &signed)])
            .args(["--feed", &feed("impression", "shown.csv", &shown)])
            .output()
            .expect("lasp runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();

        let views = lines.iter().find(|line| line["show"] == "views").expect("views are shown");
        let expected: BTreeMap<String, u64> = counts
            .iter()
            .map(|(ad, seen)| (ad.clone(), (*seen).min(limit)))
            .filter(|(_, served)| *served > 0)
            .collect();
        assert_eq!(views["value"], serde_json::to_value(&expected).expect("a map"), "limit {limit}");

        let emits = |name: &str| lines.iter().filter(|line| line["emit"] == name).count() as u64;
        let refused: u64 = counts.values().map(|seen| seen - (*seen).min(limit)).sum();
        assert_eq!(emits("refused"), refused, "limit {limit}");
        let exhausted = counts.values().filter(|seen| **seen >= limit).count() as u64;
        assert_eq!(emits("exhausted"), exhausted, "limit {limit}");
    }
}
