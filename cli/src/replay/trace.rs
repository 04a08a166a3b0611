//! The lines of a trace, as steps.
//!
//! ```text
//! {"at":"a","do":"s.add(\"x\")"}   {"at":"a","event":"hit","data":{"n":1}}   {"at":"a","show":"s"}
//! {"nodes":{"a":"client","s":"server"}}
//! {"sync":["a","b"]}   {"drop":["a","b"]}   {"deliver":["a","b"],"repeat":3}   {"settle":true}
//! {"crash":"a"}   {"restart":"a","disk":"lost"}   {"backup":"a"}   {"clone":"a","as":"a2"}   {"clock":"a","skew":"10y"}
//! ```
//!
//! A line that cannot be read is kept as what is wrong with it, and told when its turn comes: what stands before it is
//! done.
//!
//! Invariant: reading is total. A member that no such line has is an error, so that a slip does not pass for a step.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::skew::skew_us;
use crate::names::{listed, nearest};

/// What is wrong with a line, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// A sentence without a full stop.
    pub message: String,
    /// A next step.
    pub help: Option<String>,
}

impl Slip {
    /// A slip without advice.
    pub fn new(message: impl Into<String>) -> Slip {
        Slip { message: message.into(), help: None }
    }

    /// With a next step.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Slip {
        Slip { help: Some(help.into()), ..self }
    }
}

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nodes with their roles, in the order written.
    Nodes(Vec<(String, String)>),
    /// Statements, as one op.
    Do(String, String),
    /// An event and its fields.
    Event(String, String, serde_json::Map<String, serde_json::Value>),
    /// A name, or another expression.
    Show(String, String),
    /// The second learns all that the first knows; whether all of it is sent, known or not.
    Sync(String, String, bool),
    /// The same message, lost.
    Drop(String, String, bool),
    /// The last message arrives again, so many times.
    Deliver(String, String, u64),
    /// Everybody talks to everybody until nothing changes.
    Settle,
    /// A node stops.
    Crash(String),
    /// A node starts, from this disk.
    Restart(String, Found),
    /// A node's log is copied.
    Backup(String),
    /// A node under another name starts from a copy of the disk.
    Clone(String, String),
    /// A node's clock is wrong by so many microseconds from now on.
    Clock(String, i64),
}

/// What a node that restarts finds on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// All it ever wrote.
    Intact,
    /// Nothing.
    Lost,
    /// What was there at the last backup.
    Backup,
}

/// A line of a trace: its number, and its step or what is wrong with it.
pub type Line = (u64, Result<Step, Slip>);

/// The lines of a trace that are not blank.
#[must_use]
pub fn read(text: &str) -> Vec<Line> {
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    lines.filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| (number, step(line))).collect()
}

/// The nodes that a trace brings up, in the order in which they come, with their roles. Clones are not among them.
#[must_use]
pub fn roster(lines: &[Line]) -> Vec<(String, Option<String>)> {
    let mut roster: Vec<(String, Option<String>)> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for step in lines.iter().filter_map(|(_, step)| step.as_ref().ok()) {
        match step {
            Step::Nodes(nodes) => {
                for (name, role) in nodes {
                    if known.insert(name) {
                        roster.push((name.clone(), Some(role.clone())));
                    }
                }
            }
            Step::Clone(_, clone) => drop(known.insert(clone)),
            step => {
                for name in step.comers() {
                    if known.insert(name) {
                        roster.push((name.to_string(), None));
                    }
                }
            }
        }
    }
    roster
}

impl Step {
    /// The nodes that come into being if there are none of that name.
    #[must_use]
    pub fn comers(&self) -> Vec<&str> {
        match self {
            Step::Do(at, _) | Step::Event(at, ..) | Step::Show(at, _) | Step::Clock(at, _) => vec![at],
            Step::Sync(from, to, _) | Step::Drop(from, to, _) => vec![from, to],
            _ => Vec::new(),
        }
    }
}

/// What a line may hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    nodes: Option<InOrder>,
    at: Option<String>,
    #[serde(rename = "do")]
    statements: Option<String>,
    event: Option<String>,
    data: Option<serde_json::Map<String, serde_json::Value>>,
    show: Option<String>,
    sync: Option<(String, String)>,
    full: Option<bool>,
    settle: Option<bool>,
    crash: Option<String>,
    restart: Option<String>,
    disk: Option<String>,
    backup: Option<String>,
    clone: Option<String>,
    #[serde(rename = "as")]
    named: Option<String>,
    drop: Option<(String, String)>,
    deliver: Option<(String, String)>,
    repeat: Option<u64>,
    clock: Option<String>,
    skew: Option<String>,
}

