//! An explanation for programs: one object, its keys in the order of the fields.
//!
//! ```text
//! {"name":"when@3","kind":"when","type":"bool","stability":"eventual","needed":true,"refused":["E0301"],"reads":[…],
//!  "schedule":{"found":true,"steps":[…]},"flow":"gather","at":"each","coordination":"seal or one owner","why":"…"}
//! ```
//!
//! An invariant has `verdict` (free, escrow, refused), `argument`, `wrong` and `breaking` besides.
//! Neighbours: `page` says the same to people.

use lasp_compiler::diagnostic::SourceFile;
use lasp_compiler::explanation::{Drifting, Explanation, Held, Reading};
use lasp_plan::Place;
use serde::Serialize;

use super::against::Against;
use super::{Answer, because};
use crate::json::locate;
use crate::locate::Position;

/// All of it.
#[derive(Serialize)]
pub struct Line<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(flatten)]
    held: Option<HeldLine<'a>>,
    needed: bool,
    refused: &'a [&'static str],
    reads: Vec<ReadLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule<'a>>,
    flow: String,
    at: &'a str,
    coordination: &'a str,
    why: &'a str,
}

/// In short.
#[derive(Serialize)]
pub struct ShortLine<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a str>,
    because: String,
    flow: String,
    at: &'a str,
    coordination: &'a str,
}

#[derive(Serialize)]
struct Head<'a> {
    name: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    text: &'a str,
    #[serde(flatten)]
    place: PlaceLine<'a>,
    #[serde(rename = "type")]
    ty: &'a str,
    stability: String,
}

/// Of an invariant.
#[derive(Serialize)]
struct HeldLine<'a> {
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<&'a str>,
    argument: &'a [String],
    wrong: &'a [String],
    breaking: Vec<BreakingLine<'a>>,
}

#[derive(Serialize)]
struct BreakingLine<'a> {
    text: &'a str,
    place: PlaceLine<'a>,
    because: &'a str,
}

#[derive(Serialize)]
struct PlaceLine<'a> {
    file: &'a str,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct ReadLine<'a> {
    var: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    declared: PlaceLine<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a str>,
    what: &'a str,
    text: &'a str,
    place: PlaceLine<'a>,
    drift: &'static str,
    because: &'a str,
    trusted: bool,
    through: &'a [String],
    tone: char,
    #[serde(skip_serializing_if = "Option::is_none")]
    turned: Option<Turned<'a>>,
    stability: String,
}

#[derive(Serialize)]
struct Turned<'a> {
    text: &'a str,
    place: PlaceLine<'a>,
    because: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Schedule<'a> {
    Found { found: bool, steps: Vec<Step<'a>> },
    NotFound { found: bool, tried: usize },
}

#[derive(Serialize)]
struct Step<'a> {
    does: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    then: &'a str,
}

/// The object of an answer.
#[must_use]
pub fn line<'a>(answer: &'a Answer, files: &'a [SourceFile]) -> Line<'a> {
    let Answer { explanation, against, refused } = answer;
    let schedule = against.as_ref().map(|against| match against {
        Against::Found(steps) => Schedule::Found {
            found: true,
            steps: steps.iter().map(|step| Step { does: &step.does, then: &step.then }).collect(),
        },
        Against::NotFound { tried, .. } => Schedule::NotFound { found: false, tried: *tried },
        Against::TooLarge => Schedule::NotFound { found: false, tried: 0 },
    });
    Line {
        head: head(explanation, files),
        held: explanation.held.as_ref().map(|held| invariant(held, files)),
        needed: explanation.needed.is_some(),
        refused,
        reads: explanation.reads.iter().map(|reading| read(reading, files)).collect(),
        schedule,
        flow: explanation.flow.to_string(),
        at: &explanation.at,
        coordination: explanation.coordination.what,
        why: &explanation.coordination.why,
    }
}

/// The object of a topic in the list of all.
#[must_use]
pub fn short<'a>(explanation: &'a Explanation, files: &'a [SourceFile]) -> ShortLine<'a> {
    ShortLine {
        head: head(explanation, files),
        verdict: explanation.held.as_ref().map(|held| held.verdict),
        because: because(explanation),
        flow: explanation.flow.to_string(),
        at: &explanation.at,
        coordination: explanation.coordination.what,
    }
}

fn head<'a>(explanation: &'a Explanation, files: &'a [SourceFile]) -> Head<'a> {
    let topic = &explanation.topic;
    Head {
        name: &topic.name,
        kind: topic.kind,
        also: &topic.also,
        text: &topic.text,
        place: at(topic.place, files),
        ty: &explanation.ty,
        stability: explanation.stability.to_string(),
    }
}

fn invariant<'a>(held: &'a Held, files: &'a [SourceFile]) -> HeldLine<'a> {
    let breaking = held.breaking.iter().map(|breaking| BreakingLine {
        text: &breaking.text,
        place: at(breaking.place, files),
        because: &breaking.what,
    });
    HeldLine {
        verdict: held.verdict,
        within: held.within.as_deref(),
        argument: &held.argument,
        wrong: &held.wrong,
        breaking: breaking.collect(),
    }
}

fn read<'a>(reading: &'a Reading, files: &'a [SourceFile]) -> ReadLine<'a> {
    ReadLine {
        var: &reading.name,
        ty: &reading.ty,
        declared: at(reading.declared, files),
        part: reading.part.as_deref(),
        what: reading.what,
        text: &reading.text,
        place: at(reading.place, files),
        drift: match reading.drift {
            Drifting::Up => "up",
            Drifting::Down => "down",
            Drifting::Both => "both",
        },
        because: &reading.why,
        trusted: reading.trusted,
        through: &reading.through,
        tone: reading.tone,
        turned: reading.turn.as_ref().map(|turn| Turned {
            text: &turn.text,
            place: at(turn.place, files),
            because: turn.why,
        }),
        stability: reading.direction.to_string(),
    }
}

fn at(place: Place, files: &[SourceFile]) -> PlaceLine<'_> {
    let (file, start, end) = locate(place, files);
    PlaceLine { file, start, end }
}
