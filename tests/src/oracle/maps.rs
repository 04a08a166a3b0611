//! Forms that give maps, and what is read out of them.

use super::exp::Exp;
use super::generator::Gen;
use super::ty::Ty;

impl Gen {
    /// A map. A total one is a variable, or there is none.
    pub(crate) fn map(&mut self, key: &Ty, value: &Ty, total: bool, depth: usize) -> Exp {
        let below = depth - 1;
        if total {
            let wanted = Ty::map(key.clone(), value.clone(), true);
            return match self.in_scope(&wanted) {
                Some(exp) => exp,
                // The one way to a total map that is not in scope: a map of maps. Nobody asks for it then.
                None => unreachable!("total maps are only asked for when they are in scope"),
            };
        }
        match (value, self.rng.below(5)) {
            (Ty::Set(of), 0..=2) => self.grouped(key, of, below),
            (_, 0..=2) => self.each(key, value, below),
            (_, 3) => self.filtered(&Ty::map(key.clone(), value.clone(), false), below),
            _ => {
                let entries: Vec<Exp> =
                    (0..=self.rng.below(2)).flat_map(|_| [self.exp(key, below), self.exp(value, below)]).collect();
                let ty = |from: usize| {
                    entries
                        .iter()
                        .skip(from)
                        .step_by(2)
                        .map(|part| part.ty.clone())
                        .reduce(|a, b| a.common(&b).unwrap_or(a))
                };
                let ty = Ty::map(ty(0).unwrap_or(key.clone()), ty(1).unwrap_or(value.clone()), false);
                let marks = vec!["$: $"; entries.len() / 2].join(", ");
                Exp::new(ty, &format!("[{marks}]"), entries).sized(2)
            }
        }
    }

    fn grouped(&mut self, key: &Ty, of: &Ty, below: usize) -> Exp {
        let source = self.exp(&Ty::set(of.clone()), below);
        let element = source.ty.element().unwrap_or(of.clone());
        let (text, body) = self.lambda(&source, &element, |this| this.exp(key, below));
        let (ty, size) = (Ty::map(body.ty.clone(), Ty::set(element), false), source.size);
        Exp::new(ty, &format!("$.group(by: {text})"), [source, body]).repeated(size).sized(size)
    }

    fn each(&mut self, key: &Ty, value: &Ty, below: usize) -> Exp {
        let known = |ty: &Ty| match ty {
            Ty::Map(key, ..) => Some((**key).clone()),
            _ => None,
        };
        let source = match self.map_in_scope(known, key) {
            Some(source) if self.rng.chance(60) => source,
            _ => {
                let of = self.scalar_type();
                self.grouped(key, &of, below)
            }
        };
        let Ty::Map(found, of, _) = source.ty.clone() else { return source };
        let (text, body) = self.lambda(&source, &of, |this| this.exp(value, below));
        let (ty, size) = (Ty::map(*found, body.ty.clone(), false), source.size);
        Exp::new(ty, &format!("$.each({text})"), [source, body]).repeated(size).sized(size)
    }

    /// A map that is in scope and of which `part` fits `wanted`.
    pub(crate) fn map_in_scope(&mut self, part: impl Fn(&Ty) -> Option<Ty>, wanted: &Ty) -> Option<Exp> {
        let known = self.globals.iter().map(|global| &global.ty).chain(self.locals.iter().map(|(_, ty, _)| ty));
        let fitting: Vec<Ty> = known.filter(|ty| part(ty).is_some_and(|part| part.fits(wanted))).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let ty = self.rng.pick(&fitting).clone();
        for _ in 0..8 {
            if let Some(found) = self.in_scope(&ty) {
                return Some(found);
            }
        }
        let global = self.globals.iter().find(|global| global.ty == ty)?;
        let found = Exp::leaf(ty, &*global.name).sized(global.size).costing(global.cost);
        if !self.locals.is_empty() {
            self.used.insert("captured collection");
        }
        Some(found)
    }

    /// `m[k]` of a total map whose values fit, else an option opened or a literal.
    pub(crate) fn looked_up(&mut self, wanted: &Ty, below: usize) -> Exp {
        let total = |ty: &Ty| match ty {
            Ty::Map(_, value, true) => Some((**value).clone()),
            _ => None,
        };
        match self.map_in_scope(total, wanted) {
            Some(map) => self.entry(map, "$[$]", below, |value| value),
            // A map of maps may hold what is wanted one deeper.
            None => {
                let deeper = |ty: &Ty| total(&total(ty)?);
                match self.map_in_scope(deeper, wanted) {
                    Some(map) => {
                        let inner = self.entry(map, "$[$]", below, |value| value);
                        self.entry(inner, "$[$]", below, |value| value)
                    }
                    None => self.part_looked_up(wanted, below),
                }
            }
        }
    }

    /// `m[k].a`: a part of what a total map holds.
    fn part_looked_up(&mut self, wanted: &Ty, below: usize) -> Exp {
        let part = |ty: &Ty| match ty {
            Ty::Map(_, value, true) => match &**value {
                Ty::Record(fields) => fields.iter().find(|(_, ty)| ty.fits(wanted)).cloned(),
                Ty::Tuple(types) => {
                    let at = types.iter().position(|ty| ty.fits(wanted))?;
                    Some((at.to_string(), types[at].clone()))
                }
                _ => None,
            },
            _ => None,
        };
        let Some(map) = self.map_in_scope(|ty| part(ty).map(|(_, ty)| ty), wanted) else {
            return match wanted {
                // Elements are seldom in options.
                Ty::Status => self.literal(wanted),
                _ => self.opened(wanted, below),
            };
        };
        let Some((name, _)) = part(&map.ty) else { return map };
        self.used.insert("part of a looked-up product");
        let of = |ty: Ty| match ty {
            Ty::Record(fields) => fields.into_iter().find(|(field, _)| *field == name).map_or(Ty::Int, |(_, ty)| ty),
            Ty::Tuple(mut types) => types.swap_remove(name.parse().unwrap_or(0)),
            other => other,
        };
        self.entry(map, &format!("$[$].{name}"), below, of)
    }

    /// `m.get(k)`, or `m[k]` of a partial map: an option.
    pub(crate) fn got(&mut self, of: &Ty, below: usize) -> Exp {
        let any = |ty: &Ty| match ty {
            Ty::Map(_, value, _) => Some((**value).clone()),
            _ => None,
        };
        match self.map_in_scope(any, of) {
            Some(map) => {
                let total = matches!(map.ty, Ty::Map(_, _, true));
                let form = if total || self.rng.chance(50) { "$.get($)" } else { "$[$]" };
                self.entry(map, form, below, Ty::opt)
            }
            // Registers in maps are options already.
            None => {
                let wanted = Ty::opt(of.clone());
                let total = |ty: &Ty| matches!(ty, Ty::Map(_, value, true) if value.fits(&wanted));
                let known = self.globals.iter().any(|global| total(&global.ty));
                if known && below > 0 {
                    return self.looked_up(&wanted, below);
                }
                let inner = self.exp(of, below.saturating_sub(1));
                Exp::new(Ty::opt(inner.ty.clone()), "some($)", [inner])
            }
        }
    }

    fn entry(&mut self, map: Exp, template: &str, below: usize, result: impl Fn(Ty) -> Ty) -> Exp {
        let Ty::Map(key, value, total) = map.ty.clone() else { return map };
        if !self.locals.is_empty() {
            self.used.insert(if total { "captured lookup, total" } else { "captured lookup, partial" });
        }
        let key = self.exp(&key, below);
        Exp::new(result(*value), template, [map, key]).sized(12)
    }
}
