//! Feeds as tables: a text and its rows, bad rows with their place, headers that do not fit.

use std::io::Cursor;

use lasp_plan::{EventPlan, Type, Value};

use super::choose::{From, Spec};
use super::columns::Wanted;
use super::csv::CsvRows;
use super::jsonl::JsonRows;
use super::{Item, Rows};

fn event() -> EventPlan {
    let option = Type::Option(Box::new(Type::Int));
    EventPlan {
        name: "signed".into(),
        fields: vec![("ad".into(), Type::Text), ("limit".into(), Type::Nat), ("note".into(), option)],
    }
}

fn spec() -> Spec {
    Spec { event: 0, from: From::Stdin, label: "c.csv".into(), node: None, time: None, src: None, seq: None }
}

fn shown(mut rows: impl Rows) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(item) = rows.next_item() {
        lines.push(match item {
            Item::Row(row) => {
                let fields: Vec<String> = row.fields.iter().map(lasp_plan::format::untyped_text_of).collect();
                let at = row.at_us.map_or_else(String::new, |at| format!(" at {at}"));
                let pair = row.pair.map_or_else(String::new, |(src, seq)| format!(" {src:?} {seq}"));
                format!("{}: {}{at}{pair}", row.line, fields.join(" "))
            }
            Item::Bad(bad) => format!("{}: expected {}, found {}", bad.place(), bad.expected, bad.found),
            Item::Broken(message) => message,
        });
    }
    lines
}

fn csv(text: &[u8]) -> Vec<String> {
    shown(CsvRows::open(Cursor::new(text.to_vec()), &Wanted::new(&spec(), &event())).unwrap())
}

fn json(text: &[u8]) -> Vec<String> {
    shown(JsonRows::new(Cursor::new(text.to_vec()), Wanted::new(&spec(), &event())))
}

#[test]
fn csv_in_all_its_dresses() {
    let cases: &[(&str, &[&str])] = &[
        ("ad,limit,note\n13,300,\n", &["2: \"13\" 300 none"]),
        ("\u{feff}ad,limit,note\n13,300,5", &["2: \"13\" 300 5"]),
        ("note,x,limit,ad\n,9,1,\n", &["2: \"\" 1 none"]),
        ("ad,limit,note\r\na,1,\r\nb,2,\r\n", &["2: \"a\" 1 none", "3: \"b\" 2 none"]),
        ("ad,limit,note\n\n\na,1,\n\n b ,2,3\n", &["4: \"a\" 1 none", "6: \" b \" 2 3"]),
        (
            "ad,limit,note\r\n\"x\r\n\r\ny\",1,\r\n\r\n\"b\"\"c\",2,\r\n",
            &["2: \"x\\r\\n\\r\\ny\" 1 none", "6: \"b\\\"c\" 2 none"],
        ),
        ("ad,limit,note\n", &[]),
        ("\" ad \",limit , note\na,1,2\n", &["2: \"a\" 1 2"]),
    ];
    for (text, expected) in cases {
        assert_eq!(csv(text.as_bytes()), *expected, "{text:?}");
    }
}

#[test]
fn bad_rows_have_their_place_and_the_feed_goes_on() {
    assert_eq!(
        csv(b"ad,limit,note\n\"a\nb\",many,\nc,-1,\nd,1\ne,1,,\nf,,\ng,1,1.5\n\xff,1,\nh,1,\n"),
        [
            "c.csv:2, field 2 (`limit`): expected a whole number from 0 up (`nat`), found `many`",
            "c.csv:4, field 2 (`limit`): expected a whole number from 0 up (`nat`), found `-1`",
            "c.csv:5, field 3: expected 3 fields as in the header, found 2 fields",
            "c.csv:6, field 4: expected 3 fields as in the header, found 4 fields",
            "c.csv:7, field 2 (`limit`): expected a whole number from 0 up (`nat`), found an empty cell",
            "c.csv:8, field 3 (`note`): expected a whole number (`int`), found `1.5`",
            "c.csv:9, field 1 (`ad`): expected text in UTF-8, found `\u{fffd}`",
            "10: \"h\" 1 none",
        ]
    );
}

