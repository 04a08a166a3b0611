//! Runs a case and compares.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lasp_compiler::codes::Code;
use lasp_compiler::diagnostic::{Diagnostic, Severity};
use lasp_compiler::{NoFiles, compile};
use lasp_lattice::{Kind, ReplicaId};
use lasp_plan::{ExprKind, Plan, Type, Value, VarId, ViewId, ViewPlan};
use lasp_vm::{Failure, InEvent, Node, Out};

use super::batched;
use super::case::Case;
use super::eager;
use super::gathered;
use super::reactions::Reaction;
use super::recursion;
use super::rng::Rng;

/// What came of a case that was not wrong.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Whether it unfolds too large to run, or folds by what the checker cannot prove to be free of order.
    pub(super) too_large: bool,
    /// What happened, for the tally.
    pub(super) marks: BTreeSet<&'static str>,
}

/// What was wrong with a case.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub(super) what: String,
    /// A defect of the generator: the program does not compile.
    pub(super) is_ours: bool,
}

/// The plan of a case; none if it unfolds too large, or if the checker, within its bounds, finds neither a proof that a
/// fold is free of order nor two orders that disagree: programs it may refuse.
pub(super) fn plan(case: &Case) -> Result<Option<Arc<Plan>>, Wrong> {
    let text = case.program();
    let compiled = compile("case.lasp", &text, &mut NoFiles);
    if let Some(plan) = compiled.plan {
        return Ok(Some(Arc::new(plan)));
    }
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let unproved = |error: &&Diagnostic| error.code == Code::E0305 && error.message.starts_with("it cannot be seen");
    if errors.iter().any(|error| error.code == Code::E0210) || errors.iter().all(unproved) {
        return Ok(None);
    }
    let what: Vec<_> = errors
        .iter()
        .map(|error| {
            let place = error.primary.place;
            let at = text.get(place.start as usize..place.end as usize).unwrap_or_default();
            format!("{}: {} ({}) at `{at}`", error.code.as_str(), error.message, error.primary.text)
        })
        .collect();
    Err(Wrong { what: what.join("\n"), is_ours: true })
}

/// Runs a case to its end.
pub(super) fn run(case: &Case) -> Result<Seen, Wrong> {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let Some(plan) = plan(case)? else {
            return Ok(Seen { too_large: true, ..Seen::default() });
        };
        Run::start(case, plan).all()
    }));
    ran.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string()));
        Err(Wrong { what: format!("panic: {}", text.unwrap_or_default()), is_ours: false })
    })
}

/// What a reaction has told so far.
#[derive(Default)]
struct Told {
    fired: BTreeMap<Value, usize>,
    /// What a `when` must have fired for.
    due: BTreeSet<Value>,
    /// Replayed from a watch.
    present: BTreeMap<Value, i64>,
    /// The last value that a watch on a scalar told.
    last: Option<Value>,
}

struct Run<'c> {
    case: &'c Case,
    plan: Arc<Plan>,
    node: Node,
    told: Vec<Told>,
    before: BTreeMap<ViewId, usize>,
    /// How many keys each removable map had.
    keys: BTreeMap<VarId, usize>,
    rng: Rng,
    seen: Seen,
    /// What may excuse a poisoned view, by its name: found once, for that compiles the case again.
    excuses: BTreeMap<String, Arc<[lasp_plan::Expr]>>,
}

