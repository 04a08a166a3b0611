//! The places that need a result that stays, one per case.
//!
//! ```text
//! when C { … }    for x in S when C { … }    once when C { … }    seal kept at server when C
//! let held: set<int> stable = S              bind kept <- S       (or a number into a max or min, a truth into a flag)
//! ```
//!
//! Neighbours: `case` puts the program together, `verdict` asks about the place.

use super::border::Border;
use super::reads::Way;
use crate::oracle::exp::Exp;
use crate::oracle::ty::Ty;

/// What needs the result.
#[derive(Clone, Debug)]
pub(super) enum Place {
    When,
    Once,
    Seal,
    Stable,
    /// Into a variable of this type.
    Bind(String),
}

/// A place with what stands there.
pub(super) struct Reaction {
    pub(super) place: Place,
    /// The name and source of a `for`.
    pub(super) binding: Option<(String, Exp)>,
    pub(super) condition: Exp,
}

impl Border {
    /// A place, and a condition or value for it.
    pub(super) fn reaction(&mut self) -> Reaction {
        let bare = |place, condition| Reaction { place, binding: None, condition };
        match self.g.rng.weighted(&[62, 8, 6, 12, 12]) {
            0 => self.when(Place::When),
            1 => {
                self.g.used.insert("once");
                self.when(Place::Once)
            }
            2 => {
                self.g.used.insert("seal");
                let condition = self.condition();
                bare(Place::Seal, condition)
            }
            3 => {
                self.g.used.insert("stable");
                let way = if self.g.rng.chance(70) { Way::Up } else { Way::Down };
                let value = self.value(way);
                bare(Place::Stable, value)
            }
            _ => {
                self.g.used.insert("bind");
                let falls = self.g.rng.chance(30);
                let value = self.value(if falls { Way::Down } else { Way::Up });
                let of = match &value.ty {
                    Ty::Set(of) => format!("gset<{}>", of.text()),
                    Ty::Bool => "flag".to_string(),
                    _ if falls => "min<int>".to_string(),
                    _ => "max<int>".to_string(),
                };
                bare(Place::Bind(of), value)
            }
        }
    }

    fn when(&mut self, place: Place) -> Reaction {
        let source = if self.g.rng.chance(25) { Some(self.set(Way::Up, 1, None)) } else { None };
        match source {
            Some(source) if source.ty.element().is_some() => {
                self.g.used.insert("for");
                let name = self.g.fresh();
                let of = source.ty.element().unwrap_or(Ty::Int);
                let depth = 1 + self.g.rng.below(2);
                let condition = self.bind(&[(&name, &of)], |this| this.truth(Way::Up, depth));
                Reaction { place, binding: Some((name, source)), condition }
            }
            _ => Reaction { place, binding: None, condition: self.condition() },
        }
    }

    fn condition(&mut self) -> Exp {
        let depth = 1 + self.g.rng.weighted(&[35, 45, 20]);
        self.truth(Way::Up, depth)
    }

    /// A value that moves.
    fn value(&mut self, way: Way) -> Exp {
        let ty = match self.g.rng.below(8) {
            0 => Ty::Bool,
            1..=3 => Ty::set(Ty::Int),
            4 | 5 => Ty::opt(Ty::Int),
            _ => Ty::Int,
        };
        let depth = 1 + self.g.rng.below(2);
        self.part(&ty, way, depth)
    }
}

impl Place {
    /// The declaration, of this condition or value.
    pub(super) fn text(&self, binding: Option<&(String, Exp)>, condition: &Exp) -> String {
        let what = condition.bare();
        let once = if matches!(self, Place::Once) { "once " } else { "" };
        match (self, binding) {
            (Place::When | Place::Once, Some((name, source))) => {
                format!("{once}for {name} in {} when {what} {{ emit fired {{ }} }}", source.bare())
            }
            (Place::When | Place::Once, None) => format!("{once}when {what} {{ emit fired {{ }} }}"),
            (Place::Seal, _) => {
                format!("role server, client\nvar kept: gset<int>\nseal kept at server when {what}")
            }
            (Place::Stable, _) => format!("let held: {} stable = {what}", condition.ty.text()),
            (Place::Bind(of), _) => format!("var kept: {of}\nbind kept <- {what}"),
        }
    }
}