/// What a line begins with, and what may stand beside that.
const FORMS: &[(&str, &[&str])] = &[
    ("at", &["do", "event", "data", "show"]),
    ("nodes", &[]),
    ("sync", &["full"]),
    ("drop", &["full"]),
    ("deliver", &["repeat"]),
    ("settle", &[]),
    ("crash", &[]),
    ("restart", &["disk"]),
    ("backup", &[]),
    ("clone", &["as"]),
    ("clock", &["skew"]),
];

impl Members {
    fn present(&self) -> Vec<&'static str> {
        let all = [
            ("at", self.at.is_some()),
            ("do", self.statements.is_some()),
            ("event", self.event.is_some()),
            ("data", self.data.is_some()),
            ("show", self.show.is_some()),
            ("nodes", self.nodes.is_some()),
            ("sync", self.sync.is_some()),
            ("full", self.full.is_some()),
            ("settle", self.settle.is_some()),
            ("crash", self.crash.is_some()),
            ("restart", self.restart.is_some()),
            ("disk", self.disk.is_some()),
            ("backup", self.backup.is_some()),
            ("clone", self.clone.is_some()),
            ("as", self.named.is_some()),
            ("drop", self.drop.is_some()),
            ("deliver", self.deliver.is_some()),
            ("repeat", self.repeat.is_some()),
            ("clock", self.clock.is_some()),
            ("skew", self.skew.is_some()),
        ];
        all.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect()
    }
}

fn step(line: &str) -> Result<Step, Slip> {
    let members: Members = serde_json::from_str(line).map_err(|error| unreadable(line, &error))?;
    let present = members.present();
    let Some((head, beside)) = FORMS.iter().find(|(head, _)| present.contains(head)) else {
        let heads = listed(FORMS.iter().map(|(head, _)| *head));
        return Err(Slip::new("this line asks for nothing").help(format!("a line has one of {heads}")));
    };
    if let Some(stray) = present.iter().find(|name| *name != head && !beside.contains(name)) {
        let may = if beside.is_empty() { "nothing else".to_string() } else { listed(beside.iter().copied()) };
        return Err(
            Slip::new(format!("`{stray}` does not go with `{head}`")).help(format!("beside `{head}` may stand {may}"))
        );
    }
    full_step(head, members)
}

