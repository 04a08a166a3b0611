//! What the checker says of a case, and what the explorer finds.
//!
//! Accepted and seen to go back: unsound. Refused and seen to go back: rightly. Refused, seen to change and not to go
//! back: needless, as far as explored. Neighbours: `case` makes them, `tally` counts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::Severity;
use lasp_compiler::required::{Required, Requirements};
use lasp_compiler::{NoFiles, Options, compile_with};
use lasp_plan::{Order, Stability, VarPlan};
use lasp_vm::explore::{Effort, Explorer};

use super::case::Case;

/// What came of a case.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Accepted, and nothing was found against it; whether it was seen to change at all, and up to how many steps every
    /// schedule was tried.
    Accepted { changed: bool, depth: usize },
    /// Accepted, and seen to go back: the schedule, in words.
    Unsound { schedule: Vec<String> },
    /// Refused, and seen to go back: the schedule, in words.
    Rightly { schedule: Vec<String> },
    /// Refused, and seen to change and not to go back.
    Needless,
    /// Refused, and never seen to change: nothing can be said.
    CannotTell,
    /// Unfolds too large, has a recursive view that is none, or a sketch of what may shrink.
    Unfit,
    /// It does not compile, for another reason than stability: the generator's mistake.
    Ours(String),
}

/// How much is tried per case: about five milliseconds.
const EFFORT: Effort = Effort { exhaustive: 250, random: 750 };
/// Before a refusal is called needless: more.
const LAST_EFFORT: Effort = Effort { exhaustive: 0, random: 6_000 };
/// To see whether it changes at all.
const PROBE: Effort = Effort { exhaustive: 0, random: 120 };

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
    // A sketch of what turns out to shrink is a requirement of its own.
    if errors.iter().any(|error| matches!(error.code, Code::E0210 | Code::E0303 | Code::E0308)) {
        return Verdict::Unfit;
    }
    if let Some(error) = errors.iter().find(|error| !matches!(error.code, Code::E0301 | Code::E0304)) {
        let place = error.primary.place;
        let at = text.get(place.start as usize..place.end as usize).unwrap_or_default();
        return Verdict::Ours(format!("{}: {} ({}) at `{at}`", error.code.as_str(), error.message, error.primary.text));
    }
    let refused = !errors.is_empty();
    let Some(Requirements { vars, places }) = compiled.requirements else { return Verdict::Unfit };
    let Some(required) = places.first() else { return Verdict::Ours("nothing is required".to_string()) };
    if required.is_met() == refused {
        return Verdict::Ours(format!("refused: {refused}, but judged {} at `{}`", required.stability, required.by));
    }
    let place = required.place;
    let condition = text.get(place.start as usize..place.end as usize).unwrap_or_default();
    // Two values of an `ivar` are a reason to refuse, and no going back.
    let explorers: Vec<_> = explorers(&vars, required)
        .into_iter()
        .map(|explorer| if refused { explorer.torn() } else { explorer })
        .collect();
    let (mut changed, mut depth, mut schedule) = (false, usize::MAX, Vec::new());
    for explorer in &explorers {
        let mut explored = explorer.explore(EFFORT, case.seed);
        if refused && explored.broken.is_none() {
            let more = explorer.explore(LAST_EFFORT, !case.seed);
            explored.changed |= more.changed;
            explored.broken = more.broken;
        }
        changed |= explored.changed;
        depth = depth.min(explored.depth);
        let Some(found) = explored.broken else {
            // It goes this way, as far as explored.
            schedule.clear();
            break;
        };
        schedule.extend(explorer.words(&explorer.shrink(&found), condition));
    }
    match (refused, schedule.is_empty()) {
        (false, false) => Verdict::Unsound { schedule },
        (false, true) => Verdict::Accepted { changed, depth },
        (true, false) => Verdict::Rightly { schedule },
        (true, true) if changed => Verdict::Needless,
        (true, true) => Verdict::CannotTell,
    }
}

/// Who looks for schedules against it. What is declared `stable` and is not may go back on its way up and on its way
/// down: it takes a schedule against each.
fn explorers<'q>(vars: &'q [VarPlan], required: &'q Required) -> Vec<Explorer<'q>> {
    let explorer = || Explorer::new(vars, &required.question);
    match &required.order {
        None => vec![explorer()],
        Some(Order::All(Stability::Eventual)) => {
            [Stability::Up, Stability::Down].map(|way| explorer().along(Order::All(way))).into()
        }
        Some(order) => vec![explorer().along(order.clone())],
    }
}

/// Whether what the case asks about is seen to change in a few tries; also if it does not compile, which others report.
pub(super) fn is_moving(case: &Case) -> bool {
    let text = case.program();
    let options = Options { requirements: true, ..Options::default() };
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let compiled = compile_with("case.lasp", &text, &mut NoFiles, options);
        // What may be read in the definition of a recursive view is a matter of its own.
        if compiled.diagnostics.iter().any(|found| found.code == Code::E0303) {
            return false;
        }
        let Some(found) = compiled.requirements else { return true };
        let Some(required) = found.places.first() else { return true };
        explorers(&found.vars, required)[0].explore(PROBE, case.seed).changed
    }));
    ran.unwrap_or(true)
}

/// Whether a checker that takes `from` for `to` accepts what goes back: it is asked about the case with the one written
/// for the other, and the explorer about the case as it is. None if the case says nothing about that.
pub(super) fn is_caught(case: &Case, from: &str, to: &str) -> Option<bool> {
    let text = case.program();
    // The declarations of the types that all programs have stay as they are.
    let line = |line: &str| if line.starts_with("lattice") { line.to_string() } else { line.replace(from, to) };
    let misread = text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n";
    if misread == text {
        return None;
    }
    let accepted = compile_with("case.lasp", &misread, &mut NoFiles, Options::default()).plan.is_some();
    let options = Options { requirements: true, ..Options::default() };
    let compiled = compile_with("case.lasp", &text, &mut NoFiles, options);
    let Requirements { vars, places } = compiled.requirements.filter(|_| accepted)?;
    let required = places.first()?;
    let is_broken = |explorer: Explorer<'_>| explorer.torn().explore(EFFORT, case.seed).broken.is_some();
    Some(explorers(&vars, required).into_iter().all(is_broken))
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