#[test]
fn headers_that_do_not_fit_are_refused() {
    let open = |text: &str, spec: &Spec| {
        let error = CsvRows::open(Cursor::new(text.as_bytes().to_vec()), &Wanted::new(spec, &event())).err();
        let error = error.unwrap_or_else(|| panic!("{text:?} was opened"));
        (error.message, error.help.unwrap_or_default())
    };
    let timed = Spec { time: Some("t".into()), ..spec() };
    let named = "the first line of a CSV file names its columns";
    for (text, spec, message, help) in [
        (
            "ad,limt,note\n",
            spec(),
            "`c.csv` has no column `limit`; its columns are `ad`, `limt` and `note`",
            "did you mean `limt`?",
        ),
        (
            "ad,limit,note\n",
            timed,
            "`c.csv` has no column `t`, which the feed reads as its time; its columns are `ad`, `limit` and `note`",
            named,
        ),
        ("ad,limit,note,ad\n", spec(), "`c.csv` has the column `ad` 2 times", "rename or remove all but one"),
        ("", spec(), "`c.csv` is empty", named),
    ] {
        assert_eq!(open(text, &spec), (message.to_string(), help.to_string()));
    }
}

#[test]
fn options_name_columns() {
    let all =
        Spec { time: Some("t".into()), node: Some("n".into()), src: Some("s".into()), seq: Some("q".into()), ..spec() };
    let wanted = Wanted::new(&all, &event());
    let text = "t,n,s,q,ad,limit,note\n1970-01-01,a,up,7,x,1,\nlater,a,up,8,x,1,\n";
    assert_eq!(
        shown(CsvRows::open(Cursor::new(text), &wanted).unwrap()),
        [
            "2: \"x\" 1 none at 0 \"up\" 7",
            "c.csv:3, field 1 (`t`): expected a time such as `2024-05-01T12:30:00Z` or a date (`time`), found `later`"
        ]
    );
    let line = r#"{"t":"1970-01-01T00:00:01Z","n":"a","s":9,"q":1,"ad":"x","limit":2}"#;
    assert_eq!(shown(JsonRows::new(Cursor::new(line), wanted)), ["1: \"x\" 2 none at 1000000 \"9\" 1"]);
}

#[test]
fn json_lines_and_their_errors() {
    let text = "\u{feff}{\"ad\":\"a\",\"limit\":1,\"note\":null,\"more\":[]}\r\n\n{\"ad\":\"é\" 1}\n[1]\n{\"ad\":\"b\"}\n\
                {\"ad\":1,\"limit\":1}\n{\"ad\":\"c\",\"limit\":2}";
    assert_eq!(
        json(text.as_bytes()),
        [
            "1: \"a\" 1 none",
            "c.csv:3, character 11: expected a JSON object on one line, found expected `,` or `}`",
            "c.csv:4, character 1: expected a JSON object on one line, found an array",
            "c.csv:5, field `limit`: expected a member `limit` (`nat`), found none",
            "c.csv:6, field `ad`: expected a text (`text`), found `1`",
            "7: \"c\" 2 none",
        ]
    );
    assert_eq!(json(b"{\"ad\":\"\xff\"}"), ["c.csv:1, character 8: expected text in UTF-8, found other bytes"]);
    assert_eq!(json(b""), Vec::<String>::new());
}

#[test]
fn a_text_is_taken_as_it_is() {
    let event = EventPlan { name: "e".into(), fields: vec![("a".into(), Type::Text)] };
    let mut rows = CsvRows::open(Cursor::new("a\n 1 \n"), &Wanted::new(&spec(), &event)).unwrap();
    let Some(Item::Row(row)) = rows.next_item() else { panic!("no row") };
    assert_eq!(row.fields, [Value::text(" 1 ")]);
}
