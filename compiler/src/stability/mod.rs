//! Stability: may one act on a result and never take it back? (`language.md` §5, first judgement.)
//!
//! About the order of the *visible* value: truth by false ≤ true, numbers by ≤, sets by ⊆, options by unset ≤ set.
//! `views[c.ad] >= c.limit` grows because `views` is a map of grow-only counters, `c` is a fixed element and `>=` is
//! monotone on its left; `<` is antitone there, and an `orset` is eventual whatever one does with it: its lattice
//! grows, its answer shrinks. For every source that an expression reads, the judgement tells the tone (`tones`), of
//! every part of a structure by itself (`moves`), and what is known of sizes (`range`): a sum of what is never negative
//! cannot fall.
//!
//! ```text
//! for c in contracts when views[c.ad] >= c.limit     contracts: members ↑ +    views: value ↑ +      ⇒ ↑
//! when not (stock < 10)                              stock: value ~                                  ⇒ ~
//! ```
//!
//! Functions are judged where they are called, once per way their arguments move; views once. Invariant: what is judged
//! `Const` or `Up` never goes back on any node, under any schedule of updates and joins (tested by exploring
//! schedules).
//!
//! Neighbours: `expr` judges expressions, `compare` comparisons and arithmetic, `choose` what branches, `coll`
//! combinators. `whens` and `required` need `Up`, `causes` says what a judgement rests on and `refusal` puts it into
//! words; `lasp check --table` prints the judgement of every name.

mod causes;
mod choose;
mod coll;
mod compare;
mod expr;
mod folds;
mod moves;
mod range;
mod readings;
mod recursion;
mod refusal;
mod required;
mod same;
mod sealed;
mod sketches;
mod sources;
mod tones;
mod whens;

use lasp_plan::Place;
use rustc_hash::FxHashMap;

use crate::hir::{Hir, HirPattern, LocalId};
use crate::program::Program;

pub(crate) use causes::steadier;
pub(crate) use moves::Moves;
use range::Range;
pub(crate) use readings::{RIGHTS, of_expression, of_variable};
pub(crate) use recursion::check_recursion;
pub(crate) use refusal::text_at;
pub(crate) use required::{check_required, flows, flows_down};
pub(crate) use same::same;
pub(crate) use sketches::check_sketches;
use sources::of_var;
use tones::{Drift, Leaf, Read, Source};
pub(crate) use whens::check_whens;

/// How many nodes one judgement may visit: functions are unfolded where they are called. What is left is eventual.
const FUEL: u32 = 100_000;

/// Judges expressions of one program.
pub(crate) struct Judge<'p> {
    program: &'p Program,
    locals: FxHashMap<LocalId, Moves>,
    views: FxHashMap<usize, Moves>,
    /// What functions gave for arguments that move so.
    applied: FxHashMap<(usize, Vec<Moves>), Moves>,
    /// How recursive views read themselves.
    own: FxHashMap<usize, Read>,
    /// What holds where the expression being judged is reached: bounds of places, from the conditions around it.
    facts: Vec<(Hir, Range)>,
    /// Bounds the unfolding of functions; what is left is eventual.
    fuel: u32,
    /// The approximate counts of what may shrink, where somebody asks for them.
    shrinking: Option<Vec<(Hir, Leaf)>>,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(program: &'p Program) -> Judge<'p> {
        Judge {
            program,
            locals: FxHashMap::default(),
            views: FxHashMap::default(),
            applied: FxHashMap::default(),
            own: FxHashMap::default(),
            facts: Vec::new(),
            fuel: FUEL,
            shrinking: None,
        }
    }

    /// How the value of a closed expression moves.
    pub(crate) fn judge(&mut self, hir: &Hir) -> Moves {
        self.fuel = FUEL;
        self.moves(hir)
    }

    /// How a condition moves.
    pub(crate) fn condition(&mut self, hir: &Hir) -> Leaf {
        self.judge(hir).ordered(hir.place)
    }

    /// Whether a condition is true whatever the names in it stand for, as far as sizes tell, where others are given
    /// with their truth.
    pub(crate) fn surely(&mut self, condition: &Hir, given: &[(Hir, bool)]) -> bool {
        self.fuel = FUEL;
        given.iter().for_each(|(fact, truth)| self.assume(fact, *truth));
        let sure = self.moves(condition).ordered(condition.place).range.is_true();
        self.facts.clear();
        sure
    }

    /// How a variable moves.
    pub(crate) fn var(&self, index: usize) -> Moves {
        let var = &self.program.vars[index];
        of_var(index, var, var.place, false)
    }

    /// How a view moves.
    pub(crate) fn view(&mut self, index: usize) -> Moves {
        if let Some(known) = self.views.get(&index) {
            return known.clone();
        }
        let (place, program) = (self.program.views[index].place, self.program);
        let own = Source::own(index);
        let while_judged = match program.views[index].rec {
            // Where a recursive view names itself, it stands for what was found so far.
            true => Moves::Set(Leaf::source(own, Drift::Up, place), Box::new(Moves::constant())),
            false => Moves::Leaf(Leaf::unknown(place)),
        };
        self.views.insert(index, while_judged);
        // A view is judged once, whoever asks first, and knows nothing of the conditions around the asker.
        let (fuel, facts) = (self.fuel, std::mem::take(&mut self.facts));
        self.fuel = FUEL;
        let mut moves = self.moves(&program.views[index].value);
        (self.fuel, self.facts) = (fuel, facts);
        if program.views[index].rec {
            if let Some(read) = moves.members(program.views[index].value.place).read_of(own) {
                self.own.insert(index, read.clone());
            }
            moves = moves.each_leaf(&mut |leaf| leaf.without(own));
            // Functions that read the view were judged as part of it.
            self.applied.clear();
        }
        self.views.insert(index, moves.clone());
        moves
    }

    /// How a recursive view that has been judged reads itself.
    fn reads_itself(&self, index: usize) -> Option<&Read> {
        self.own.get(&index)
    }

    /// How what a name stands for moves.
    pub(crate) fn local(&self, local: LocalId) -> Moves {
        self.locals.get(&local).cloned().unwrap_or_else(|| Moves::Leaf(Leaf::unknown(Place::default())))
    }

    /// Binds the names of a pattern to something that moves so, or to parts of it.
    pub(crate) fn bind(&mut self, pattern: &HirPattern, moves: &Moves, place: Place) {
        match pattern {
            HirPattern::Bind(local) => {
                self.locals.insert(*local, moves.clone());
            }
            HirPattern::Both(local, inner) => {
                self.locals.insert(*local, moves.clone());
                self.bind(inner, moves, place);
            }
            HirPattern::Slots(slots) => {
                slots.iter().for_each(|(slot, part)| self.bind(part, &moves.part(*slot as usize, place), place));
            }
            HirPattern::Some(inner) => self.bind(inner, &moves.option(place).1, place),
            HirPattern::Variant(_, parts) => {
                let part = Moves::Leaf(moves.any(place, tones::Why::Whole));
                parts.iter().for_each(|pattern| self.bind(pattern, &part, place));
            }
            HirPattern::Wildcard | HirPattern::Const(_) => {}
        }
    }

    /// Binds a pattern to an element of a collection that moves so. Elements of a set are values: they come or go, they
    /// do not change. The entry of a map changes with its value.
    pub(crate) fn bind_element(&mut self, pattern: &HirPattern, source: &Moves, place: Place) {
        let (_, element) = source.elements(place);
        self.bind(pattern, &element, place);
    }
}
