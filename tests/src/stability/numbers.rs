//! Numbers and options that are made to move one way.
//!
//! `(m0["a"] + s1.count()) * 2` goes up; `2 - n0` goes down; `s1.max(x => x)` goes up, unset below everything.

use super::border::Border;
use super::reads::Way;
use crate::oracle::exp::Exp;
use crate::oracle::ty::Ty;

impl Border {
    /// `int` or `nat`.
    pub(super) fn number(&mut self, way: Way, depth: usize) -> Exp {
        if self.is_wild() {
            return self.g.exp(&Ty::Int, depth.min(2));
        }
        let is_number = |ty: &Ty| matches!(ty, Ty::Int | Ty::Nat);
        if depth == 0 || self.g.rng.chance(25) {
            if self.g.rng.chance(60)
                && let Some(read) = self.read(way, &is_number)
            {
                return read;
            }
            // What there is can be counted, and turned round.
            // By a sketch only what grows.
            let counts = if way == Way::Up && self.g.rng.chance(15) { "approx_count" } else { "count" };
            return match self.read(way, &|ty| ty.element().is_some()) {
                Some(set) if self.g.rng.chance(90) => Exp::new(Ty::Nat, &format!("$.{counts}()"), [set]),
                _ => match self.read(way.flip(), &is_number) {
                    Some(read) => Exp::new(Ty::Int, "(2 - $)", [read]),
                    None => match self.read(way.flip(), &|ty| ty.element().is_some()) {
                        Some(set) => Exp::new(Ty::Int, "(2 - $.count())", [set]),
                        None => self.fixed(&Ty::Int),
                    },
                },
            };
        }
        let below = depth - 1;
        match self.g.rng.weighted(&[18, 14, 10, 12, 8, 10, 5, 6, 6, 4, 4, 3, 7, 12, 4]) {
            0 => {
                let set = self.set(way, below, None);
                Exp::new(Ty::Nat, "$.count()", [set])
            }
            1 => {
                let (a, b) = (self.number(way, below), self.number(way, below));
                let ty = a.ty.common(&b.ty).unwrap_or(Ty::Int);
                Exp::new(ty, "($ + $)", [a, b])
            }
            2 => {
                let (a, b) = (self.number(way, below), self.number(way.flip(), below));
                Exp::new(Ty::Int, "($ - $)", [a, b])
            }
            3 => self.scaled(way, below),
            4 => self.summed(way, below),
            5 => {
                let option = self.option(way, below);
                let default = self.fixed(&Ty::Int);
                Exp::new(Ty::Int, "$.or($)", [option, default])
            }
            6 => self.branch(&Ty::Int, way, below),
            7 => self.chosen(&Ty::Int, way, below),
            8 => match self.call(&Ty::Int, way, below) {
                Some(call) => call,
                None => self.number(way, below),
            },
            9 => self.field(&Ty::Int, way, below),
            10 => {
                let of = self.number(way.flip(), below);
                Exp::new(Ty::Int, "(-$)", [of])
            }
            11 => {
                let of = self.number(way, below);
                Exp::new(Ty::Nat, "abs($)", [of])
            }
            12 => self.folded(way, below),
            14 => {
                // Of a set that grows it goes any way.
                let set = self.set(way, below, None);
                let Some(of) = set.ty.element() else { return set };
                let (text, body) = self.lambda(&set, &of, |this| this.fixed(&Ty::Nat));
                Exp::new(Ty::Nat, &format!("$.top(2).sum({text})"), [set, body])
            }
            _ => self.grouped(way, below),
        }
    }

    /// The sizes of groups: how many different ones, or that of one.
    fn grouped(&mut self, way: Way, below: usize) -> Exp {
        let set = self.set(way, below, None);
        let Some(of) = set.ty.element() else { return set };
        let (text, key) = self.lambda(&set, &of, |this| this.fixed(&Ty::Int));
        let sizes = format!("$.group(by: {text}).each(g => g.count())");
        if self.g.rng.chance(50) {
            return Exp::new(Ty::Nat, &format!("{sizes}.values().count()"), [set, key]);
        }
        let sought = self.g.rng.between(0, 2);
        Exp::new(Ty::Nat, &format!("{sizes}.get({sought}).or(0)"), [set, key])
    }

    /// Times or by something of known sign.
    fn scaled(&mut self, way: Way, below: usize) -> Exp {
        match self.g.rng.below(6) {
            0 => {
                let (of, n) = (self.number(way.flip(), below), self.g.rng.between(-2, -1));
                Exp::new(Ty::Int, &format!("($ * ({n}))"), [of])
            }
            1 => {
                let (of, n) = (self.number(way, below), self.g.rng.between(1, 3));
                Exp::new(of.ty.clone(), &format!("($ / {n})"), [of])
            }
            2 => {
                let (of, n) = (self.number(way, below), self.g.rng.between(2, 3));
                Exp::new(of.ty.clone(), &format!("($ % {n})"), [of])
            }
            // Of two that are never negative.
            3 => {
                let (a, b) = (self.set(way, below, None), self.number(way, 0));
                Exp::new(b.ty.clone(), "($.count() * $)", [a, b])
            }
            _ => {
                let (of, n) = (self.number(way, below), self.g.rng.between(0, 3));
                Exp::new(of.ty.clone(), &format!("({n} * $)"), [of])
            }
        }
    }

    /// The sum of what is (mostly) not negative.
    fn summed(&mut self, way: Way, below: usize) -> Exp {
        let set = self.set(way, below, None);
        let Some(of) = set.ty.element() else { return set };
        let (text, body) = self.lambda(&set, &of, |this| match this.g.rng.below(4) {
            0 => this.fixed(&Ty::Int),
            1 => this.fixed(&Ty::Nat),
            2 => {
                let of = this.fixed(&Ty::Int);
                Exp::new(Ty::Nat, "abs($)", [of])
            }
            _ => this.read(way, &|ty| *ty == Ty::Nat).unwrap_or_else(|| this.fixed(&Ty::Nat)),
        });
        Exp::new(body.ty.clone(), &format!("$.sum({text})"), [set, body])
    }

    /// `option<int>`.
    pub(super) fn option(&mut self, way: Way, depth: usize) -> Exp {
        let is_option = |ty: &Ty| matches!(ty, Ty::Opt(of) if matches!(**of, Ty::Int | Ty::Nat));
        if self.g.rng.chance(45)
            && let Some(read) = self.read(way, &is_option)
        {
            return read;
        }
        let below = depth.saturating_sub(1);
        match self.g.rng.below(8) {
            0 => {
                let of = self.number(way, below);
                Exp::new(Ty::opt(of.ty.clone()), "some($)", [of])
            }
            2 if depth > 0 => self.folded_option(way, below),
            1 if depth > 0 => {
                let (condition, of) = (self.truth(way, below), self.number(way, below));
                Exp::new(Ty::opt(of.ty.clone()), "(if $ then some($) else none)", [condition, of])
            }
            _ => {
                let greatest = if way == Way::Any { self.g.rng.chance(50) } else { way == Way::Up };
                let source = if self.g.rng.chance(85) { Way::Up } else { Way::Any };
                let set = self.set(source, below, None);
                let Some(of) = set.ty.element() else { return set };
                let (text, body) = self.lambda(&set, &of, |this| {
                    if this.g.rng.chance(70) { this.fixed(&Ty::Int) } else { this.number(way, 0) }
                });
                let call = if greatest { "max" } else { "min" };
                Exp::new(Ty::opt(body.ty.clone()), &format!("$.{call}({text})"), [set, body])
            }
        }
    }
}
