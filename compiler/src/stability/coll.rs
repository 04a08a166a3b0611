//! The combinators: how what comes out moves with which elements there are and with what a function makes of each.
//!
//! ```text
//! s.any(p)       members +, p +                 s.filter(p)     members: of s +, p +; elements as in s
//! s.all(p)       members -, p +                 s.map(f)        members +; elements as f gives them
//! s.sum(f)       f ≥ 0: members +, f +          m.values()      members: keys of m; elements change in place
//!                f ≤ 0: members -, f +          s.count()       members +; if elements change in place: ?
//! s.max(f)       set: members +; content: members +, f +
//! s.min(f)       set: members +; content: members -, f +
//! ```
//!
//! The elements of a set are values: they come and go and do not change. Where they do change in place (the values of a
//! map, a literal of counters), two may become one: what counts them may fall, what asks whether some are so may not.
//!
//! Neighbours: the table of operators says the same in words, and is tested against it.

use lasp_plan::CollOp;

use super::Judge;
use super::moves::{Moves, range_of};
use super::range::Range;
use super::sources::has_elements;
use super::tones::{Leaf, Why};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
use crate::ty::Ty;

/// A population of which several may become one: not empty if it was not, and no larger.
fn merging(members: Leaf) -> Leaf {
    let Range { lo, hi } = members.range;
    members.of_size(Range { lo: lo.min(1.0), hi })
}

