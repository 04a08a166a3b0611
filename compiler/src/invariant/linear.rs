//! Sums of counters held against a constant: what `by escrow` can hold.
//!
//! ```text
//! stock >= 0             1·stock              >= 0     `dec` lowers it: it spends       `inc` makes rights
//! sold <= capacity       1·capacity − 1·sold  >= 0     `sold.inc` spends                `capacity.inc` makes rights
//! ```
//!
//! Invariants: the terms of a bound are distinct places, none has the factor 0. Neighbours: `check::invariants` reads
//! bounds from the program, `lower::escrow` makes the updates with their rights, `free` asks which updates go which
//! way.

use lasp_plan::{BinaryOp, Place, UnaryOp, Value};

use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind, HirStep, HirUpdate};
use crate::program::Program;

/// The largest factor or constant: far from where 64 bits end, so that nothing here overflows.
const FACTOR_MAX: i128 = 1 << 40;

/// A counter in a variable, and how often it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The variable.
    pub var: usize,
    /// The parts of products on the way.
    pub path: Vec<u32>,
    /// The factor.
    pub by: i64,
}

/// A sum of counters that is never below a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// The sum.
    pub terms: Vec<Term>,
    /// The constant.
    pub at_least: i64,
}

/// The rights of an invariant that is held `by escrow`.
#[derive(Clone, Debug)]
pub struct Pool {
    /// What is held; without terms if the invariant was reported.
    pub bound: Bound,
    /// The variable that holds the rights, of which the program knows nothing.
    pub rights: usize,
    /// The variable that holds what nodes have spent beyond their rights, if they may.
    pub debt: Option<usize>,
    /// How far they may.
    pub within: Option<Hir>,
    /// The invariant.
    pub place: Place,
}

impl Program {
    /// The pools that an update moves, by position, and by how much for each unit of its amount.
    pub(crate) fn moved_by<'p>(&'p self, update: &'p HirUpdate) -> impl Iterator<Item = (usize, i64)> + 'p {
        self.pools.iter().enumerate().filter_map(|(at, pool)| Some((at, pool.bound.moved_by(update)?)))
    }

    /// The pools that an update spends from.
    pub(crate) fn lowered_by<'p>(&'p self, update: &'p HirUpdate) -> impl Iterator<Item = &'p Pool> {
        self.moved_by(update).filter(|(_, by)| *by < 0).map(|(pool, _)| &self.pools[pool])
    }

    /// Whether rights have to do with an update.
    pub(crate) fn is_held(&self, update: &HirUpdate) -> bool {
        self.moved_by(update).next().is_some()
    }

    /// Whether an update answers: by itself, or because rights may be short.
    pub(crate) fn answers(&self, update: &HirUpdate) -> bool {
        update.method.answers || self.lowered_by(update).next().is_some()
    }
}

impl Bound {
    /// By how much each unit of an update moves the sum; none if it does not.
    pub(crate) fn moved_by(&self, update: &HirUpdate) -> Option<i64> {
        let way = parts_only(update)?;
        let term = self.terms.iter().find(|term| term.var == update.var && term.path == way)?;
        match update.method.name {
            "inc" => Some(term.by),
            "dec" => Some(-term.by),
            _ => None,
        }
    }

    /// Reads a comparison of sums.
    ///
    /// # Errors
    /// The part that is neither a counter, a constant nor a sum of those.
    pub(crate) fn of<'h>(program: &'h Program, condition: &'h Hir) -> Result<Bound, &'h Hir> {
        let mut sum = Sum { program, terms: Vec::new(), constant: 0, depth: 0 };
        sum.compared(condition, true)?;
        let at_least = -sum.constant;
        sum.terms.retain(|term| term.by != 0);
        if sum.terms.is_empty() || at_least.abs() > FACTOR_MAX {
            return Err(condition);
        }
        let at_least = i64::try_from(at_least).map_err(|_| condition)?;
        Ok(Bound { terms: sum.terms, at_least })
    }

    /// As text: `capacity - sold >= 0`.
    pub(crate) fn text(&self, program: &Program) -> String {
        let mut terms: Vec<&Term> = self.terms.iter().collect();
        terms.sort_by_key(|term| term.by < 0);
        let mut text = String::new();
        for term in terms {
            text.push_str(match (text.is_empty(), term.by < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            });
            if term.by.abs() != 1 {
                text.push_str(&format!("{} * ", term.by.abs()));
            }
            text.push_str(&term.name(program));
        }
        format!("{text} >= {}", self.at_least)
    }
}

