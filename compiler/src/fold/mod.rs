//! Folds with a function of the user: whether the order of the elements can be told from the result.
//!
//! ```text
//! fold(0, (acc, x) => if acc > x then acc else x)      Same: whatever comes first
//! fold(0, (acc, x) => acc * 2 + x)                      Differs: {1, 2} gives 4 or 5
//! ```
//!
//! A set has no order, and two nodes that hold the same elements must read the same. So `f(f(a, x), y)` and
//! `f(f(a, y), x)` must agree for all `a`, `x` and `y`; with that, any two orders agree, since neighbours can be
//! exchanged until one order is the other. It is decided from the body, in three steps:
//!
//! 1. If there are few values in all, trying all of them is a proof (`small`).
//! 2. Otherwise the paths through the two applications are compared (`paths`, `linear`): no two that can be taken
//!    together may give different results.
//! 3. Where that does not prove it, small values are tried. Two orders that disagree are an answer, and the message
//!    shows them. This is the dear part, and only refused folds pay for it.
//!
//! The same paths tell how the result moves when elements come: if `f(a, x)` is never below `a`, it only rises. What is
//! not asked is whether an element may be counted twice: a fold sees a set, in which each element is once, so folds
//! over parts of a set are put together by folding the union, never by joining results.
//!
//! Neighbours: `check::folds` reports, `stability` asks which way a fold moves.

mod linear;
mod paths;
mod small;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use lasp_plan::Value;

use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
use crate::program::Program;
use crate::ty::Ty;
use paths::{Path, Paths, Sym, TooMuch, Ways};
use small::Small;

/// Up to this many applications, trying everything is a proof.
const TRIED_MAX: usize = 8_000;

/// What was found out about the order of the elements.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Order {
    /// It cannot be told from the result.
    Same,
    /// Two orders disagree.
    Differs(Disagreement),
    /// Neither could be shown.
    Unknown,
}

/// Two orders of a set that give different results.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Disagreement {
    /// What comes first in both.
    pub before: Vec<Value>,
    /// The two that change places.
    pub pair: [Value; 2],
    /// The results with the pair in this order, and the other way round.
    pub results: [Value; 2],
}

/// How a result moves as elements come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Way {
    Up,
    Down,
    Unknown,
    /// Part by part.
    Parts(Vec<Way>),
}

impl Way {
    fn is_known(&self) -> bool {
        match self {
            Way::Up | Way::Down => true,
            Way::Unknown => false,
            Way::Parts(parts) => parts.iter().all(Way::is_known),
        }
    }
}

/// A fold: what it starts with, and what its function takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fold<'h> {
    pub init: &'h Hir,
    pub lambda: &'h HirLambda,
    /// What is gathered.
    pub gathered: &'h Ty,
    /// What comes.
    pub element: &'h Ty,
}

