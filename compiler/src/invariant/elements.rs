//! Whether every element that a program adds satisfies a condition.
//!
//! ```text
//! invariant prices.all(p => p > 0)
//!
//! on priced({ n }) { if n > 0 { prices.add(n) } }      `n > 0` with `n` for `p`: the guard says it
//! on doubled({ n: nat }) { prices.add(n * 2 + 1) }     n is a nat, so it is at least 1
//! ```
//!
//! What a set reads as holds only elements that some update added, whatever was removed. So it is enough to look at
//! each update: the condition, with the element in place of its name, must follow from the conditions around the
//! update, from sizes, or be true of a constant. Names that `let` binds are looked through. Conditions that read
//! variables are not used: the statements between may have changed what they read.
//!
//! Neighbours: `free` reads the claim; `flowing` what is known of elements that a `for` or a `bind` takes; `refuse`
//! reports the update that may break it.

use lasp_lattice::{MethodParam, Read};
use lasp_plan::{BinaryOp, CollOp, Place, UnaryOp, Value};
use rustc_hash::FxHashMap;

use super::flowing;
use super::free::reads_anything;
use super::linear::place_of;
use super::value::{at_start, value};
use crate::diagnostic::SourceFile;
use crate::hir::{Hir, HirKind, HirPattern, HirStep, HirStmt, HirUpdate, LocalId};
use crate::program::{BindDef, MadeFor, Program};
use crate::stability::{Judge, same, text_at};
use crate::ty::Ty;

/// How many functions are looked into below each other, and how many alternatives.
const DEPTH_MAX: u32 = 24;

/// The elements of a set in a variable, or the keys of a map.
#[derive(Clone, Debug)]
pub(super) struct Elements {
    pub(super) var: usize,
    path: Vec<u32>,
    /// A map's: its keys count.
    keys: bool,
    /// A map itself: what is claimed is claimed of its entries.
    pub(super) entries: bool,
}

/// What is claimed of each of them.
#[derive(Debug)]
pub(super) enum Claim<'p> {
    /// A condition, or with `truth` false its opposite. It is written in `lambda`, from the `(` or before.
    Holds { of: Elements, pattern: &'p HirPattern, body: &'p Hir, truth: bool, lambda: Place },
    /// It is not this one.
    Lacks { of: Elements, element: &'p Hir },
}

/// What could not be shown.
#[derive(Debug)]
pub(super) struct Unproven<'p> {
    /// The update, or the initial value.
    pub(super) update: Option<&'p HirUpdate>,
    /// Where.
    pub(super) place: Place,
    /// What would have to be true there, in the program's words, if they can be put together.
    pub(super) wanted: Option<String>,
    /// A condition around it that does not count, because it reads a variable.
    pub(super) reading: Option<Place>,
    /// Nobody wrote the update: it is a `bind`, which with a filter in front would keep the claim.
    pub(super) flows: Option<Flowing<'p>>,
}

/// A `bind` that may bring what breaks a claim.
#[derive(Debug)]
pub(super) struct Flowing<'p> {
    pub(super) bind: &'p BindDef,
    /// The `bind` as it would keep the claim, if it can be put together.
    pub(super) kept: Option<String>,
}

impl Elements {
    /// Those of a variable's set, list or map.
    pub(super) fn of(program: &Program, source: &Hir) -> Option<Elements> {
        if let HirKind::Coll(CollOp::Keys, map, _, None) = &source.kind {
            let of = Elements::of(program, map).filter(|found| found.entries)?;
            return Some(Elements { entries: false, ..of });
        }
        let (var, path, crdt) = place_of(program, source)?;
        let keys = match crdt {
            crate::crdt::Crdt::Named { info, .. } => match info.read {
                Read::Set | Read::List => false,
                Read::Map => true,
                _ => return None,
            },
            _ => return None,
        };
        Some(Elements { var, path, keys, entries: keys })
    }
}

impl<'p> Claim<'p> {
    fn of(&self) -> &Elements {
        let (Claim::Holds { of, .. } | Claim::Lacks { of, .. }) = self;
        of
    }

