//! What the checker says of a case, and what the explorer finds.
//!
//! Accepted and seen to go back: unsound. Refused and seen to go back: rightly. Refused, seen to change and not to go back:
//! needless, as far as explored. Neighbours: `case` makes them, `tally` counts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::Severity;
use lasp_compiler::required::Requirements;
use lasp_compiler::{NoFiles, Options, compile_with};
use lasp_plan::CollOp;
use lasp_plan::ExprKind;
use lasp_vm::explore::{Effort, Explorer};

use super::case::Case;

/// What came of a case.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Accepted, and nothing was found against it; whether it was seen to change at all.
    Accepted { changed: bool },
    /// Accepted, and seen to go back: the schedule, in words.
    Unsound { schedule: Vec<String> },
    /// Refused, and seen to go back.
    Rightly { schedule: Vec<String> },
    /// Refused, and seen to change and not to go back.
    Needless,
    /// Refused, and never seen to change: nothing can be said.
    CannotTell,
    /// Unfolds too large.
    TooLarge,
    /// It does not compile, for another reason than stability: the generator's mistake.
    Ours(String),
}

/// How much is tried per case: about ten milliseconds.
const EFFORT: Effort = Effort { exhaustive: 250, random: 750 };
/// Before a refusal is called needless: more.
const LAST_EFFORT: Effort = Effort { exhaustive: 0, random: 4_000 };

/// Asks both.
pub(super) fn of(case: &Case) -> Verdict {
    let text = case.program();
    let ran = catch_unwind(AssertUnwindSafe(|| ask(case, &text)));
    ran.unwrap_or_else(|_| Verdict::Ours("the compiler or the explorer panicked".to_string()))
}

fn ask(case: &Case, text: &str) -> Verdict {
    let options = Options { requirements: true, ..Options::default() };
    let compiled = compile_with("case.lasp", text, &mut NoFiles, options);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    if errors.iter().any(|error| error.code == Code::E0210) {
        return Verdict::TooLarge;
    }
    if let Some(error) = errors.iter().find(|error| error.code != Code::E0301) {
        let place = error.primary.place;
        let at = text.get(place.start as usize..place.end as usize).unwrap_or_default();
        return Verdict::Ours(format!("{}: {} ({}) at `{at}`", error.code.as_str(), error.message, error.primary.text));
    }
    let refused = !errors.is_empty();
    let Some(Requirements { vars, places }) = compiled.requirements else { return Verdict::TooLarge };
    let Some(required) = places.first() else { return Verdict::Ours("no `when` was found".to_string()) };
    let place = required.place;
    let condition = text.get(place.start as usize..place.end as usize).unwrap_or_default();
    let explorer = Explorer::new(&vars, &required.question);
    let mut explored = explorer.explore(EFFORT, case.seed);
    if refused && explored.broken.is_none() {
        let more = explorer.explore(LAST_EFFORT, !case.seed);
        explored.changed |= more.changed;
        explored.broken = more.broken;
    }
    let words = explored.broken.as_ref().map(|found| {
        let short = explorer.shrink(found);
        explorer.words(&short, condition)
    });
    match (refused, words) {
        (false, Some(schedule)) => Verdict::Unsound { schedule },
        (false, None) => Verdict::Accepted { changed: explored.changed },
        (true, Some(schedule)) => Verdict::Rightly { schedule },
        (true, None) if explored.changed => Verdict::Needless,
        (true, None) => Verdict::CannotTell,
    }
}

/// The smallest case found of which the verdict is of the same sort.
pub(super) fn shrink(case: &Case, is_same: impl Fn(&Verdict) -> bool) -> (Case, Verdict) {
    let mut best = (case.clone(), of(case));
    // Each round makes the program shorter; the bound is for those that shrink slowly.
    for _ in 0..60 {
        let smaller = best.0.simpler().into_iter().find_map(|candidate| {
            let verdict = of(&candidate);
            is_same(&verdict).then_some((candidate, verdict))
        });
        match smaller {
            Some(found) => best = found,
            None => break,
        }
    }
    best
}

/// The skeleton of a question: operators without names and constants.
pub(super) fn shape(case: &Case) -> String {
    let options = Options { requirements: true, ..Options::default() };
    let compiled = compile_with("case.lasp", &case.program(), &mut NoFiles, options);
    let Some(Requirements { vars, places }) = compiled.requirements else { return "?".to_string() };
    places.first().map_or("?".to_string(), |required| skeleton(&required.question, &vars))
}

fn skeleton(expr: &lasp_plan::Expr, vars: &[lasp_plan::VarPlan]) -> String {
    let of = |expr: &lasp_plan::Expr| skeleton(expr, vars);
    let all = |exprs: &[lasp_plan::Expr]| exprs.iter().map(of).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Const(_) => "k".to_string(),
        ExprKind::Local(_) => "x".to_string(),
        ExprKind::Var(id) => vars[id.0 as usize].kind.to_string(),
        ExprKind::Field(base, _) => format!("{}._", of(base)),
        ExprKind::Tuple(parts) => format!("({})", all(parts)),
        ExprKind::Set(parts) => format!("{{{}}}", all(parts)),
        ExprKind::List(parts) => format!("[{}]", all(parts)),
        ExprKind::Some(part) => format!("some({})", of(part)),
        ExprKind::Unary(op, part) => format!("{op:?}({})", of(part)),
        ExprKind::Binary(op, a, b) | ExprKind::CompareSet(op, a, b) | ExprKind::CompareDrawn(op, a, b, _) => {
            format!("{op:?}({}, {})", of(a), of(b))
        }
        ExprKind::If(a, b, c) => format!("if {} then {} else {}", of(a), of(b), of(c)),
        ExprKind::Match(value, arms) => {
            let arms: Vec<String> = arms.iter().map(|arm| of(&arm.body)).collect();
            format!("match {} {{ {} }}", of(value), arms.join(", "))
        }
        ExprKind::Let(_, value, body) => format!("let {} in {}", of(value), of(body)),
        ExprKind::Lookup(map, key, _) => format!("{}[{}]", of(map), of(key)),
        ExprKind::Call(func, args) => format!("{func:?}({})", all(args)),
        ExprKind::Coll(op, source, args, lambda) => {
            let mut inner = all(args);
            if let Some(lambda) = lambda {
                inner.push_str(&format!("x => {}", of(&lambda.body)));
            }
            let op = if *op == CollOp::Keys { "keys".to_string() } else { format!("{op:?}").to_lowercase() };
            format!("{}.{op}({inner})", of(source))
        }
        ExprKind::Map(_) | ExprKind::Variant(..) | ExprKind::Text(_) | ExprKind::Rights(_) | ExprKind::View(_) => {
            "…".to_string()
        }
    }
}
