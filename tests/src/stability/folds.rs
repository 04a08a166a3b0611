//! Folds and recursive views that are made to move one way.
//!
//! `s0.fold(0, (a, x) => a + abs(x))` goes up if `s0` does; `let rec v0 = s0.union(v0.map(n => n + 1).filter(n => n <
//! 4))` too. Neighbours: `numbers` and `border` call the folds, `case` the views.

use super::border::Border;
use super::reads::Way;
use crate::oracle::exp::Exp;
use crate::oracle::ty::Ty;

impl Border {
    /// The sum, count, greatest or least of something, folded with a function.
    pub(super) fn folded(&mut self, way: Way, below: usize) -> Exp {
        let least = self.g.rng.chance(25);
        let set = self.set(if least { way.flip() } else { way }, below, None);
        let Some(of) = set.ty.element() else { return set };
        let (acc, e) = (self.g.fresh(), self.g.fresh());
        let (pattern, body) = self.lambda(&set, &of, |this| this.fixed(&Ty::Int));
        let pattern = pattern.trim_end_matches(" => $").to_string();
        let (start, step) = match (least, self.g.rng.below(4)) {
            (true, _) => ("9", format!("if {e} < {acc} then {e} else {acc}")),
            (_, 0) => ("0", format!("{acc} + abs({e})")),
            (_, 1) => ("0", format!("if {e} % 2 == 0 then {acc} + 1 else {acc}")),
            (_, 2) => ("(-9)", format!("if {acc} > {e} then {acc} else {e}")),
            _ => ("0", format!("{acc} + {e}")),
        };
        self.g.used.insert("fold with a function");
        let form = format!("$.fold({start}, ({acc}, {pattern}) => match $ {{ {e} => {step} }})");
        Exp::new(Ty::Int, &form, [set, body])
    }

    /// The greatest or least, folded into a lattice.
    pub(super) fn folded_option(&mut self, way: Way, below: usize) -> Exp {
        let set = self.set(Way::Up, below, None);
        let Some(of) = set.ty.element() else { return set };
        let (text, body) = self.lambda(&set, &of, |this| this.fixed(&Ty::Int));
        let lattice = if way == Way::Down { "min" } else { "max" };
        self.g.used.insert("fold into a lattice");
        Exp::new(Ty::opt(Ty::Int), &format!("$.fold(into: {lattice}<int>, {text})"), [set, body])
    }

    /// Whether some are, or all are, folded one way or the other.
    pub(super) fn folded_truth(&mut self, way: Way, below: usize) -> Exp {
        let some = self.g.rng.chance(65);
        let set = self.set(if some { way } else { way.flip() }, below, None);
        let Some(of) = set.ty.element() else { return set };
        let into = some && self.g.rng.chance(50);
        let (text, body) = self.lambda(&set, &of, |this| this.truth(way, below));
        if into {
            self.g.used.insert("fold into a lattice");
            return Exp::new(Ty::Bool, &format!("$.fold(into: flag, {text})"), [set, body]);
        }
        self.g.used.insert("fold with a function");
        let pattern = text.trim_end_matches(" => $").to_string();
        let (acc, start, word) = (self.g.fresh(), !some, if some { "or" } else { "and" });
        Exp::new(Ty::Bool, &format!("$.fold({start}, ({acc}, {pattern}) => {acc} {word} $)"), [set, body])
    }

    /// The body of a recursive view of this name, a set of ints.
    pub(super) fn fixed_point(&mut self, name: &str, way: Way) -> Exp {
        self.g.used.insert("let rec");
        let ty = Ty::set(Ty::Int);
        let start = self.set(way, 1, Some(&Ty::Int));
        let n = self.g.fresh();
        match self.g.rng.below(4) {
            0 => {
                let step = *self.g.rng.pick(&["+ 1", "* 2", "- 1"]);
                let form = format!("$.union({name}.map({n} => {n} {step}).filter({n} => {n} > -4 and {n} < 5))");
                Exp::new(ty, &form, [start])
            }
            1 => {
                let more = self.set(way, 1, Some(&Ty::Int));
                let form = format!("$.union($.filter({n} => {name}.contains({n} - 1)))");
                Exp::new(ty, &form, [start, more])
            }
            2 => {
                let (from, to) = (self.set(way, 0, Some(&Ty::Int)), self.set(way, 0, Some(&Ty::Int)));
                let form = format!(
                    "$.union((from {n} in {name}, ({n}a, {n}b) in $.product($) where {n} == {n}a select {n}b + 1)\
                     .filter({n} => {n} < 4))"
                );
                Exp::new(ty, &form, [start, from, to])
            }
            _ => {
                let more = self.set(way, 1, Some(&Ty::Int));
                let kept = self.bind(&[(&n, &Ty::Int)], |this| this.truth(way, 1));
                let form = format!("$.union($.filter({n} => {name}.count() >= 1 and $))");
                Exp::new(ty, &form, [start, more, kept])
            }
        }
    }
}