    /// What must be true of an element. None: the claim is about more than a key.
    fn about(&self, program: &Program, element: &Hir) -> Option<Hir> {
        let place = element.place;
        let truth = |kind| Hir { kind, ty: Ty::Bool, place };
        match self {
            Claim::Lacks { element: lacking, .. } => {
                Some(truth(HirKind::Binary(BinaryOp::Ne, Box::new(element.clone()), Box::new((*lacking).clone()))))
            }
            Claim::Holds { of, pattern, body, truth: wanted, .. } => {
                let mut names = FxHashMap::default();
                if of.entries {
                    let HirPattern::Slots(slots) = pattern else { return None };
                    for (slot, pattern) in slots {
                        match slot {
                            0 => named(program, pattern, element, &mut names)?,
                            // Of the value nothing is known here: it must not be asked for.
                            _ => unused(pattern, body)?,
                        }
                    }
                } else {
                    named(program, pattern, element, &mut names)?;
                }
                let mut whole = (*body).clone();
                put(program, &mut whole, &names, 0);
                Some(if *wanted { whole } else { truth(HirKind::Unary(UnaryOp::Not, Box::new(whole))) })
            }
        }
    }
}

fn unused(pattern: &HirPattern, body: &Hir) -> Option<()> {
    let mut used = false;
    pattern.each_bound(&mut |local| {
        used |= body.any(&mut |part| matches!(part.kind, HirKind::Local(found) if found == local));
    });
    (!used).then_some(())
}

