//! Sets that are made to move one way.
//!
//! `s0.filter(x => m1[x] >= 2)` goes up if `s0` and `m1[x]` do; `{1, 2}.minus(s0)` goes down.

use super::border::Border;
use super::reads::Way;
use crate::oracle::exp::Exp;
use crate::oracle::ty::Ty;

impl Border {
    /// A set, of elements of a certain type if one is wanted.
    pub(super) fn set(&mut self, way: Way, depth: usize, wanted: Option<&Ty>) -> Exp {
        let fits = |ty: &Ty| match (ty, wanted) {
            (Ty::Set(of), None) => !of.has_total(),
            (Ty::Set(of), Some(wanted)) => of.fits(wanted),
            _ => false,
        };
        if self.is_wild() {
            let of = wanted.cloned().unwrap_or_else(|| self.g.element_type());
            return self.g.exp(&Ty::set(of), depth.min(2));
        }
        if depth == 0 || self.g.rng.chance(35) {
            if self.g.rng.chance(94)
                && let Some(read) = self.read(way, &fits)
            {
                return read;
            }
            let of = wanted.cloned().unwrap_or(Ty::Int);
            if self.g.rng.chance(25) {
                let list = self.g.literal(&Ty::List(Box::new(of)));
                let of = list.ty.element().unwrap_or(Ty::Int);
                return Exp::new(Ty::set(of), "$.to_set()", [list]);
            }
            let literal = self.g.literal(&Ty::set(of));
            return match self.read(way.flip(), &|ty| *ty == literal.ty) {
                Some(other) => Exp::new(literal.ty.clone(), "$.minus($)", [literal, other]),
                None => literal,
            };
        }
        let below = depth - 1;
        match self.g.rng.weighted(&[24, 12, 8, 8, 8, 6, 6, 10, 5, 4]) {
            0 => {
                let source = self.set(way, below, wanted);
                let Some(of) = source.ty.element() else { return source };
                let (text, body) = self.lambda(&source, &of, |this| this.truth(way, below));
                Exp::new(source.ty.clone(), &format!("$.filter({text})"), [source, body])
            }
            1 => {
                let source = self.set(way, below, None);
                let Some(of) = source.ty.element() else { return source };
                let result = wanted.cloned().unwrap_or(Ty::Int);
                let (text, body) = self.lambda(&source, &of, |this| this.fixed(&result));
                Exp::new(Ty::set(body.ty.clone()), &format!("$.map({text})"), [source, body])
            }
            2 | 3 => {
                let a = self.set(way, below, wanted);
                let Some(of) = a.ty.element() else { return a };
                let b = self.set(way, below, Some(&of));
                let call = *self.g.rng.pick(&["union", "intersect"]);
                let Some(ty) = a.ty.common(&b.ty) else { return a };
                Exp::new(ty, &format!("$.{call}($)"), [a, b])
            }
            4 => {
                let a = self.set(way, below, wanted);
                let Some(of) = a.ty.element() else { return a };
                let b = if self.g.rng.chance(50) {
                    self.g.literal(&Ty::set(of))
                } else {
                    self.set(way.flip(), below, Some(&of))
                };
                let Some(ty) = a.ty.common(&b.ty) else { return a };
                Exp::new(ty, "$.minus($)", [a, b])
            }
            5 => {
                let source = self.set(way, below, None);
                let Some(of) = source.ty.element() else { return source };
                let result = wanted.cloned().unwrap_or(Ty::Int);
                let (text, body) = self.lambda(&source, &of, |this| this.set(way, below.min(1), Some(&result)));
                Exp::new(body.ty.clone(), &format!("$.flat_map({text})"), [source, body])
            }
            6 => {
                let source = self.set(way, below, None);
                let Some(of) = source.ty.element() else { return source };
                let result = wanted.cloned().unwrap_or(Ty::Int);
                let (text, body) = self.lambda(&source, &of, |this| this.fixed(&result));
                Exp::new(Ty::set(body.ty.clone()), &format!("$.group(by: {text}).keys()"), [source, body])
            }
            7 => self.comprehension(way, below, wanted),
            8 => self.branch(&Ty::set(wanted.cloned().unwrap_or(Ty::Int)), way, below),
            _ => self.pairs(way, below, wanted),
        }
    }

    /// `from … where … select …` over two sources.
    fn comprehension(&mut self, way: Way, below: usize, wanted: Option<&Ty>) -> Exp {
        self.g.used.insert("from");
        let (a, b) = (self.set(way, below.min(1), None), self.set(way, below.min(1), None));
        let (Some(of_a), Some(of_b)) = (a.ty.element(), b.ty.element()) else { return a };
        let (x, y) = (self.g.fresh(), self.g.fresh());
        let names = [(x.as_str(), &of_a), (y.as_str(), &of_b)];
        let filter = self.bind(&names, |this| this.truth(way, below.min(1)));
        let result = wanted.cloned().unwrap_or(Ty::Int);
        let select = self.bind(&names, |this| this.fixed(&result));
        let form = format!("(from {x} in $, {y} in $ where $ select $)");
        Exp::new(Ty::set(select.ty.clone()), &form, [a, b, filter, select])
    }

    /// Of a product or join, the first halves.
    fn pairs(&mut self, way: Way, below: usize, wanted: Option<&Ty>) -> Exp {
        let (a, b) = (self.set(way, below.min(1), wanted), self.set(way, below.min(1), None));
        let (Some(of_a), Some(of_b)) = (a.ty.element(), b.ty.element()) else { return a };
        let (x, y) = (self.g.fresh(), self.g.fresh());
        if self.g.rng.chance(40) {
            return Exp::new(a.ty.clone(), &format!("$.product($).map(({x}, {y}) => {x})"), [a, b]);
        }
        let body = self.bind(&[(&x, &of_a), (&y, &of_b)], |this| this.truth(way, below.min(1)));
        let form = format!("$.join($, on: ({x}, {y}) => $).map(({x}z, {y}z) => {x}z)");
        Exp::new(a.ty.clone(), &form, [a, b, body])
    }
}
