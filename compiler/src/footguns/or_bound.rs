//! `best.or(0) >= 0`: a default that passes the bound which the first value may not pass (W0503).
//!
//! ```text
//! best:            unset     -5      3
//! best.or(0) >= 0   true   false   true       goes back
//! best.at_least(0)  false  false   true       stays
//! ```
//!
//! Where the default does not pass the bound, both say the same in every state; the judgement knows that, and nothing
//! is wrong. Where it does, the reader must say what unset means: a correction is offered, also of an E0301, and not
//! made.

use lasp_plan::{BinaryOp, Func, Stability, Value};

use super::{Scene, each_free};
use crate::codes::Code;
use crate::diagnostic::{Applicable, Diagnostic, Edit};
use crate::hir::{Hir, HirKind};
use crate::stability::Judge;

/// `value.or(default) op bound`, seen from the left.
struct OrBound<'p> {
    whole: &'p Hir,
    value: &'p Hir,
    default: &'p Hir,
    op: BinaryOp,
    bound: &'p Hir,
}

/// Reports defaults that pass bounds.
pub(super) fn check(scene: &Scene<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut judge = Judge::new(scene.program);
    each_free(scene.program, &mut |hir| {
        each_or_bound(hir, &mut |found| {
            let upward = matches!(found.op, BinaryOp::Ge | BinaryOp::Gt);
            let moves = judge.judge(found.value).shown();
            let wrong_way = if upward { Stability::Up } else { Stability::Down };
            if moves != wrong_way || judge.condition(found.whole).grows() {
                return;
            }
            let (value, default) = (scene.text(found.value.place), scene.text(found.default.place));
            let less = if upward { "less" } else { "more" };
            let mut diagnostic = Diagnostic::new(
                Code::W0503,
                found.whole.place,
                format!("`{value}` passes this bound before it is set, and may not when it is"),
            )
            .label(format!("unset counts as {default}, and the first value may be {less}"))
            .why("what was true at first is taken back by the first value; nothing else takes a `max` or `min` back");
            if let Some(text) = found.with_method(scene) {
                diagnostic = diagnostic.help(format!("say no while it is unset:  `{text}`"));
                diagnostic =
                    diagnostic.choice(format!("write `{text}`"), vec![Edit { place: found.whole.place, text }]);
            }
            diagnostics.push(diagnostic);
        });
    });
}

/// Adds to each E0301 its condition with `at_least`, where it asks for a bound with `or` and the default passes it.
pub(super) fn offer(scene: &Scene<'_>, diagnostics: &mut [Diagnostic]) {
    let mut judge = Judge::new(scene.program);
    for when in &scene.program.whens {
        let place = when.condition.place;
        let is_its = |each: &&mut Diagnostic| each.code == Code::E0301 && each.primary.place == place;
        let Some(diagnostic) = diagnostics.iter_mut().find(is_its) else { continue };
        let mut edits: Vec<Edit> = Vec::new();
        each_or_bound(&when.condition, &mut |found| {
            let place = found.whole.place;
            // One inside another is part of what is written anew.
            if judge.condition(found.whole).grows()
                || edits.iter().any(|edit| place.start < edit.place.end && edit.place.start < place.end)
            {
                return;
            }
            if let Some(text) = found.with_method(scene) {
                edits.push(Edit { place, text });
            }
        });
        if !edits.is_empty() {
            let texts: Vec<String> = edits.iter().map(|edit| format!("`{}`", edit.text)).collect();
            let texts = texts.join(" and ");
            diagnostic.help.insert(0, format!("{:<36}{texts}", "ask for the bound itself:"));
            diagnostic.add_fix(Applicable::Maybe, format!("write {texts}"), edits);
        }
    }
}

fn each_or_bound<'p>(hir: &'p Hir, f: &mut impl FnMut(OrBound<'p>)) {
    if let HirKind::Binary(op @ (BinaryOp::Ge | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Lt), a, b) = &hir.kind {
        let mirrored = match op {
            BinaryOp::Ge => BinaryOp::Le,
            BinaryOp::Gt => BinaryOp::Lt,
            BinaryOp::Le => BinaryOp::Ge,
            _ => BinaryOp::Gt,
        };
        for (op, side, bound) in [(*op, a, b), (mirrored, b, a)] {
            if let HirKind::Call(Func::Or, args) = &side.kind
                && let [value, default] = args.as_slice()
            {
                f(OrBound { whole: hir, value, default, op, bound });
            }
        }
    }
    hir.each_part(&mut |part| each_or_bound(part, f));
}

impl OrBound<'_> {
    /// The comparison without a default; none where it has no such form.
    fn with_method(&self, scene: &Scene<'_>) -> Option<String> {
        let value = scene.text(self.value.place);
        let bound = match (self.op, &self.bound.kind) {
            (BinaryOp::Ge | BinaryOp::Le, _) => scene.text(self.bound.place).to_string(),
            (BinaryOp::Gt, HirKind::Const(Value::Int(n))) => n.checked_add(1)?.to_string(),
            (BinaryOp::Lt, HirKind::Const(Value::Int(n))) => n.checked_sub(1)?.to_string(),
            _ => return None,
        };
        let method = if matches!(self.op, BinaryOp::Ge | BinaryOp::Gt) { "at_least" } else { "at_most" };
        Some(format!("{value}.{method}({bound})"))
    }
}