/// What the names of a pattern stand for, bound to an expression.
pub(super) fn named(
    program: &Program,
    pattern: &HirPattern,
    value: &Hir,
    names: &mut FxHashMap<LocalId, Hir>,
) -> Option<()> {
    match pattern {
        HirPattern::Wildcard => {}
        HirPattern::Bind(local) => {
            names.insert(*local, value.clone());
        }
        HirPattern::Slots(slots) => {
            for (slot, pattern) in slots {
                let at = *slot as usize;
                let name = match program.holes.head(&value.ty) {
                    Ty::Record(fields) => fields.get(at).map(|(name, ty)| (name.clone(), ty.clone())),
                    Ty::Tuple(parts) => parts.get(at).map(|ty| (at.to_string(), ty.clone())),
                    _ => None,
                };
                let (name, ty) = name?;
                let kind = HirKind::Field(Box::new(value.clone()), name);
                named(program, pattern, &Hir { kind, ty, place: value.place }, names)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// Puts expressions in place of names, bodies in place of calls, and takes fields out of records that are written
/// there.
pub(super) fn put(program: &Program, hir: &mut Hir, names: &FxHashMap<LocalId, Hir>, depth: u32) {
    if depth > DEPTH_MAX {
        return;
    }
    if let HirKind::Local(local) = &hir.kind {
        if let Some(value) = names.get(local) {
            *hir = value.clone();
        }
        return;
    }
    hir.each_part_mut(&mut |part| put(program, part, names, depth));
    if let HirKind::Apply(function, args) = &hir.kind {
        let function = &program.fns[*function];
        let params = function.params.iter().map(|(_, local)| *local).zip(args.iter().cloned()).collect();
        let mut body = function.body.clone();
        put(program, &mut body, &params, depth + 1);
        *hir = body;
        return;
    }
    let taken = match &hir.kind {
        HirKind::Field(base, name) => match &base.kind {
            HirKind::Record(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, part)| part.clone()),
            HirKind::Tuple(parts) => name.parse::<usize>().ok().and_then(|at| parts.get(at).cloned()),
            _ => None,
        },
        _ => None,
    };
    if let Some(part) = taken {
        *hir = part;
    }
}

/// Why each element that is added satisfies the claim, a phrase for each update.
///
/// # Errors
/// The first update that may add another.
pub(super) fn prove<'p>(
    program: &'p Program,
    files: &'p [SourceFile],
    claim: &Claim<'p>,
) -> Result<Vec<String>, Unproven<'p>> {
    let of = claim.of();
    let var = &program.vars[of.var];
    if let Some(init) = &var.init {
        let start = of.path.iter().try_fold(at_start(program, of.var), |value, part| match value? {
            Value::Tuple(slots) => Some(slots.get(*part as usize).cloned()),
            _ => None,
        });
        let elements = start.flatten().and_then(|value| match value {
            Value::Map(entries) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
            value => value.elements(),
        });
        let holds = |element: Value| {
            let ty = element_type(program, of);
            let element = Hir { kind: HirKind::Const(element), ty, place: init.place };
            let wanted = claim.about(program, &element)?;
            Some(value(program, &wanted) == Some(Value::Bool(true)))
        };
        let all = elements.is_some_and(|elements| elements.into_iter().all(|element| holds(element) == Some(true)));
        if !all {
            return Err(Unproven { update: None, place: init.place, wanted: None, reading: None, flows: None });
        }
    }
    let mut prover = Prover {
        program,
        files,
        claim,
        given: Vec::new(),
        reading: Vec::new(),
        names: FxHashMap::default(),
        bind: None,
        proofs: Vec::new(),
    };
    for handler in &program.handlers {
        prover.block(&handler.body)?;
    }
    for when in &program.whens {
        prover.bind = match when.made_for {
            Some(MadeFor::Bind(var)) => program.binds.iter().find(|bind| bind.var == var && bind.place == when.place),
            _ => None,
        };
        let before = prover.before();
        if let Some((pattern, source)) = &when.binding {
            prover.given_of(pattern, source);
        }
        prover.given_that(&when.condition, true);
        prover.block(&when.body)?;
        prover.back_to(before);
    }
    prover.proofs.dedup();
    Ok(prover.proofs)
}

fn element_type(program: &Program, of: &Elements) -> Ty {
    let mut ty = program.holes.full(&program.vars[of.var].ty);
    for part in &of.path {
        ty = match ty {
            Ty::Record(fields) => fields.get(*part as usize).map_or(Ty::Error, |(_, ty)| ty.clone()),
            Ty::Tuple(parts) => parts.get(*part as usize).cloned().unwrap_or(Ty::Error),
            _ => Ty::Error,
        };
    }
    match ty {
        Ty::Set(of) | Ty::List(of) | Ty::Map(of, ..) => (*of).clone(),
        _ => Ty::Error,
    }
}

struct Prover<'p, 'c> {
    program: &'p Program,
    files: &'p [SourceFile],
    claim: &'c Claim<'p>,
    /// Conditions around the statement, with their truth.
    given: Vec<(Hir, bool)>,
    /// Where those stand that read a variable.
    reading: Vec<Place>,
    /// What `let` has bound.
    names: FxHashMap<LocalId, Hir>,
    /// What is being looked at, if it is a `bind`.
    bind: Option<&'p BindDef>,
    proofs: Vec<String>,
}

impl<'p> Prover<'p, '_> {
    fn block(&mut self, body: &'p [HirStmt]) -> Result<(), Unproven<'p>> {
        for stmt in body {
            match stmt {
                HirStmt::Update(update) | HirStmt::LetUpdate(_, update) => self.update(update)?,
                HirStmt::IfUpdate(update, then, otherwise) => {
                    self.update(update)?;
                    self.block(then)?;
                    self.block(otherwise)?;
                }
                HirStmt::If(condition, then, otherwise) => {
                    let before = self.before();
                    for (truth, body) in [(true, then), (false, otherwise)] {
                        self.given_that(condition, truth);
                        self.block(body)?;
                        self.back_to(before);
                    }
                }
                HirStmt::For(pattern, source, body) => {
                    let before = self.before();
                    self.given_of(pattern, source);
                    self.block(body)?;
                    self.back_to(before);
                }
                HirStmt::Let(HirPattern::Bind(local), value) if !reads_anything(self.program, value, 0) => {
                    let value = self.plain(value);
                    self.names.insert(*local, value);
                }
                HirStmt::Let(..) | HirStmt::Emit(_) => {}
            }
        }
        Ok(())
    }

    /// How much is known.
    fn before(&self) -> (usize, usize) {
        (self.given.len(), self.reading.len())
    }

    fn back_to(&mut self, before: (usize, usize)) {
        self.given.truncate(before.0);
        self.reading.truncate(before.1);
    }

    /// What is known of the elements that are gone through.
    fn given_of(&mut self, pattern: &HirPattern, source: &Hir) {
        for fact in flowing::known(self.program, pattern, source) {
            self.given_that(&fact, true);
        }
    }

    /// With `let`s and functions looked through.
    fn plain(&self, hir: &Hir) -> Hir {
        let mut hir = hir.clone();
        put(self.program, &mut hir, &self.names, 0);
        hir
    }

    fn given_that(&mut self, condition: &Hir, truth: bool) {
        let condition = self.plain(condition);
        self.fact(&condition, truth);
    }

    fn fact(&mut self, hir: &Hir, truth: bool) {
        match (&hir.kind, truth) {
            (HirKind::Unary(UnaryOp::Not, inner), _) => self.fact(inner, !truth),
            (HirKind::Binary(BinaryOp::And, a, b), true) | (HirKind::Binary(BinaryOp::Or, a, b), false) => {
                self.fact(a, truth);
                self.fact(b, truth);
            }
            _ if reads_anything(self.program, hir, 0) => self.reading.push(hir.place),
            _ => self.given.push((hir.clone(), truth)),
        }
    }

    fn update(&mut self, update: &'p HirUpdate) -> Result<(), Unproven<'p>> {
        let of = self.claim.of();
        if update.var != of.var || update.path.len() < of.path.len() {
            return Ok(());
        }
        let same_way =
            of.path.iter().zip(&update.path).all(|(part, step)| matches!(step, HirStep::Part(at) if at == part));
        if !same_way {
            return Ok(());
        }
        let below = update.path.get(of.path.len());
        match (of.keys, below) {
            // Whatever is written under a key makes the key be there.
            (true, Some(HirStep::Key(key))) => self.element(key, update),
            (true, _) => Ok(()),
            (false, None) if update.method.removes => Ok(()),
            (false, None) => {
                for (arg, param) in update.args.iter().zip(update.method.params) {
                    match param {
                        MethodParam::Element => self.element(arg, update)?,
                        MethodParam::ElementSet => self.elements(&self.plain(arg), update)?,
                        _ => {
                            return Err(self.unproven(update, None));
                        }
                    }
                }
                Ok(())
            }
            (false, Some(_)) => Err(self.unproven(update, None)),
        }
    }

    /// `element`: what is added, as far as it is one.
    fn unproven(&self, update: &'p HirUpdate, element: Option<&Hir>) -> Unproven<'p> {
        let kept = |bind| flowing::with_filter(self.program, self.files, bind, self.claim);
        Unproven {
            update: Some(update),
            place: self.bind.map_or(update.place, |bind| bind.value.place),
            wanted: element.and_then(|element| self.wanted(element)),
            reading: element.and_then(|_| self.reading.last().copied()),
            flows: self.bind.map(|bind| Flowing { bind, kept: kept(bind) }),
        }
    }

    fn element(&mut self, element: &Hir, update: &'p HirUpdate) -> Result<(), Unproven<'p>> {
        let plain = self.plain(element);
        let Some(wanted) = self.claim.about(self.program, &plain) else {
            return Err(self.unproven(update, Some(element)));
        };
        let wanted = self.plain(&wanted);
        match self.follows(&wanted, true, 0) {
            Some(reason) => {
                self.proofs.push(match self.bind {
                    Some(bind) => {
                        let (name, flows) = (&self.program.vars[bind.var].name, text_at(self.files, bind.value.place));
                        let reason = if reason == GUARD { "the filter says so" } else { reason };
                        format!("`bind {name} <- {flows}`: {reason}")
                    }
                    None => format!("`{}`: {reason}", text_at(self.files, update.place)),
                });
                Ok(())
            }
            None => Err(self.unproven(update, Some(element))),
        }
    }

    /// Every element of what is added at once.
    fn elements(&mut self, whole: &Hir, update: &'p HirUpdate) -> Result<(), Unproven<'p>> {
        match &whole.kind {
            HirKind::Set(parts) | HirKind::List(parts) => parts.iter().try_for_each(|part| self.element(part, update)),
            HirKind::Const(value) => {
                let ty = element_type(self.program, self.claim.of());
                value.elements().unwrap_or_default().into_iter().try_for_each(|value| {
                    let kind = HirKind::Const(value);
                    self.element(&Hir { kind, ty: ty.clone(), place: whole.place }, update)
                })
            }
            HirKind::Coll(CollOp::Filter, source, _, Some(lambda))
                if matches!((&lambda.pattern, &source.kind), (HirPattern::Bind(_), _)) =>
            {
                let before = self.given.len();
                self.given_that(&lambda.body, true);
                let found = match &lambda.pattern {
                    HirPattern::Bind(local) => {
                        let ty = element_type(self.program, self.claim.of());
                        self.element(&Hir { kind: HirKind::Local(*local), ty, place: whole.place }, update)
                    }
                    _ => Ok(()),
                };
                self.given.truncate(before);
                found
            }
            HirKind::Coll(CollOp::Map, _, _, Some(lambda)) => self.element(&lambda.body, update),
            _ => {
                // Of an element of which nothing is known but its type.
                let ty = element_type(self.program, self.claim.of());
                let local = LocalId(u32::MAX);
                self.element(&Hir { kind: HirKind::Local(local), ty, place: whole.place }, update)
            }
        }
    }

    /// Why a condition is true here.
    fn follows(&self, hir: &Hir, truth: bool, depth: u32) -> Option<&'static str> {
        if depth > DEPTH_MAX {
            return None;
        }
        let parts = match (&hir.kind, truth) {
            (HirKind::Unary(UnaryOp::Not, inner), _) => return self.follows(inner, !truth, depth + 1),
            (HirKind::Binary(BinaryOp::And, a, b), true) | (HirKind::Binary(BinaryOp::Or, a, b), false) => {
                let first = self.follows(a, truth, depth + 1)?;
                return self.follows(b, truth, depth + 1).map(|second| if first == second { first } else { GUARD });
            }
            (HirKind::Binary(BinaryOp::Or, a, b), true) | (HirKind::Binary(BinaryOp::And, a, b), false) => Some((a, b)),
            _ => None,
        };
        if let Some((a, b)) = parts
            && let Some(reason) = self.follows(a, truth, depth + 1).or_else(|| self.follows(b, truth, depth + 1))
        {
            return Some(reason);
        }
        // What a variable holds at the beginning says nothing of later.
        if !reads_anything(self.program, hir, 0) && value(self.program, hir) == Some(Value::Bool(truth)) {
            return Some("a constant");
        }
        let wanted = compared(hir, truth);
        if self.given.iter().any(|(fact, given)| agree(&compared(fact, *given), &wanted)) {
            return Some(GUARD);
        }
        let whole = match truth {
            true => hir.clone(),
            false => Hir { kind: HirKind::Unary(UnaryOp::Not, Box::new(hir.clone())), ..hir.clone() },
        };
        if Judge::new(self.program).surely(&whole, &[]) {
            return Some("by its size");
        }
        Judge::new(self.program).surely(&whole, &self.given).then_some(GUARD)
    }

    /// What would have to be asked before an element is added, in the program's words.
    fn wanted(&self, element: &Hir) -> Option<String> {
        let added = text_at(self.files, element.place);
        if let Claim::Lacks { element: lacking, .. } = self.claim {
            return Some(format!("{added} != {}", text_at(self.files, lacking.place)));
        }
        let Claim::Holds { pattern: HirPattern::Bind(local), body, truth, .. } = self.claim else { return None };
        let text =
            self.files.get(body.place.file as usize)?.text.get(body.place.start as usize..body.place.end as usize)?;
        let mut names: Vec<Place> = Vec::new();
        body.each(&mut |part| {
            if matches!(part.kind, HirKind::Local(found) if found == *local) && !names.contains(&part.place) {
                names.push(part.place);
            }
        });
        names.sort();
        let mut whole = text.to_string();
        for name in names.iter().rev() {
            let start = name.start.checked_sub(body.place.start)? as usize;
            let end = name.end.checked_sub(body.place.start)? as usize;
            whole.get(start..end)?;
            whole.replace_range(start..end, &added);
        }
        let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(if *truth { whole } else { format!("not ({whole})") })
    }
}

const GUARD: &str = "the condition around it says so";

/// A condition with its truth, comparisons turned so that equal ones look alike.
fn compared(hir: &Hir, truth: bool) -> (Option<BinaryOp>, Vec<&Hir>, bool) {
    match &hir.kind {
        HirKind::Unary(UnaryOp::Not, inner) => compared(inner, !truth),
        HirKind::Binary(op, a, b) => {
            let (op, swapped, truth) = match (op, truth) {
                (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => (BinaryOp::Lt, false, true),
                (BinaryOp::Gt, true) | (BinaryOp::Le, false) => (BinaryOp::Lt, true, true),
                (BinaryOp::Le, true) | (BinaryOp::Gt, false) => (BinaryOp::Le, false, true),
                (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => (BinaryOp::Le, true, true),
                (BinaryOp::Ne, truth) => (BinaryOp::Eq, false, !truth),
                (op, truth) => (*op, false, truth),
            };
            (Some(op), if swapped { vec![&**b, &**a] } else { vec![&**a, &**b] }, truth)
        }
        _ => (None, vec![hir], truth),
    }
}

fn agree(a: &(Option<BinaryOp>, Vec<&Hir>, bool), b: &(Option<BinaryOp>, Vec<&Hir>, bool)) -> bool {
    let parts = || a.1.len() == b.1.len() && a.1.iter().zip(&b.1).all(|(a, b)| same(a, b));
    let turned = || {
        a.0 == Some(BinaryOp::Eq) && a.1.len() == 2 && b.1.len() == 2 && same(a.1[0], b.1[1]) && same(a.1[1], b.1[0])
    };
    a.0 == b.0 && a.2 == b.2 && (parts() || turned())
}