impl Judge<'_> {
    pub(super) fn coll(
        &mut self,
        hir: &Hir,
        op: CollOp,
        source: &Hir,
        args: &[Hir],
        lambda: Option<&HirLambda>,
    ) -> Moves {
        let place = hir.place;
        let moves = self.moves(source);
        if op == CollOp::Fold {
            return self.folded(hir, source, &moves, lambda);
        }
        let (members, element) = moves.elements(place);
        let element = self.typed(element, source);
        let others: Vec<Moves> = args.iter().map(|arg| self.moves(arg)).collect();
        let facts = self.facts.len();
        let body = match (op, lambda) {
            (_, None) => element.clone(),
            (CollOp::Each, Some(lambda)) => {
                let value = if let Moves::Map(_, _, value) = &moves { (**value).clone() } else { Moves::constant() };
                self.bind(&lambda.pattern, &value, source.place);
                self.moves(&lambda.body)
            }
            (CollOp::Join, Some(lambda)) => {
                let other = others.first().map_or_else(Moves::constant, |other| other.elements(place).1);
                self.bind(&lambda.pattern, &Moves::Parts(vec![element.clone(), other]), source.place);
                self.moves(&lambda.body)
            }
            (_, Some(lambda)) => {
                self.bind(&lambda.pattern, &element, source.place);
                self.moves(&lambda.body)
            }
        };
        self.facts.truncate(facts);
        let is_bag = matches!(self.program.holes.head(&source.ty), Ty::List(_) | Ty::Map(..));
        match op {
            CollOp::Map => Moves::Set(merging(members), Box::new(body)),
            CollOp::FlatMap => {
                let (inner, element) = body.elements(place);
                Moves::Set(members.with(&inner), Box::new(element))
            }
            CollOp::Filter => {
                let passed = members.with(&body.ordered(place));
                let element = match lambda {
                    Some(lambda) => self.passing(lambda, element),
                    None => element,
                };
                match moves {
                    Moves::Map(_, key, value) => Moves::Map(passed, key, value),
                    _ => Moves::Set(passed, Box::new(element)),
                }
            }
            CollOp::Union => {
                let mut all = (members, element);
                for other in &others {
                    let (more, inner) = other.elements(place);
                    all = (all.0.with(&more), all.1.either(&inner, place));
                }
                Moves::Set(all.0, Box::new(all.1))
            }
            CollOp::Intersect => {
                let own = moves.members(place);
                let met = others.iter().fold(own, |all, other| all.with(&other.members(place)));
                Moves::Set(met, Box::new(element))
            }
            CollOp::Minus => {
                let own = moves.members(place);
                let left =
                    others.iter().fold(own, |all, other| all.with(&other.members(place).flip(place, Why::TakenAway)));
                Moves::Set(left, Box::new(element))
            }
            CollOp::Product | CollOp::Join => {
                let mut pairs = members;
                let mut parts = vec![element];
                for other in &others {
                    let (more, inner) = other.elements(place);
                    pairs = pairs.with(&more);
                    parts.push(inner);
                }
                if op == CollOp::Join {
                    pairs = pairs.with(&body.ordered(place));
                }
                Moves::Set(pairs, Box::new(Moves::Parts(parts)))
            }
            CollOp::Group => match body.is_const() {
                true => {
                    let all = merging(members);
                    let group = Moves::Set(all.clone(), Box::new(element));
                    Moves::Map(all, Box::new(Moves::constant()), Box::new(group))
                }
                false => {
                    // More elements only add to groups: what turns is what decides about the key.
                    let all = members.with(&body.whole().any(place, Why::Group));
                    let group = Moves::Set(all.clone(), Box::new(element));
                    Moves::Map(all, Box::new(Moves::constant()), Box::new(group))
                }
            },
            CollOp::Each => match moves {
                Moves::Map(keys, key, _) => Moves::Map(keys, key, Box::new(body)),
                Moves::Leaf(leaf) if leaf.is_const() => Moves::Map(leaf, Box::new(Moves::constant()), Box::new(body)),
                other => Moves::Leaf(other.any(place, Why::Whole)),
            },
            CollOp::Count => {
                let counted = if is_bag { members } else { moves.members(place) };
                let range = counted.range;
                Moves::Leaf(counted.within(range))
            }
            CollOp::ApproxCount => {
                // As many as there are, but for the error of the sketch: no bound of theirs is one of its own.
                let counted = moves.members(place).within(Range::NAT);
                self.sketched(hir, &counted);
                Moves::Leaf(counted)
            }
            CollOp::Top => {
                let most = args.first().map_or(Range::NAT, |most| match &most.kind {
                    HirKind::Const(most) => Range::of_value(most),
                    _ => Range::NAT,
                });
                let Range { lo, hi } = members.range;
                let chosen = members.with(&element.whole()).with(&body.whole()).any(place, Why::Greater);
                // A set of elements that change in place may have fewer than there were before.
                let lo = if is_bag || element.is_const() { lo.max(0.0).min(most.lo) } else { 0.0 };
                Moves::Set(chosen.of_size(Range { lo, hi: hi.min(most.hi) }), Box::new(element))
            }
            CollOp::IsEmpty => {
                let range = match (members.range.lo > 0.0, members.range.hi <= 0.0) {
                    (true, _) => Range::FALSE,
                    (_, true) => Range::TRUE,
                    _ => Range::BOOL,
                };
                Moves::Leaf(members.flip(place, Why::Empty).within(range))
            }
            CollOp::Sum => Moves::Leaf(self.sum(hir, &members, &body, is_bag || element.is_const())),
            CollOp::Avg => {
                let set = members.clone().within(Range::BOOL);
                let mean = body.ordered(place);
                // Of a fixed population the mean moves as each does; a new element may be below or above it.
                let steady = members.is_const() && (is_bag || element.is_const()) && self.is_orderly(source, &mean);
                let range = mean.range;
                let content = if steady { mean } else { members.with(&mean).any(place, Why::Average) };
                // Wherever a mean goes, it stays between the least and the greatest.
                Moves::Opt(set, Box::new(Moves::Leaf(content.within(range))))
            }
            CollOp::Max | CollOp::Min => {
                let ty = self.program.holes.full(&hir.ty);
                let set = members.clone().within(Range::BOOL);
                let best = body.ordered(place);
                let range = best.range;
                // Of a drawn lattice the greatest is the last declared; a greatest set need not hold the others.
                let content = if ty.drawn().is_some() || has_elements(&ty) {
                    members.with(&best).any(place, Why::Whole)
                } else if op == CollOp::Max {
                    members.with(&best)
                } else {
                    members.flip(place, Why::Least).with(&best)
                };
                Moves::Opt(set, Box::new(Moves::Leaf(content.within(range))))
            }
            CollOp::Any => {
                let so = body.ordered(place);
                let hi = if members.range.hi <= 0.0 { 0.0 } else { so.range.hi.min(1.0) };
                let lo = if members.range.lo > 0.0 { so.range.lo.max(0.0) } else { 0.0 };
                Moves::Leaf(members.with(&so).within(Range { lo, hi }))
            }
            CollOp::All => {
                let so = body.ordered(place);
                let lo = if members.range.hi <= 0.0 { 1.0 } else { so.range.lo.max(0.0) };
                let hi = if members.range.lo > 0.0 { so.range.hi.min(1.0) } else { 1.0 };
                Moves::Leaf(members.flip(place, Why::All).with(&so).within(Range { lo, hi }))
            }
            CollOp::Contains => {
                let asked = others.iter().fold(Leaf::default(), |all, other| all.with(&other.whole()));
                let own = moves.members(place);
                Moves::Leaf(match asked.is_const() {
                    true => own.within(Range::BOOL),
                    // More elements never make it false: only what is asked for turns.
                    false => own.with(&asked.any(place, Why::Equal)).within(Range::BOOL),
                })
            }
            CollOp::Keys => match moves {
                Moves::Map(keys, key, _) => Moves::Set(keys, key),
                _ => Moves::Set(members, Box::new(Moves::constant())),
            },
            CollOp::Values => match moves {
                Moves::Map(keys, _, value) => Moves::Set(merging(keys), value),
                _ => Moves::Set(merging(members), Box::new(Moves::constant())),
            },
            CollOp::ToSet | CollOp::Fold => Moves::Set(merging(members), Box::new(element)),
        }
    }

    fn sum(&self, hir: &Hir, members: &Leaf, body: &Moves, each_counted: bool) -> Leaf {
        let place = hir.place;
        let term = body.ordered(place);
        let Range { lo, hi } = term.range;
        let orderly = self.is_orderly(hir, &term);
        if !orderly || !each_counted {
            let why = if orderly { Why::Entries } else { Why::Signs };
            return members.with(&term).any(place, why);
        }
        if lo >= 0.0 {
            members.with(&term).within(Range::NAT)
        } else if hi <= 0.0 {
            members.flip(place, Why::Signs).with(&term).within(Range::NAT.neg())
        } else {
            members.any(place, Why::Signs).with(&term)
        }
    }

    /// Whether sums of it keep the order: whole numbers do; floats unless one may be infinite or NaN.
    fn is_orderly(&self, hir: &Hir, leaf: &Leaf) -> bool {
        let mut ty = self.program.holes.head(&hir.ty);
        while let Ty::Set(inner) | Ty::List(inner) | Ty::Option(inner) = ty {
            ty = self.program.holes.head(&inner);
        }
        ty != Ty::Float || leaf.range.is_finite()
    }

    /// An element with what its type tells of its size.
    fn typed(&self, element: Moves, source: &Hir) -> Moves {
        let (Ty::Set(ty) | Ty::List(ty)) = self.program.holes.head(&source.ty) else { return element };
        match element {
            Moves::Leaf(leaf) => {
                let range = leaf.range.meet(range_of(&self.program.holes.head(&ty)));
                Moves::Leaf(leaf.within(range))
            }
            other => other,
        }
    }

    /// An element that has passed a condition: what the condition tells of it goes on holding.
    fn passing(&mut self, lambda: &HirLambda, element: Moves) -> Moves {
        let before = self.facts.len();
        self.assume(&lambda.body, true);
        let facts = self.facts.split_off(before);
        let narrowed = |local, moves: Moves| match moves {
            Moves::Leaf(leaf) => {
                let holds = facts.iter().filter(|(what, _)| matches!(what.kind, HirKind::Local(l) if l == local));
                let range = holds.fold(leaf.range, |range, (_, fact)| range.meet(*fact));
                Moves::Leaf(leaf.within(range))
            }
            other => other,
        };
        match (&lambda.pattern, element) {
            (HirPattern::Bind(local), element) => narrowed(*local, element),
            (HirPattern::Slots(slots), Moves::Parts(mut parts)) => {
                for (slot, pattern) in slots {
                    if let (HirPattern::Bind(local), Some(part)) = (pattern, parts.get_mut(*slot as usize)) {
                        *part = narrowed(*local, part.clone());
                    }
                }
                Moves::Parts(parts)
            }
            (_, element) => element,
        }
    }
}
