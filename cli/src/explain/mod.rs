//! `lasp explain FILE NAME`: why a result is final or not, what may be merged, and what has to be agreed on.
//!
//! ```text
//! name ─ compiler::explanation ─► what it reads, in which tone ─┐
//!                     question ─ vm::explore ─► a schedule ─────┴─► text (a page) or lines (JSON)
//! ```
//!
//! Pure: texts in, pages out; the command reads files and prints. Invariant: the same program gives the same page, also
//! where a schedule was looked for: the effort is counted in steps, not in seconds.
//!
//! Neighbours: `against` looks for the schedule, `page` (of an invariant `held`) and `lines` say it to
//! people and to programs.

pub mod against;
mod held;
pub mod lines;
pub mod page;

use lasp_compiler::explanation::{Drifting, Explainer, Explanation, Reading, Topic};
use lasp_plan::Stability;

use crate::Usage;
use crate::names::{listed, nearest};
use against::Against;

/// Everything there is to tell about a topic.
pub struct Answer {
    /// What the compiler knows.
    pub explanation: Explanation,
    /// What another node may do to it; none where nothing can take it back.
    pub against: Option<Against>,
    /// The codes of the errors that it was refused with.
    pub refused: Vec<&'static str>,
}

/// What is meant by `wanted`.
///
/// # Errors
/// When nothing has that name: those that are near, and all there are.
pub fn find<'e>(explainer: &'e Explainer, file: &str, wanted: &str) -> Result<Vec<&'e Topic>, Usage> {
    let found = explainer.find(wanted);
    if !found.is_empty() {
        return Ok(found);
    }
    let topics = explainer.topics();
    let names = || topics.iter().flat_map(|topic| topic.also.iter().chain([&topic.name])).map(String::as_str);
    let all = format!("there are {}", listed(topics.iter().map(|topic| topic.name.as_str())));
    let usage = Usage::new(format!("there is no variable, view, `when` or invariant called `{wanted}` in {file}"));
    Err(match nearest(wanted, names()) {
        Some(near) => usage.help(format!("did you mean `{near}`?\n          {all}")),
        None if topics.is_empty() => usage.help("the program has none at all"),
        None => usage
            .help(format!("{all}; a `when` can be called by what it emits, too, and an invariant by how it begins")),
    })
}

/// Explains a topic, and looks for a schedule that takes back what may go back.
#[must_use]
pub fn answer(explainer: &Explainer, topic: &Topic) -> Answer {
    let explanation = explainer.explain(topic);
    let refused: Vec<&'static str> = explainer.errors_of(topic).iter().map(|error| error.code.as_str()).collect();
    let goes_back = match explanation.stability {
        // What is false at the beginning needs no schedule.
        _ if explanation.held.is_some() => explanation.is_trusted() || refused.iter().any(|code| *code != "E0503"),
        Stability::Eventual => true,
        Stability::Down if !refused.is_empty() => true,
        // What nobody has checked is tried.
        Stability::Const | Stability::Up | Stability::Down => explanation.is_trusted(),
    };
    let against = goes_back.then(|| against::look(explainer, topic));
    Answer { explanation, against, refused }
}

/// The judgement in a sentence.
#[must_use]
pub fn judgement(explanation: &Explanation) -> String {
    let ty = explanation.ty.as_str();
    let (grows, falls) = match () {
        () if ty == "bool" => ("once true it stays true, on every node", "once false it stays false, on every node"),
        () if ty.starts_with("set<") => (
            "what is in it stays in it, on every node",
            "nothing comes into it any more that is not there, on any node",
        ),
        () if ty.starts_with("map<") => {
            ("its keys stay, and what is under them only grows, on every node", "it only falls")
        }
        () => ("it never goes back, on any node", "it only falls, on every node"),
    };
    let said = match explanation.stability {
        Stability::Const => "it never changes",
        Stability::Up => grows,
        Stability::Down => falls,
        Stability::Eventual if explanation.reads_rights() => "each node has its own, and it may go back",
        Stability::Eventual => "nodes come to agree on it, and it may go back",
    };
    format!("{}: {said}", explanation.stability)
}

/// What it is called in a sentence: `` `active` ``, or the condition.
#[must_use]
pub fn called(topic: &Topic) -> String {
    match topic.kind {
        "bind" => "what flows".to_string(),
        _ if topic.has_name() => format!("`{}`", topic.name),
        _ => "the condition".to_string(),
    }
}

/// Why it is not stable, or why it is, in a line: of what decides most.
#[must_use]
pub fn because(explanation: &Explanation) -> String {
    if let Some(held) = &explanation.held {
        return held::because(held, explanation.is_trusted());
    }
    let Some(first) = explanation.reads.first() else { return "it reads nothing that changes".to_string() };
    let goes_another_way = matches!(explanation.stability, Stability::Eventual | Stability::Down);
    match (&first.turn, first.drift) {
        _ if explanation.is_trusted() => "the program answers for it: `unstable(…)`".to_string(),
        (Some(turn), Drifting::Up | Drifting::Down) if goes_another_way => format!("`{}`: {}", turn.text, turn.why),
        _ if goes_apart(explanation) => "one part of it grows and another falls".to_string(),
        _ => first.why.clone(),
    }
}

/// Whether everything it reads takes it one way only, but not all the same way.
#[must_use]
pub fn goes_apart(explanation: &Explanation) -> bool {
    explanation.stability == Stability::Eventual
        && explanation.reads.iter().all(|reading| reading.direction != Stability::Eventual)
}

/// Why nothing that a source does takes a stable result back.
#[must_use]
pub fn why_it_stays(topic: &Topic, reading: &Reading) -> String {
    let (name, read) = (called(topic), &reading.text);
    if topic.kind == "var" {
        return format!("{}: no update takes back another, and merging two copies keeps what either has", reading.why);
    }
    match (reading.drift, reading.tone) {
        (Drifting::Up, '+') => format!("{}, on every node, and {name} goes with it", reading.why),
        (Drifting::Up, _) => format!("{}, on every node, and {name} goes against it", reading.why),
        (Drifting::Down, '+') => format!("{}, on every node, and {name} falls with it", reading.why),
        (Drifting::Down, _) => format!("{}, on every node, and {name} rises as it falls", reading.why),
        (Drifting::Both, _) => format!("`{read}` goes both ways"),
    }
}

/// How copies may be merged, in a sentence.
#[must_use]
pub fn merging(explanation: &Explanation) -> &'static str {
    use lasp_compiler::flow::Flow;
    match (explanation.flow, explanation.topic.kind) {
        (_, "var") => "changes travel as deltas, and merge in any order and any number of times",
        (Flow::Through, _) => {
            "it can be computed from deltas and from parts of the input, anywhere, and the results merged"
        }
        (Flow::Meet, _) => "what it is made of has to meet at one place; results of several such places can be merged",
        (Flow::Gather, _) => "it needs the whole input at one place; results of several such places can be joined",
        (Flow::Owned, _) => {
            "results computed apart cannot be merged: it is computed from the variables where it is read"
        }
    }
}
