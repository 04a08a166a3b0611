//! What a judgement rests on, source by source, in the words of the program: the rows that `lasp explain` prints.
//!
//! ```text
//! not (stock.count() < 10)     stock   which elements it has   comes and goes: items can be removed   tone +   eventual
//! ```
//!
//! Where `causes` tells what makes a result unstable, this tells everything it reads. Neighbours: `crate::explanation`
//! puts it together, `tones` is where it comes from.

use lasp_plan::Stability;

use super::Judge;
use super::causes::{drifts, why_back};
use super::refusal::text_at;
use super::sources::lattice_of;
use super::tones::{Aspect, Drift, Leaf, Read, Tone, Why};
use crate::crdt::Crdt;
use crate::diagnostic::SourceFile;
use crate::explanation::{Drifting, Reading, Turning};
use crate::hir::Hir;
use crate::program::Program;

/// How an expression goes, and what it reads.
pub(crate) fn of_expression(program: &Program, files: &[SourceFile], hir: &Hir) -> (Stability, Vec<Reading>) {
    let moves = Judge::new(program).judge(hir);
    (moves.shown(), readings(program, files, &moves.visible(hir.place)))
}

/// How a variable goes, and what of it does so.
pub(crate) fn of_variable(program: &Program, files: &[SourceFile], index: usize) -> (Stability, Vec<Reading>) {
    let moves = Judge::new(program).var(index);
    (moves.shown(), readings(program, files, &moves.visible(program.vars[index].place)))
}

fn readings(program: &Program, files: &[SourceFile], leaf: &Leaf) -> Vec<Reading> {
    let mut found: Vec<Reading> =
        leaf.reads().iter().map(|read| reading(program, files, read).unwrap_or_else(|| unknown(files, read))).collect();
    // What makes it unstable comes first.
    let rank = |reading: &Reading| match reading.direction {
        Stability::Eventual => 0,
        Stability::Down => 1,
        Stability::Up | Stability::Const => 2,
    };
    found.sort_by_key(|reading| (rank(reading), reading.place));
    found
}

fn reading(program: &Program, files: &[SourceFile], read: &Read) -> Option<Reading> {
    let var = program.vars.get(read.source.var)?;
    let lattice = lattice_of(&var.crdt, read.source.lattice)?;
    let part = (read.source.lattice > 0).then(|| written(files, lattice));
    let place = read.place;
    let text = text_at(files, place);
    // What somebody answers for is told as it is by itself.
    let drift = match read.trusted {
        true => natural(program, read).unwrap_or(read.drift),
        false => read.drift,
    };
    let what = match (&part, text == var.name) {
        (Some(part), true) => format!("the `{part}` in it"),
        _ => format!("`{text}`"),
    };
    let why = match (drift, lattice) {
        (Drift::Both, _) => why_back(lattice),
        (_, Crdt::Drawn(..)) => format!("{what} only rises, as drawn"),
        (_, Crdt::Named { info, .. }) if info.name == "flag" => format!("{what} stays true once it is"),
        _ => drifts(lattice, read.source.aspect, drift, &what),
    };
    let what = match (read.source.aspect, lattice.values().is_some()) {
        (Aspect::Members, true) => "which keys it has",
        (Aspect::Members, false) => "which elements it has",
        (Aspect::IsSet, _) => "whether it is set",
        (Aspect::Value, true) => "what is under its keys",
        (Aspect::Value, false) => "its value",
    };
    let turn = read.turn.map(|turn| {
        let falls_past = drift == Drift::Down && turn.why == Why::Compared;
        let why =
            if falls_past { "what falls only falls further below what it is compared with" } else { turn.why.text() };
        Turning { place: turn.place, text: text_at(files, turn.place), why }
    });
    Some(Reading {
        var: Some(read.source.var),
        name: var.name.clone(),
        declared: var.place,
        // What the program does not declare has no type written.
        ty: if var.hidden.is_some() { var.crdt.to_string() } else { text_at(files, var.type_place) },
        part,
        what,
        place,
        text,
        through: Vec::new(),
        drift: drifting(drift),
        trusted: read.trusted,
        why,
        tone: match read.tone {
            Tone::Plus => '+',
            Tone::Minus => '-',
            Tone::Any => '?',
        },
        turn,
        direction: read.direction(),
    })
}

/// What a source does whatever anybody says.
fn natural(program: &Program, read: &Read) -> Option<Drift> {
    let moves = Judge::new(program).var(read.source.var);
    moves.whole().reads().iter().find(|own| own.source == read.source).map(|own| own.drift)
}

/// A lattice as the program writes it.
fn written(files: &[SourceFile], lattice: &Crdt) -> String {
    match lattice {
        Crdt::Named { place, .. } | Crdt::Record(_, place) | Crdt::Tuple(_, place) | Crdt::Drawn(_, _, place) => {
            text_at(files, *place)
        }
        Crdt::Error => String::new(),
    }
}

/// What is read of rights.
pub(crate) const RIGHTS: &str = "what may be spent here";

/// What was not looked into, and rights, which are no part of the visible value.
fn unknown(files: &[SourceFile], read: &Read) -> Reading {
    let text = text_at(files, read.place);
    let (what, why) = match text.ends_with(".rights") {
        true => (RIGHTS, "rights differ from node to node, and are spent and moved".to_string()),
        false => ("its value", Why::Fuel.text().to_string()),
    };
    Reading {
        var: None,
        name: text.clone(),
        declared: read.place,
        ty: String::new(),
        part: None,
        what,
        place: read.place,
        text,
        through: Vec::new(),
        drift: Drifting::Both,
        trusted: read.trusted,
        why,
        tone: '?',
        turn: None,
        direction: Stability::Eventual,
    }
}

fn drifting(drift: Drift) -> Drifting {
    match drift {
        Drift::Up => Drifting::Up,
        Drift::Down => Drifting::Down,
        Drift::Both => Drifting::Both,
    }
}
