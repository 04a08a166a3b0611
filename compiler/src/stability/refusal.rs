//! The refusal of an unstable expression: from the variables that cause it to the place that needs stability.
//!
//! ```text
//! var cart: orset<Item>                     items can be removed from an `orset`          the cause
//! when cart.count() >= 5 { … }              so this count can go back below 5             the place
//! ```
//!
//! What needs stability differs in its words, its one sentence why and its help, and in nothing else: [`Need`] is the
//! list.
//!
//! Neighbours: `causes` finds what an expression rests on; `whens` and `required` ask for refusals.

use lasp_plan::{BinaryOp, CollOp, Place, Stability, Value};

use super::causes::{Cause, causes_of, steadier, why_back};
use super::tones::{Drift, Leaf, Turn, Why};
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::hir::{Hir, HirKind, HirStmt};
use crate::program::{Program, WhenDef};

/// What needs an expression that is stable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need<'n> {
    /// The condition of a `when` or `once`.
    When(&'n WhenDef),
    /// The collection of a `for … when` or `once for … when`.
    Each(&'n WhenDef),
    /// The condition of the `seal` of this variable.
    Seal(&'n str),
    /// What flows into this variable; the sign is of the way it has to go.
    Bind(&'n str, Way),
    /// The definition of this view, and where it is declared `stable`.
    Stable(&'n str, Place),
    /// What is counted by a sketch.
    Sketch,
    /// What a run waits for.
    Await,
}

/// Which way an expression has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    /// Set once, it has to stay set.
    Set,
}

impl Need<'_> {
    fn code(self) -> Code {
        match self {
            Need::Stable(..) => Code::E0304,
            Need::Sketch => Code::E0308,
            _ => Code::E0301,
        }
    }

    fn message(self) -> String {
        let word = match self {
            Need::When(when) if when.once => "once",
            Need::When(_) => "when",
            Need::Each(when) => {
                let once = if when.once { "once " } else { "" };
                return format!("`{once}for … when` needs a collection that only grows, and this one can shrink");
            }
            Need::Sketch => return "`approx_count` counts what only grows, and this can shrink".to_string(),
            Need::Await => "--await",
            Need::Bind(name, Way::Up) => {
                return format!("what flows into `{name}` must only grow, and this can shrink");
            }
            Need::Bind(name, Way::Down) => {
                return format!("what flows into `{name}` must only fall, and this can rise");
            }
            Need::Bind(name, Way::Set) => {
                return format!("what flows into `{name}` must stay set once it is, and this can become unset again");
            }
            Need::Seal(name) => {
                return format!(
                    "the `seal` of `{name}` needs a condition that stays true, and this one can become false again"
                );
            }
            Need::Stable(name, _) => return format!("`{name}` is declared `stable`, and it can go back"),
        };
        format!("`{word}` needs a condition that stays true, and this one can become false again")
    }

    fn why(self) -> &'static str {
        match self {
            Need::When(when) | Need::Each(when) if when.once => {
                "what is done once is not taken back; another node would say that it should not have been done"
            }
            Need::When(_) | Need::Each(_) => {
                "`when` fires once and cannot be undone; two nodes would disagree about whether it fired"
            }
            Need::Seal(_) => {
                "a seal is never broken; whether it is sealed, and at what value, would depend on who looked when"
            }
            Need::Bind(..) => "what has flowed into a variable stays there, whatever becomes of where it came from",
            Need::Sketch => {
                "an approximate count remembers traces of what it has seen and not what it was, so it cannot take one back"
            }
            Need::Stable(..) => "`stable` is checked, not believed: whoever acts on it cannot take that back",
            Need::Await => "the run ends when it is true, and nobody could rely on it if it turned false afterwards",
        }
    }

    /// What can happen, in the words of the expression.
    fn label(self, hir: &Hir, files: &[SourceFile]) -> String {
        match self {
            Need::Each(_) => "so an element that was acted on can go again".to_string(),
            Need::Sketch => "so what has been counted can be gone again, on this node or another".to_string(),
            Need::Bind(_, Way::Up) if hir.ty.is_relation() => {
                "so what has flowed from here can be gone again, on this node or another".to_string()
            }
            Need::Bind(_, Way::Up) => "so this can go back, on this node or another".to_string(),
            Need::Bind(_, Way::Set) => "so a node may find it set or not, by when it looks".to_string(),
            Need::Bind(_, Way::Down) => "so this can rise, on this node or another".to_string(),
            Need::Stable(..) if hir.ty != crate::ty::Ty::Bool => value_consequence(hir, files),
            _ => consequence(hir, files),
        }
    }

    /// What to write instead.
    fn help(self, hir: &Hir, files: &[SourceFile]) -> Option<String> {
        let text = |place| text_at(files, place);
        Some(match self {
            Need::When(when) | Need::Each(when) => {
                let watched = watched(when, files)?;
                format!("{:<36}`{watched}`", "react to every change instead:")
            }
            Need::Stable(name, _) => format!("take it as it comes, and goes:      `let {name} = {}`", text(hir.place)),
            Need::Sketch => {
                let exact = text(hir.place).replacen("approx_count", "count", 1);
                format!("{:<36}`{exact}`", "count exactly:")
            }
            Need::Await => "look at it at the end of the run:    make it a `let`, and `--show` it".to_string(),
            Need::Seal(_) | Need::Bind(..) => return None,
        })
    }
}

/// The `watch` that reacts to what this `when` is about; none if the body does what a `watch` cannot take back.
fn watched(when: &WhenDef, files: &[SourceFile]) -> Option<String> {
    if !only_emits(&when.body) {
        return None;
    }
    let condition = text_at(files, when.condition.place);
    let Some((_, source)) = &when.binding else { return Some(format!("watch {condition} {{ added(_) {{ … }} }}")) };
    let pattern = text_at(files, when.pattern?);
    let source = text_at(files, source.place);
    let watched = match &when.condition.kind {
        HirKind::Const(Value::Bool(true)) => source,
        // These go on to the end of the expression, and would take the filter with them.
        _ if ["from ", "if ", "match "].iter().any(|word| source.starts_with(word)) => {
            format!("({source}).filter({pattern} => {condition})")
        }
        _ => format!("{source}.filter({pattern} => {condition})"),
    };
    Some(format!("watch {watched} {{ added({pattern}) {{ … }} }}"))
}

fn only_emits(body: &[HirStmt]) -> bool {
    body.iter().all(|stmt| match stmt {
        HirStmt::Emit(_) | HirStmt::Let(..) => true,
        HirStmt::If(_, then, otherwise) => only_emits(then) && only_emits(otherwise),
        HirStmt::For(_, _, body) => only_emits(body),
        HirStmt::Update(_) | HirStmt::LetUpdate(..) | HirStmt::IfUpdate(..) => false,
    })
}

/// The report of an unstable expression, which moves so.
pub(super) fn refuse(program: &Program, files: &[SourceFile], need: Need<'_>, hir: &Hir, leaf: &Leaf) -> Diagnostic {
    let wanted = if let Need::Bind(_, Way::Down) = need { Stability::Down } else { Stability::Up };
    let causes = causes_of(program, leaf, wanted);
    let mut diagnostic = Diagnostic::new(need.code(), hir.place, need.message()).label(need.label(hir, files));
    if let Need::Stable(_, declared) = need {
        diagnostic = diagnostic.also(declared, "declared `stable` here");
    }
    let unstable: Vec<&Cause<'_>> = causes.iter().filter(|cause| cause.drift == Drift::Both).collect();
    for cause in &unstable {
        diagnostic = diagnostic.also(program.vars[cause.var].type_place, why_back(cause.lattice));
    }
    if unstable.is_empty() {
        for cause in causes.iter().take(3) {
            let var = &program.vars[cause.var];
            diagnostic = diagnostic.also(var.type_place, cause.drifts(&text_at(files, cause.place)));
        }
        let turn = causes.iter().find_map(|cause| cause.turn);
        match turn {
            Some(turn) if turn.place != hir.place => diagnostic = diagnostic.also(turn.place, turn.why.text()),
            // Nothing else would say why what only grows loses elements.
            Some(Turn { why: why @ Why::Entries, .. }) => diagnostic = diagnostic.label(why.text()),
            _ => {}
        }
    }
    diagnostic = diagnostic.why(need.why());
    if let Some(help) = need.help(hir, files) {
        diagnostic = diagnostic.help(help);
    }
    for cause in &unstable {
        let var = &program.vars[cause.var];
        if cause.lattice.lattice_name() == "ivar" {
            diagnostic = diagnostic.help("whether it is set at all is stable:  `.is_set`");
        }
        if let Some((advice, from, to)) = steadier(cause.lattice) {
            let written = text_at(files, var.type_place).replacen(from, to, 1);
            diagnostic = diagnostic.help(format!("{advice:<36}`var {}: {written}`", var.name));
        }
    }
    diagnostic = diagnostic.help("or, if you know better, say why:    `unstable(…, because: \"…\")`");
    if let Some(first) = diagnostic.help.first_mut() {
        *first = alone(first);
    }
    diagnostic
}

/// The first advice is no alternative to another: without its `or`, and the code where it was.
fn alone(advice: &str) -> String {
    let Some(rest) = advice.strip_prefix("or, ").or_else(|| advice.strip_prefix("or ")) else {
        return advice.to_string();
    };
    let gap = " ".repeat(advice.len() - rest.len());
    rest.replacen(": ", &format!(": {gap}"), 1)
}

/// Whether something in it has been reported already.
pub(super) fn has_error(hir: &Hir) -> bool {
    hir.any(&mut |part| matches!(part.kind, HirKind::Error))
}

/// The words of the program at a place, on one line.
pub(crate) fn text_at(files: &[SourceFile], place: Place) -> String {
    let file = files.get(place.file as usize);
    let text = file.and_then(|file| file.text.get(place.start as usize..place.end as usize)).unwrap_or("…");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an expression is called in a sentence.
fn called(hir: &Hir, files: &[SourceFile]) -> String {
    match &hir.kind {
        HirKind::Coll(CollOp::Count, ..) => "this count".to_string(),
        HirKind::Coll(CollOp::Sum, ..) => "this sum".to_string(),
        _ => format!("`{}`", text_at(files, hir.place)),
    }
}

/// What can happen to a value.
fn value_consequence(value: &Hir, files: &[SourceFile]) -> String {
    format!("so {} can go back, on this node or another", called(value, files))
}

/// What can happen to a condition, in its own words.
fn consequence(condition: &Hir, files: &[SourceFile]) -> String {
    let (op, left, right) = match &condition.kind {
        HirKind::Binary(op, left, right)
        | HirKind::CompareSet(op, left, right)
        | HirKind::CompareDrawn(op, left, right, _) => (*op, left, right),
        _ => return "so this can become false again, on this node or another".to_string(),
    };
    let what = called(left, files);
    let bound = text_at(files, right.place);
    match op {
        BinaryOp::Ge | BinaryOp::Gt => format!("so {what} can go back below {bound}, on this node or another"),
        BinaryOp::Le | BinaryOp::Lt => format!("so {what} can go past {bound}, on this node or another"),
        BinaryOp::Eq | BinaryOp::Ne => format!("so {what} can pass {bound} and move on, on this node or another"),
        _ => "so this can become false again, on this node or another".to_string(),
    }
}
