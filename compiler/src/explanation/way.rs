//! The way from a variable to what is explained: the views and functions that what is read goes through.
//!
//! ```text
//! let n = stock.count()        fn few(k: nat) -> bool = k < 10        when not few(n) { … }
//! from `stock`: the view `n`, the function `few`
//! ```
//!
//! A function is on the way if its body reads the variable, or something that was handed to it and comes from there.
//! Order: from the variable on. Neighbours: see the parent module.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::hir::{Hir, HirKind, HirPattern, LocalId};
use crate::program::Program;

/// How many nodes are looked at; functions are followed where they are called. Beyond it the way is told as far as
/// known.
const FUEL: u32 = 20_000;

/// How many views and functions a record is followed through to where it is put together.
const DEPTH_MAX: u32 = 64;

/// Through what an expression reads a variable.
pub(super) fn way(program: &Program, hir: &Hir, var: usize) -> Vec<String> {
    let mut walk = Walk {
        program,
        var,
        marked: FxHashSet::default(),
        bound: FxHashMap::default(),
        views: FxHashMap::default(),
        found: Vec::new(),
        fuel: FUEL,
    };
    walk.reaches(hir);
    walk.found
}

struct Walk<'p> {
    program: &'p Program,
    var: usize,
    /// Names that stand for something that comes from the variable.
    marked: FxHashSet<LocalId>,
    /// What was handed to a function.
    bound: FxHashMap<LocalId, &'p Hir>,
    views: FxHashMap<usize, bool>,
    found: Vec<String>,
    fuel: u32,
}

impl<'p> Walk<'p> {
    /// Whether an expression reads the variable; what it goes through is noted on the way back.
    fn reaches(&mut self, hir: &'p Hir) -> bool {
        if self.fuel == 0 {
            return false;
        }
        self.fuel -= 1;
        let program = self.program;
        match &hir.kind {
            HirKind::Var(index) | HirKind::Raw(index) => *index == self.var,
            HirKind::Local(local) => self.marked.contains(local),
            HirKind::View(index) => {
                if let Some(known) = self.views.get(index) {
                    return *known;
                }
                self.views.insert(*index, false);
                let reached = self.reaches(&program.views[*index].value);
                self.views.insert(*index, reached);
                if reached {
                    self.note(format!("the view `{}`", program.views[*index].name));
                }
                reached
            }
            HirKind::Apply(index, args) => {
                let function = &program.fns[*index];
                for ((_, param), arg) in function.params.iter().zip(args) {
                    self.bound.insert(*param, arg);
                    if self.reaches(arg) {
                        self.marked.insert(*param);
                    } else {
                        self.marked.remove(param);
                    }
                }
                let reached = self.reaches(&function.body);
                if reached {
                    self.note(format!("the function `{}`", function.name));
                }
                reached
            }
            HirKind::Field(base, name) => match self.field(base, name, DEPTH_MAX) {
                Some(reached) => reached,
                None => self.reaches(base),
            },
            HirKind::Coll(_, source, args, lambda) => {
                let mut reached = self.reaches(source);
                for arg in args {
                    reached |= self.reaches(arg);
                }
                if let Some(lambda) = lambda {
                    self.mark(&lambda.pattern, reached);
                    reached |= self.reaches(&lambda.body);
                }
                reached
            }
            HirKind::Match(value, arms) => {
                let from_value = self.reaches(value);
                let mut reached = from_value;
                for arm in arms {
                    self.mark(&arm.pattern, from_value);
                    if let Some(guard) = &arm.guard {
                        reached |= self.reaches(guard);
                    }
                    reached |= self.reaches(&arm.body);
                }
                reached
            }
            HirKind::From { sources, filter, select } => {
                let mut reached = false;
                for (pattern, source) in sources {
                    let from_source = self.reaches(source);
                    self.mark(pattern, from_source);
                    reached |= from_source;
                }
                for part in filter.iter().chain([select]) {
                    reached |= self.reaches(part);
                }
                reached
            }
            _ => {
                let mut reached = false;
                hir.each_part(&mut |part| reached |= self.reaches(part));
                reached
            }
        }
    }

    /// Whether the variable is read by one field of a record that is put together somewhere in view; none if it is not.
    fn field(&mut self, base: &'p Hir, name: &str, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match &base.kind {
            HirKind::Local(local) => {
                let bound = *self.bound.get(local)?;
                self.field(bound, name, depth)
            }
            HirKind::View(index) => {
                let program = self.program;
                let reached = self.field(&program.views[*index].value, name, depth)?;
                if reached {
                    self.note(format!("the view `{}`", program.views[*index].name));
                }
                Some(reached)
            }
            HirKind::Record(fields) => {
                let (_, part) = fields.iter().find(|(field, _)| field == name)?;
                Some(self.reaches(part))
            }
            _ => None,
        }
    }

    fn mark(&mut self, pattern: &HirPattern, comes_from_it: bool) {
        pattern.each_bound(&mut |local| {
            if comes_from_it {
                self.marked.insert(local);
            }
        });
    }

    fn note(&mut self, what: String) {
        if !self.found.contains(&what) {
            self.found.push(what);
        }
    }
}