impl Fold<'_> {
    /// Whether the order of the elements matters. `keyed`: the elements are entries of a map, of which no two have one
    /// key.
    pub(crate) fn order(&self, program: &Program, keyed: bool) -> Order {
        let mut small = Small::new(program);
        if self.all_tried(&mut small).is_some_and(|same| same) || self.is_proved(program) {
            return Order::Same;
        }
        // The search is what takes long, so only what is refused pays for it.
        match self.tried(&mut Small::new(program), program, keyed) {
            Some(found) => Order::Differs(found),
            None => Order::Unknown,
        }
    }

    fn is_proved(&self, program: &Program) -> bool {
        let mut coarse = Paths::new(program).coarse(&self.lambda.body, &self.lambda.pattern);
        self.proved(&mut coarse).unwrap_or(false) || self.proved(&mut Paths::new(program)).unwrap_or(false)
    }

    /// Which way the result moves as elements come, for a fold whose order does not matter.
    pub(crate) fn way(&self, program: &Program) -> Way {
        if let Some(way) = self.way_tried(&mut Small::new(program)) {
            return way;
        }
        let coarse = Paths::new(program).coarse(&self.lambda.body, &self.lambda.pattern);
        let coarse = self.way_proved(coarse).unwrap_or(Way::Unknown);
        if coarse.is_known() { coarse } else { self.way_proved(Paths::new(program)).unwrap_or(coarse) }
    }

    fn step(&self, small: &mut Small<'_>, gathered: &Value, element: &Value) -> Option<Value> {
        let argument = Value::tuple([gathered.clone(), element.clone()]);
        small.apply(&self.lambda.pattern, &argument, &self.lambda.body)
    }

    /// A set of two or three that two orders disagree about.
    fn tried(&self, small: &mut Small<'_>, program: &Program, keyed: bool) -> Option<Disagreement> {
        let init = small.alone(self.init)?;
        let mut constants = Vec::new();
        let mut fields = Vec::new();
        mentioned(program, &self.lambda.body, &mut constants, &mut fields, 0);
        let whole = match &self.lambda.pattern {
            HirPattern::Slots(slots) => !slots.iter().any(|(_, part)| matches!(part, HirPattern::Slots(_))),
            _ => false,
        };
        let used = |name: &str| !whole || fields.is_empty() || fields.iter().any(|field| field == name);
        let values = small::some_of(self.element, &constants, &used);
        let apart = |a: &Value, b: &Value| match (a, b) {
            (Value::Tuple(a), Value::Tuple(b)) if keyed => a.first() != b.first(),
            _ => a != b,
        };
        let starts = [None].into_iter().chain(values.iter().map(Some));
        for before in starts {
            let start = match before {
                None => Some(init.clone()),
                Some(first) => self.step(small, &init, first),
            };
            let Some(start) = start else { continue };
            for (at, y) in values.iter().enumerate() {
                for x in &values[..at] {
                    if !apart(x, y) || before.is_some_and(|before| !apart(before, x) || !apart(before, y)) {
                        continue;
                    }
                    let mut run = |x, y| self.step(small, &start, x).and_then(|next| self.step(small, &next, y));
                    if let (Some(one), Some(other)) = (run(x, y), run(y, x))
                        && one != other
                    {
                        return Some(Disagreement {
                            before: before.into_iter().cloned().collect(),
                            pair: [x.clone(), y.clone()],
                            results: [one, other],
                        });
                    }
                }
            }
        }
        None
    }

    /// Everything the fold can gather, with what comes, if both are few and nothing fails.
    fn everything(&self, small: &mut Small<'_>) -> Option<(Vec<Value>, Vec<Value>)> {
        let elements = small::all_of(self.element, 64)?;
        let mut gathered = vec![small.alone(self.init)?];
        let mut seen = BTreeSet::from_iter(gathered.iter().cloned());
        let mut at = 0;
        while let Some(value) = gathered.get(at).cloned() {
            at += 1;
            for element in &elements {
                let next = self.step(small, &value, element)?;
                if seen.insert(next.clone()) {
                    gathered.push(next);
                }
            }
            if gathered.len() * elements.len() > TRIED_MAX {
                return None;
            }
        }
        Some((gathered, elements))
    }

    fn all_tried(&self, small: &mut Small<'_>) -> Option<bool> {
        let (gathered, elements) = self.everything(small)?;
        if gathered.len() * elements.len() * elements.len() > 4 * TRIED_MAX {
            return None;
        }
        for start in &gathered {
            let next: Vec<Value> = elements.iter().map(|x| self.step(small, start, x)).collect::<Option<_>>()?;
            for (x, after_x) in elements.iter().zip(&next) {
                for (y, after_y) in elements.iter().zip(&next) {
                    if self.step(small, after_x, y)? != self.step(small, after_y, x)? {
                        return Some(false);
                    }
                }
            }
        }
        Some(true)
    }

    fn way_tried(&self, small: &mut Small<'_>) -> Option<Way> {
        // Each part moves its own way, which the paths tell.
        if let Ty::Tuple(_) | Ty::Record(_) = self.gathered {
            return None;
        }
        let (gathered, elements) = self.everything(small)?;
        let le = |a: &Value, b: &Value| match (self.gathered.drawn(), a, b) {
            (None, ..) => a <= b,
            (Some(order), Value::Variant(a, _), Value::Variant(b, _)) => {
                u16::try_from(*a).is_ok_and(|a| u16::try_from(*b).is_ok_and(|b| order.le(a, b)))
            }
            _ => false,
        };
        let (mut up, mut down) = (true, true);
        for start in &gathered {
            for element in &elements {
                let next = self.step(small, start, element)?;
                up &= le(start, &next);
                down &= le(&next, start);
            }
        }
        Some(match (up, down) {
            (true, _) => Way::Up,
            (false, true) => Way::Down,
            (false, false) => Way::Unknown,
        })
    }

    fn applied(&self, paths: &mut Paths<'_>, gathered: Sym, element: &Sym, path: &Path) -> Ways<Sym> {
        let argument = Sym::Slots(vec![gathered, element.clone()]);
        paths.run(&self.lambda.body, &self.lambda.pattern, argument, path)
    }

    fn twice(&self, paths: &mut Paths<'_>, start: &Sym, first: &Sym, second: &Sym) -> Ways<Sym> {
        let mut ways = Vec::new();
        for (path, next) in self.applied(paths, start.clone(), first, &Path::default())? {
            ways.extend(self.applied(paths, next, second, &path)?);
        }
        Ok(ways)
    }

    fn proved(&self, paths: &mut Paths<'_>) -> Result<bool, TooMuch> {
        let start = paths.unknown("gathered", self.gathered);
        let (x, y) = (paths.unknown("first", self.element), paths.unknown("second", self.element));
        let one = self.twice(paths, &start, &x, &y)?;
        let other = self.twice(paths, &start, &y, &x)?;
        for (one_path, one) in &one {
            for (other_path, other) in &other {
                if one == other {
                    continue;
                }
                let Some(path) = paths.both(one_path, other_path)? else { continue };
                if paths.order(one, other, &path)?.iter().any(|(_, order)| order.is_ne()) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn way_proved(&self, mut paths: Paths<'_>) -> Result<Way, TooMuch> {
        let start = paths.unknown("gathered", self.gathered);
        let element = paths.unknown("first", self.element);
        let ways = self.applied(&mut paths, start.clone(), &element, &Path::default())?;
        let mut results = Vec::new();
        for (path, result) in ways {
            results.push((path, start.clone(), result));
        }
        moved(&mut paths, self.gathered, &results)
    }
}

/// Which way results of this type move from what was gathered before.
fn moved(paths: &mut Paths<'_>, ty: &Ty, results: &[(Path, Sym, Sym)]) -> Result<Way, TooMuch> {
    if let Ty::Tuple(_) | Ty::Record(_) = ty {
        let mut ways = Vec::new();
        for (at, part) in ty.parts().into_iter().enumerate() {
            let mut parts = Vec::new();
            for (path, before, after) in results {
                let slot = |sym: &Sym| match sym {
                    Sym::Slots(slots) => slots.get(at).cloned(),
                    _ => None,
                };
                let (before, after) = (paths.opened_slots(before, path)?, paths.opened_slots(after, path)?);
                parts.push((path.clone(), slot(&before).ok_or(TooMuch)?, slot(&after).ok_or(TooMuch)?));
            }
            ways.push(moved(paths, part, &parts)?);
        }
        return Ok(Way::Parts(ways));
    }
    // Elements of a drawn lattice, sets and maps are not compared by the order that counts for them here.
    if ty.drawn().is_some() || matches!(ty, Ty::Set(_) | Ty::Map(..) | Ty::List(_)) {
        return Ok(Way::Unknown);
    }
    let (mut up, mut down) = (true, !matches!(ty, Ty::Option(_)));
    for (path, before, after) in results {
        for (_, order) in paths.order(before, after, path)? {
            up &= order.is_le();
            down &= order.is_ge();
        }
    }
    Ok(if up {
        Way::Up
    } else if down {
        Way::Down
    } else {
        Way::Unknown
    })
}

/// The constants and fields that a body mentions, with the functions it calls.
fn mentioned(program: &Program, body: &Hir, constants: &mut Vec<Value>, fields: &mut Vec<String>, depth: u32) {
    body.each(&mut |part| match &part.kind {
        HirKind::Const(value) if constants.len() < 8 && !constants.contains(value) => constants.push(value.clone()),
        HirKind::Field(_, name) => fields.push(name.clone()),
        HirKind::Apply(index, _) if depth < 8 => {
            mentioned(program, &program.fns[*index].body, constants, fields, depth + 1);
        }
        _ => {}
    });
}
