//! Comparisons and patterns: where one value splits the paths by what it is beside another.
//!
//! ```text
//! (acc, 1) < (x, 2)      acc < x or acc == x, for 1 < 2
//! some(b) of best        best is set, and b is what is in it; or it is not
//! ```
//!
//! The order is that of values at run time: numbers, then tuples from the left, unset below set, variants as declared.
//! Neighbours: the parent module calls this for conditions and `match`.

use std::cmp::Ordering;

use lasp_plan::BinaryOp;

use super::{Env, Path, Paths, Sym, TooMuch, Ways, gap};
use crate::hir::{Hir, HirArm, HirPattern, LocalId};
use crate::ty::Ty;

impl Paths<'_> {
    /// A comparison in which either side may be unset, and then false.
    pub(super) fn bound(
        &mut self,
        op: BinaryOp,
        sides: [&Hir; 2],
        env: &Env,
        path: &Path,
        ways: &mut Vec<(Path, bool)>,
    ) -> Result<(), TooMuch> {
        for (path, parts) in self.exprs(&sides, env, path)? {
            for (path, left) in self.opened(&parts[0], &path)? {
                for (path, right) in self.opened(&parts[1], &path)? {
                    let content = |sym: &Sym| match sym {
                        Sym::None => None,
                        Sym::Some(inner) => Some((**inner).clone()),
                        bare => Some(bare.clone()),
                    };
                    match (content(&left), content(&right)) {
                        (Some(left), Some(right)) => ways.extend(self.compare(op, &left, &right, &path)?),
                        _ => ways.push((path, false)),
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn compare(&mut self, op: BinaryOp, a: &Sym, b: &Sym, path: &Path) -> Ways<bool> {
        let holds = |order: Ordering| match op {
            BinaryOp::Eq => order.is_eq(),
            BinaryOp::Ne => order.is_ne(),
            BinaryOp::Lt => order.is_lt(),
            BinaryOp::Le => order.is_le(),
            BinaryOp::Gt => order.is_gt(),
            _ => order.is_ge(),
        };
        Ok(self.order(a, b, path)?.into_iter().map(|(path, order)| (path, holds(order))).collect())
    }

    /// How two values of one type compare.
    pub(in crate::fold) fn order(&mut self, a: &Sym, b: &Sym, path: &Path) -> Ways<Ordering> {
        if a == b {
            return Ok(vec![(path.clone(), Ordering::Equal)]);
        }
        let mut ways = Vec::new();
        for (path, a) in self.opened(a, path)? {
            for (path, b) in self.opened(b, &path)? {
                match (&a, &b) {
                    (Sym::Number(a), Sym::Number(b)) => {
                        for (order, conditions) in [
                            (Ordering::Less, vec![gap(b, a, 1)]),
                            (Ordering::Equal, vec![gap(a, b, 0), gap(b, a, 0)]),
                            (Ordering::Greater, vec![gap(a, b, 1)]),
                        ] {
                            if let Some(path) = self.and(&path, conditions)? {
                                ways.push((path, order));
                            }
                        }
                    }
                    (Sym::Bool(a), Sym::Bool(b)) => ways.push((path, a.cmp(b))),
                    (Sym::None, Sym::None) => ways.push((path, Ordering::Equal)),
                    (Sym::None, Sym::Some(_)) => ways.push((path, Ordering::Less)),
                    (Sym::Some(_), Sym::None) => ways.push((path, Ordering::Greater)),
                    (Sym::Some(a), Sym::Some(b)) => ways.extend(self.order(a, b, &path)?),
                    (Sym::Slots(a), Sym::Slots(b)) => ways.extend(self.lexical(a, b, &path)?),
                    (Sym::Variant(a, x), Sym::Variant(b, y)) if a == b => ways.extend(self.lexical(x, y, &path)?),
                    (Sym::Variant(a, _), Sym::Variant(b, _)) => ways.push((path, a.cmp(b))),
                    _ => return Err(TooMuch),
                }
            }
        }
        Ok(ways)
    }

    fn lexical(&mut self, a: &[Sym], b: &[Sym], path: &Path) -> Ways<Ordering> {
        let (mut open, mut ways) = (vec![path.clone()], Vec::new());
        for (a, b) in a.iter().zip(b) {
            for path in std::mem::take(&mut open) {
                for (path, order) in self.order(a, b, &path)? {
                    match order {
                        Ordering::Equal => open.push(path),
                        order => ways.push((path, order)),
                    }
                }
            }
        }
        ways.extend(open.into_iter().map(|path| (path, Ordering::Equal)));
        Ok(ways)
    }

    pub(super) fn arms(
        &mut self,
        value: &Sym,
        arms: &[HirArm],
        env: &Env,
        path: &Path,
        ways: &mut Vec<(Path, Sym)>,
    ) -> Result<(), TooMuch> {
        let mut open = vec![path.clone()];
        for arm in arms {
            for path in std::mem::take(&mut open) {
                for (path, bound) in self.fit(&arm.pattern, value, &path)? {
                    let Some(bound) = bound else {
                        open.push(path);
                        continue;
                    };
                    let mut env = env.clone();
                    env.extend(bound);
                    let guarded = match &arm.guard {
                        Some(guard) => self.truth(guard, &env, &path)?,
                        None => vec![(path, true)],
                    };
                    for (path, taken) in guarded {
                        if taken {
                            ways.extend(self.expr(&arm.body, &env, &path)?);
                        } else {
                            open.push(path);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Where a pattern fits, and what its names stand for there; none where it does not.
    pub(super) fn fit(&mut self, pattern: &HirPattern, sym: &Sym, path: &Path) -> Ways<Option<Vec<(LocalId, Sym)>>> {
        let always = |bound| Ok(vec![(path.clone(), Some(bound))]);
        let (inner, first) = match pattern {
            HirPattern::Wildcard => return always(Vec::new()),
            HirPattern::Bind(local) => return always(vec![(*local, sym.clone())]),
            HirPattern::Const(value) => {
                let ty = if let Sym::Unknown(_, ty) = sym { ty.clone() } else { Ty::Error };
                let value = self.constant(value, &ty);
                let orders = self.order(sym, &value, path)?;
                return Ok(orders.into_iter().map(|(path, order)| (path, order.is_eq().then(Vec::new))).collect());
            }
            HirPattern::Both(local, inner) => (vec![(0, inner.as_ref())], Some((*local, sym.clone()))),
            HirPattern::Slots(slots) => (slots.iter().map(|(slot, part)| (*slot as usize, part)).collect(), None),
            HirPattern::Variant(_, parts) => (parts.iter().enumerate().collect(), None),
            HirPattern::Some(inner) => (vec![(0, inner.as_ref())], None),
        };
        let mut ways = Vec::new();
        for (path, opened) in self.opened(sym, path)? {
            let values = match (pattern, opened) {
                (HirPattern::Both(..), _) => Some(vec![sym.clone()]),
                (HirPattern::Slots(_), Sym::Slots(slots)) => Some(slots),
                (HirPattern::Variant(tag, _), Sym::Variant(found, fields)) => (*tag == found).then_some(fields),
                (HirPattern::Some(_), Sym::Some(inner)) => Some(vec![*inner]),
                (HirPattern::Some(_), Sym::None) => None,
                _ => return Err(TooMuch),
            };
            let Some(values) = values else {
                ways.push((path, None));
                continue;
            };
            let mut fitting = vec![(path, first.iter().cloned().collect::<Vec<_>>())];
            for (at, part) in &inner {
                let value = values.get(*at).ok_or(TooMuch)?;
                for (path, before) in std::mem::take(&mut fitting) {
                    for (path, bound) in self.fit(part, value, &path)? {
                        match bound {
                            Some(bound) => fitting.push((path, before.iter().cloned().chain(bound).collect())),
                            None => ways.push((path, None)),
                        }
                    }
                }
            }
            ways.extend(fitting.into_iter().map(|(path, bound)| (path, Some(bound))));
        }
        Ok(ways)
    }
}