impl Term {
    /// The counter as the program writes it.
    pub(crate) fn name(&self, program: &Program) -> String {
        let var = &program.vars[self.var];
        let (mut text, mut crdt) = (var.name.clone(), &var.crdt);
        for part in &self.path {
            let at = *part as usize;
            let next = match crdt {
                Crdt::Record(fields, _) => fields.get(at).map(|(name, next)| (name.clone(), next)),
                Crdt::Tuple(parts, _) => parts.get(at).map(|next| (at.to_string(), next)),
                _ => None,
            };
            let Some((name, next)) = next else { break };
            text.push_str(&format!(".{name}"));
            crdt = next;
        }
        text
    }
}

/// The way to an update, if it goes through no key.
pub(crate) fn parts_only(update: &HirUpdate) -> Option<Vec<u32>> {
    let part = |step: &HirStep| if let HirStep::Part(part) = step { Some(*part) } else { None };
    update.path.iter().map(part).collect()
}

/// The place in a variable that an expression reads, through parts of products and no keys, and its lattice.
pub(crate) fn place_of<'p>(program: &'p Program, hir: &Hir) -> Option<(usize, Vec<u32>, &'p Crdt)> {
    match &hir.kind {
        HirKind::Var(var) => Some((*var, Vec::new(), &program.vars[*var].crdt)),
        HirKind::Field(base, name) => {
            let (var, mut path, crdt) = place_of(program, base)?;
            let (at, crdt) = crdt.part(name)?;
            path.push(u32::try_from(at).ok()?);
            Some((var, path, crdt))
        }
        _ => None,
    }
}

struct Sum<'p> {
    program: &'p Program,
    terms: Vec<Term>,
    constant: i128,
    depth: u32,
}

impl<'p> Sum<'p> {
    /// A comparison becomes a sum that is not negative. `truth`: or its opposite.
    fn compared(&mut self, hir: &'p Hir, truth: bool) -> Result<(), &'p Hir> {
        let (op, a, b) = match &hir.kind {
            HirKind::Unary(UnaryOp::Not, inner) => return self.compared(inner, !truth),
            HirKind::View(view) if self.deeper() => return self.compared(&self.program.views[*view].value, truth),
            HirKind::Binary(op, a, b) => (*op, a, b),
            _ => return Err(hir),
        };
        let (greater, lesser, strict) = match (op, truth) {
            (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => (a, b, false),
            (BinaryOp::Gt, true) | (BinaryOp::Le, false) => (a, b, true),
            (BinaryOp::Le, true) | (BinaryOp::Gt, false) => (b, a, false),
            (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => (b, a, true),
            _ => return Err(hir),
        };
        self.add(greater, 1)?;
        self.add(lesser, -1)?;
        self.constant -= i128::from(strict);
        Ok(())
    }

    fn deeper(&mut self) -> bool {
        self.depth += 1;
        self.depth < 1000
    }

    fn add(&mut self, hir: &'p Hir, by: i128) -> Result<(), &'p Hir> {
        if by.abs() > FACTOR_MAX {
            return Err(hir);
        }
        match &hir.kind {
            HirKind::Const(Value::Int(n)) if i128::from(*n).abs() < FACTOR_MAX => {
                self.constant += by * i128::from(*n);
                Ok(())
            }
            HirKind::View(view) if self.deeper() => self.add(&self.program.views[*view].value, by),
            HirKind::Unary(UnaryOp::Neg, inner) => self.add(inner, -by),
            HirKind::Binary(BinaryOp::Add, a, b) => {
                self.add(a, by)?;
                self.add(b, by)
            }
            HirKind::Binary(BinaryOp::Sub, a, b) => {
                self.add(a, by)?;
                self.add(b, -by)
            }
            HirKind::Binary(BinaryOp::Mul, a, b) => match (&a.kind, &b.kind) {
                (HirKind::Const(Value::Int(n)), _) => self.add(b, by * i128::from(*n)),
                (_, HirKind::Const(Value::Int(n))) => self.add(a, by * i128::from(*n)),
                _ => Err(hir),
            },
            _ => match place_of(self.program, hir) {
                Some((var, path, crdt)) if matches!(crdt.lattice_name(), "gcounter" | "pncounter") => {
                    let by = i64::try_from(by).map_err(|_| hir)?;
                    match self.terms.iter_mut().find(|term| term.var == var && term.path == path) {
                        Some(term) => term.by = term.by.checked_add(by).ok_or(hir)?,
                        None => self.terms.push(Term { var, path, by }),
                    }
                    Ok(())
                }
                _ => Err(hir),
            },
        }
    }
}