impl<'c> Run<'c> {
    fn start(case: &'c Case, plan: Arc<Plan>) -> Run<'c> {
        let (node, outs) = Node::start(plan.clone(), ReplicaId { node: 1, incarnation: 0 }, 0);
        let told = case.reactions.iter().map(|_| Told::default()).collect();
        let (before, keys) = (BTreeMap::new(), BTreeMap::new());
        let rng = Rng::new(case.seed);
        let (seen, excuses) = (Seen::default(), BTreeMap::new());
        let mut run = Run { case, plan, node, told, before, keys, rng, seen, excuses };
        run.hear(outs);
        run
    }

    fn all(mut self) -> Result<Seen, Wrong> {
        self.compare("at the start")?;
        for (i, (name, fields)) in self.case.trace.iter().enumerate() {
            // A shrunk case may have lost the event.
            let Some(event) = self.plan.events.iter().position(|event| event.name == *name) else { continue };
            let event = InEvent { event: u32::try_from(event).unwrap_or(0), at_us: None, fields: fields.clone() };
            let outs = self.node.handle(i64::try_from(i).unwrap_or(0) * 1000, event);
            self.hear(outs);
            if (i + 1) % self.case.every == 0 || i + 1 == self.case.trace.len() {
                self.compare(&format!("after event {} ({name})", i + 1))?;
            }
        }
        // Two more runs: not for every case.
        if self.case.seed.is_multiple_of(3) {
            batched::check(self.case, &self.plan)?;
        }
        Ok(self.seen)
    }

    /// Takes note of what the node told.
    fn hear(&mut self, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Emit { name, value, .. } => self.emitted(&name, value),
                Out::Failed { .. } => {
                    self.seen.marks.insert("handler undone");
                }
                Out::Recovered { .. } => {
                    self.seen.marks.insert("view recovered");
                }
                _ => {}
            }
        }
    }

    fn emitted(&mut self, name: &str, value: Value) {
        let slot = match &value {
            Value::Tuple(slots) => slots.first().cloned().unwrap_or(Value::unit()),
            other => other.clone(),
        };
        for (reaction, told) in self.case.reactions.iter().zip(&mut self.told) {
            let view = &self.case.lets[reaction.view()].name;
            match name.strip_suffix(view.as_str()) {
                Some("fired_") => *told.fired.entry(slot.clone()).or_default() += 1,
                Some("came_") => {
                    *told.present.entry(slot.clone()).or_default() += 1;
                    told.last = Some(slot.clone());
                }
                Some("went_") => *told.present.entry(slot.clone()).or_default() -= 1,
                _ => {}
            }
        }
    }

    /// Every view against its recomputation.
    fn compare(&mut self, when: &str) -> Result<(), Wrong> {
        let plan = self.plan.clone();
        for (at, view) in (0..).zip(&plan.views) {
            let kept = self.node.value(ViewId(at));
            let scratch = self.node.eval(&view.expr);
            let wrong = match (&kept, &scratch) {
                (Ok(kept), Ok(scratch)) => kept != scratch,
                (Err(_), Err(_)) => false,
                (Ok(kept), Err(_)) => !self.is_lazy(&view.expr, kept),
                (Err(_), Ok(_)) => !self.is_eager(&view.name, &view.expr),
            };
            if wrong {
                let (kept, scratch) = (shown(&kept, &view.ty), shown(&scratch, &view.ty));
                let what = format!("`{}` {when}\n  kept up to date: {kept}\n  from scratch:    {scratch}", view.name);
                return Err(Wrong { what, is_ours: false });
            }
            if recursion::turns(&view.expr) {
                self.check_rounds(view, &scratch, when)?;
            }
            let mut eval = |expr: &lasp_plan::Expr| self.node.eval(expr).ok();
            if self.rng.chance(20)
                && let Some((kept, other)) = gathered::reordered(&view.expr, &mut eval, &mut self.rng)
            {
                let what = format!("a fold in `{}` {when} gives {kept:?}, and in another order {other:?}", view.name);
                return Err(Wrong { what, is_ours: false });
            }
            self.note(ViewId(at), &kept);
        }
        self.check_probes(when)?;
        for (id, var) in (0..).map(VarId).zip(&plan.vars) {
            if let (Kind::OrMap(_), Ok(Value::Map(entries))) = (&var.kind, self.node.variable(id))
                && self.keys.insert(id, entries.len()).is_some_and(|before| before > entries.len())
            {
                self.seen.marks.insert("key that went");
            }
        }
        self.check_reactions(when)
    }

    /// Folds against what follows by hand from what the elements give.
    fn check_probes(&mut self, when: &str) -> Result<(), Wrong> {
        let plan = self.plan.clone();
        for probe in &self.case.probes {
            let mut value = |(name, text): &(String, String)| {
                // A shrunk case may have another view by this name.
                let same = self.case.lets.iter().any(|view| view.name == *name && view.body.text() == *text);
                let at = plan.views.iter().position(|view| same && view.name == *name)?;
                self.node.value(ViewId(u32::try_from(at).unwrap_or(0))).ok()
            };
            let (Some(given), Some(kept)) = (value(&probe.given), value(&probe.folded)) else { continue };
            let by_hand = gathered::by_hand(probe.rule, &given, &mut self.rng);
            if by_hand.as_ref() != Some(&kept) {
                let name = &probe.folded.0;
                let what = format!("`{name}` {when}\n  kept up to date: {kept:?}\n  by hand:         {by_hand:?}");
                return Err(Wrong { what, is_ours: false });
            }
            if given.elements().is_some_and(|elements| elements.len() > 1) {
                self.seen.marks.insert("fold by hand");
            }
        }
        Ok(())
    }

    /// What the evaluator says of a fixed point, against rounds written out.
    fn check_rounds(&mut self, view: &ViewPlan, scratch: &Result<Value, Failure>, when: &str) -> Result<(), Wrong> {
        let mut eval = |expr: &lasp_plan::Expr| self.node.eval(expr).ok();
        let Some(value) = recursion::by_rounds(&view.expr, &mut eval).and_then(|expr| eval(&expr)) else {
            return Ok(());
        };
        if scratch.as_ref().is_ok_and(|scratch| *scratch == value) {
            return Ok(());
        }
        let (value, scratch) = (shown(&Ok(value), &view.ty), shown(scratch, &view.ty));
        let what = format!("`{}` {when}\n  round by round: {value}\n  from scratch:    {scratch}", view.name);
        Err(Wrong { what, is_ours: false })
    }

    /// Whether a failure from scratch is that of the second side of a product with an empty first side (see `eager`).
    fn is_lazy(&mut self, expr: &lasp_plan::Expr, kept: &Value) -> bool {
        self.node.eval(&eager::lazy(expr)).is_ok_and(|value| value == *kept)
    }

    /// Whether the failure of a view is that of a part which the recomputation does not get to (see `eager`).
    fn is_eager(&mut self, name: &str, expr: &lasp_plan::Expr) -> bool {
        let excuses = match self.excuses.get(name) {
            Some(found) => found.clone(),
            None => {
                let mut exprs = vec![expr.clone()];
                exprs.extend(self.mentioned(name));
                let found: Arc<[_]> = exprs.iter().flat_map(eager::candidates).chain(exprs.clone()).collect();
                self.excuses.insert(name.to_string(), found.clone());
                found
            }
        };
        let fails = excuses.iter().any(|part| self.node.eval(part).is_err());
        if fails {
            self.seen.marks.insert("failure of a part that is not used");
        }
        fails
    }

    /// The expressions of the views that a view mentions, and those mention. Not all of them are in the plan.
    fn mentioned(&self, name: &str) -> Vec<lasp_plan::Expr> {
        let mut all = self.case.clone();
        all.lets.iter_mut().for_each(|view| view.shown = true);
        all.reactions.clear();
        let Ok(Some(plan)) = plan(&all) else { return Vec::new() };
        let (mut names, mut found) = (vec![name.to_string()], Vec::new());
        while let Some(name) = names.pop() {
            let Some(at) = all.lets.iter().position(|view| view.name == name) else { continue };
            let text = all.lets.remove(at).body.text();
            names.extend(all.lets.iter().filter(|view| text.contains(&view.name)).map(|view| view.name.clone()));
            found.extend(plan.views.iter().filter(|view| view.name == name).map(|view| view.expr.clone()));
        }
        found
    }

    fn note(&mut self, view: ViewId, kept: &Result<Value, Failure>) {
        let marks = &mut self.seen.marks;
        let turns = matches!(self.plan.view(view).expr.kind, ExprKind::Fix(..));
        match kept {
            Ok(value) => {
                if let Some(elements) = value.elements() {
                    let before = self.before.insert(view, elements.len());
                    if before.is_some_and(|before| before > elements.len()) {
                        marks.insert("view that shrank");
                        if turns {
                            marks.insert("let rec that shrank");
                        }
                    }
                    if !elements.is_empty() {
                        marks.insert("view with elements");
                        if turns {
                            marks.insert("let rec with elements");
                        }
                    }
                }
            }
            Err(failure) => {
                marks.insert("failed view");
                if failure.code == "R0702" {
                    marks.insert("division by zero");
                }
                if failure.code == "R0701" {
                    marks.insert("out of range");
                }
            }
        }
    }

    fn check_reactions(&mut self, when: &str) -> Result<(), Wrong> {
        let wrong = |what: String| Err(Wrong { what: format!("{what} {when}"), is_ours: false });
        for at in 0..self.told.len() {
            let reaction = self.case.reactions[at].clone();
            let name = &self.case.lets[reaction.view()].name;
            let Some(view) = self.plan.views.iter().position(|view| view.name == *name) else { continue };
            let ty = self.plan.views[view].ty.clone();
            let Ok(value) = self.node.value(ViewId(u32::try_from(view).unwrap_or(0))) else { continue };
            let told = &mut self.told[at];
            if let Reaction::When { .. } = reaction {
                match &value {
                    Value::Bool(true) => drop(told.due.insert(Value::unit())),
                    Value::Set(elements) => told.due.extend(elements.iter().cloned()),
                    _ => {}
                }
                // Between two comparisons nothing is lost: what was true then is true now.
                let fired: BTreeSet<Value> = told.fired.keys().cloned().collect();
                if told.fired.values().any(|times| *times != 1) || fired != told.due {
                    return wrong(format!("`when` of {name} fired for {:?}, due {:?}", told.fired, told.due));
                }
                if !fired.is_empty() {
                    self.seen.marks.insert("when fired");
                }
                continue;
            }
            let expected: Vec<Value> = match (&value, &ty) {
                (Value::Bool(true), _) => vec![Value::unit()],
                (Value::Bool(false), _) => Vec::new(),
                (value, Type::Set(_) | Type::Map(..)) => value.elements().unwrap_or_default(),
                (value, _) => {
                    // The first value of a scalar is no change.
                    if told.last.as_ref().is_some_and(|last| last != value) {
                        return wrong(format!("watch of {name} told {:?} last, it is {value:?}", told.last));
                    }
                    continue;
                }
            };
            let present: Vec<Value> =
                told.present.iter().filter(|(_, n)| **n != 0).map(|(value, _)| value.clone()).collect();
            if present != expected || told.present.values().any(|n| !(0..=1).contains(n)) {
                return wrong(format!("watch of {name} replays to {:?}, its value is {expected:?}", told.present));
            }
            if told.present.values().any(|n| *n == 0) {
                self.seen.marks.insert("watch told a removal");
            }
        }
        Ok(())
    }
}

fn shown(value: &Result<Value, Failure>, ty: &Type) -> String {
    match value {
        Ok(value) => lasp_plan::format::text_of(value, ty),
        Err(failure) => format!("fails: {failure}"),
    }
}