fn full_step(head: &str, members: Members) -> Result<Step, Slip> {
    let full = members.full.unwrap_or(false);
    let missing =
        |what: &str, example: &str| Slip::new(format!("`{head}` needs {what}")).help(format!("as in {example}"));
    Ok(match members {
        Members { nodes: Some(InOrder(nodes)), .. } => Step::Nodes(nodes),
        Members { at: Some(at), statements, event, data, show, .. } => match (statements, event, show) {
            (Some(text), None, None) if data.is_none() => Step::Do(at, text),
            (None, Some(event), None) => Step::Event(at, event, data.unwrap_or_default()),
            (None, None, Some(what)) if data.is_none() => Step::Show(at, what),
            _ => return Err(missing("one of `do`, `event` (with `data`) and `show`", r#"{"at":"a","show":"s"}"#)),
        },
        Members { sync: Some((from, to)), .. } => pair(from, to).map(|(from, to)| Step::Sync(from, to, full))?,
        Members { drop: Some((from, to)), .. } => pair(from, to).map(|(from, to)| Step::Drop(from, to, full))?,
        Members { deliver: Some((from, to)), repeat, .. } => {
            let (from, to) = pair(from, to)?;
            Step::Deliver(from, to, repeat.unwrap_or(1))
        }
        Members { settle: Some(true), .. } => Step::Settle,
        Members { settle: Some(false), .. } => return Err(missing("`true`", r#"{"settle":true}"#)),
        Members { crash: Some(name), .. } => Step::Crash(name),
        Members { restart: Some(name), disk, .. } => Step::Restart(name, found(disk.as_deref())?),
        Members { backup: Some(name), .. } => Step::Backup(name),
        Members { clone: Some(name), named: Some(clone), .. } => Step::Clone(name, clone),
        Members { clone: Some(_), .. } => {
            return Err(missing("`as`, the name of the clone", r#"{"clone":"a","as":"a2"}"#));
        }
        Members { clock: Some(name), skew: Some(skew), .. } => match skew_us(&skew) {
            Some(skew_us) => Step::Clock(name, skew_us),
            None => {
                let slip = Slip::new(format!("`{skew}` is no difference of clocks"));
                return Err(slip.help("it is a duration such as `10y`, `-5m` or `1h30m`; `0s` sets the clock right"));
            }
        },
        _ => return Err(missing("`skew`", r#"{"clock":"a","skew":"-5m"}"#)),
    })
}

fn pair(from: String, to: String) -> Result<(String, String), Slip> {
    if from == to {
        return Err(Slip::new(format!("`{from}` does not talk to itself")).help("name two nodes: first who sends"));
    }
    Ok((from, to))
}

fn found(disk: Option<&str>) -> Result<Found, Slip> {
    match disk {
        None => Ok(Found::Intact),
        Some("lost") => Ok(Found::Lost),
        Some("backup") => Ok(Found::Backup),
        Some(other) => Err(Slip::new(format!("a disk is not `{other}`"))
            .help("`lost` or `backup`; without `disk` it is as the crash left it")),
    }
}

fn unreadable(line: &str, error: &serde_json::Error) -> Slip {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    if let Some(name) = reason.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let names = FORMS.iter().flat_map(|(head, beside)| std::iter::once(head).chain(*beside)).copied();
        let slip = Slip::new(format!("there is no member `{name}`"));
        return match nearest(name, names) {
            Some(near) => slip.help(format!("did you mean `{near}`?")),
            None => slip.help("`lasp replay --help` lists what a line may hold"),
        };
    }
    let reason = if error.is_eof() { "the line ends too early" } else { reason };
    let column = line.char_indices().take_while(|(at, _)| *at + 1 < error.column()).count() + 1;
    Slip::new(format!("column {column}: {reason}")).help(r#"a line is a JSON object, as in {"at":"a","do":"s.add(1)"}"#)
}

/// The members of an object in the order written, each once.
struct InOrder(Vec<(String, String)>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<InOrder, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = InOrder;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of nodes and their roles")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut pairs: Vec<(String, String)> = Vec::new();
                while let Some((name, role)) = map.next_entry::<String, String>()? {
                    if pairs.iter().any(|(known, _)| *known == name) {
                        return Err(de::Error::custom(format!("`{name}` is named twice")));
                    }
                    pairs.push((name, role));
                }
                Ok(InOrder(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_says_what_to_do() {
        for line in [
            "",
            "{",
            "[]",
            "{}",
            "3",
            r#"{"at":"a"}"#,
            r#"{"at":"a","do":"x","show":"y"}"#,
            r#"{"at":"a","dO":"x"}"#,
            r#"{"at":"a","do":"x","data":{}}"#,
            r#"{"at":3,"do":"x"}"#,
            r#"{"sync":["a"]}"#,
            r#"{"sync":["a","a"]}"#,
            r#"{"sync":["a","b"],"repeat":2}"#,
            r#"{"deliver":["a","b"],"repeat":-1}"#,
            r#"{"settle":false}"#,
            r#"{"restart":"a","disk":"gone"}"#,
            r#"{"clone":"a"}"#,
            r#"{"as":"a"}"#,
            r#"{"clock":"a"}"#,
            r#"{"clock":"a","skew":"soon"}"#,
            r#"{"nodes":{"a":"x","a":"y"}}"#,
            r#"{"at":"a","at":"b","show":"s"}"#,
        ] {
            let slip = step(line).expect_err(line);
            assert!(slip.help.is_some() && !slip.message.is_empty(), "{line}: {slip:?}");
        }
        assert_eq!(step(r#"{"sinc":["a","b"]}"#).unwrap_err().help.as_deref(), Some("did you mean `sync`?"));
    }

    #[test]
    fn nodes_come_in_the_order_in_which_they_are_named_and_clones_are_none() {
        let text = "{\"nodes\":{\"z\":\"server\",\"b\":\"client\"}}\nnot JSON\n{\"crash\":\"q\"}\n\
                    {\"clone\":\"z\",\"as\":\"z2\"}\n{\"at\":\"z2\",\"show\":\"s\"}\n{\"sync\":[\"a\",\"b\"]}\n";
        let roles = |role: &str| Some(role.to_string());
        let expected =
            [("z".to_string(), roles("server")), ("b".to_string(), roles("client")), ("a".to_string(), None)];
        assert_eq!(roster(&read(text)), expected);
    }
}
