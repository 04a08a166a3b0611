//! Variables in the dataflow: the ports of a lattice as relations.
//!
//! ```text
//! ormap<text, { n: gcounter, tags: orset<text> }>
//!   port 0 [k]  port 1 [k, n]  port 2 [k, tag]      a map: keys of port 0, values the parts under (k)
//!                 └ part n        └ part tags        `m["a"].tags` joins port 2 and touches nothing else
//! ```
//!
//! An `ivar` that was set twice stands in its row as the set of its values; what reads the value asks for the one there
//! is, which fails for as long as there are two, and poisons what depends on it and no more.
//!
//! Invariant: ports are counted as `lasp_lattice::Kind::ports` lists them. Neighbours: `rep` says what the forms mean.

use lasp_lattice::{Kind, PortRow, Read};
use lasp_plan::{Expr, ExprKind, Func, NodeId, Op, Place, Stability, Value, VarId};

use super::Flow;
use super::direct::{constant, field, field_slot, local, position, tuple};
use super::rep::{Coll, Ctx, MapRep, Rep, ValueRep, columns};
use crate::crdt::Crdt;
use crate::hir::{Hir, HirKind};
use crate::stability::{Judge, Moves};
use crate::ty::Ty;

/// A variable being brought in.
struct Var {
    id: VarId,
    /// The next port.
    port: u32,
    /// Whether conflicts are left in.
    raw: bool,
    place: Place,
}

impl Flow<'_> {
    /// A variable; `raw` with conflicts left in.
    pub(super) fn var_rep(&mut self, index: usize, raw: bool) -> Rep {
        let program = self.program;
        let var = &program.vars[index];
        let Some(kind) = var.crdt.kind() else {
            let node = self.graph.unit();
            return Rep::Scalar(0, node);
        };
        let mut at = Var { id: VarId(position(index)), port: 0, raw, place: var.place };
        self.kind_rep(&mut at, &kind, 0, &Judge::new(self.program).var(index))
    }

    fn kind_rep(&mut self, var: &mut Var, kind: &Kind, width: u32, moves: &Moves) -> Rep {
        let place = var.place;
        match kind {
            Kind::GMap(inner) | Kind::OrMap(inner) => {
                let (keys_move, inner_moves) = moves.map(place);
                if inner.row() == PortRow::Scalar {
                    let node = self.port(var, width + 2, inner_moves.shown(), true);
                    let keys = self.graph.map(node, columns(0, width + 1, place), place);
                    self.graph.set_stability(keys, keys_move.direction(), false);
                    let node = self.agreed(var, inner, node, width + 1);
                    Rep::Map(MapRep { width, keys, value: ValueRep::Column(node) })
                } else {
                    let keys = self.port(var, width + 1, keys_move.direction(), false);
                    let value = self.kind_rep(var, inner, width + 1, &inner_moves);
                    Rep::Map(MapRep { width, keys, value: ValueRep::Rep(Box::new(value)) })
                }
            }
            Kind::Product(kinds) => {
                let part = |(at, kind): (usize, &Kind)| {
                    let moves = moves.part(at, place);
                    self.kind_rep(var, kind, width, &moves)
                };
                Rep::Parts(width, kinds.iter().enumerate().map(part).collect())
            }
            kind if kind.info().read == Read::MapCounts => {
                // One row holds the whole clock; its entries are taken out.
                let node = self.port(var, width + 1, Stability::Eventual, true);
                let entries = self.graph.unnest(node, local(width, place));
                let mut exprs = columns(0, width, place);
                exprs.extend([0, 1].map(|slot| field(local(width + 1, place), slot, place)));
                let column = self.graph.map(entries, exprs, place);
                Rep::Map(self.column_map(width, column, place))
            }
            kind if kind.row() == PortRow::Elements => {
                let node = self.port(var, width + 1, moves.shown(), false);
                Rep::Coll(Coll { width, node, cols: 1, elem: local(width, place), bag: false, of: None })
            }
            kind => {
                let node = self.port(var, width + 1, moves.shown(), true);
                Rep::Scalar(width, self.agreed(var, kind, node, width))
            }
        }
    }

    /// The next port of a variable.
    fn port(&mut self, var: &mut Var, columns: u32, moves: Stability, changing: bool) -> NodeId {
        let node = self.graph.add(Op::Source(var.id, var.port), Vec::new(), columns, var.place);
        self.graph.set_stability(node, moves, changing);
        var.port += 1;
        node
    }

    /// Rows whose last column, a value of this kind, has no conflict left in it.
    fn agreed(&mut self, var: &Var, kind: &Kind, node: NodeId, column: u32) -> NodeId {
        if var.raw || !can_conflict(kind) {
            return node;
        }
        let name = &self.program.vars[var.id.0 as usize].name;
        let mut exprs = columns(0, column, var.place);
        exprs.push(settled(kind, local(column, var.place), name));
        self.graph.map(node, exprs, var.place)
    }

    /// Whether an expression stands for a product whose parts can be had one by one.
    pub(super) fn is_parted(&self, hir: &Hir) -> bool {
        let product = |crdt: &Crdt| matches!(crdt, Crdt::Record(..) | Crdt::Tuple(..));
        matches!(self.bound_rep(hir), Some(Rep::Parts(..))) || self.stands_at(hir).is_some_and(product)
    }

    /// The relation that a name, or a place in what it stands for, has.
    fn bound_rep(&self, hir: &Hir) -> Option<&Rep> {
        match &hir.kind {
            HirKind::Local(local) => self.reps.get(local),
            HirKind::Unstable(inner, _) => self.bound_rep(inner),
            HirKind::Field(base, name) => match self.bound_rep(base)? {
                Rep::Parts(_, parts) => parts.get(self.slot_of(base, name)),
                _ => None,
            },
            HirKind::Lookup(map, _) if self.direct.absent(&map.ty).is_some() => match self.bound_rep(map)? {
                Rep::Map(MapRep { value: ValueRep::Rep(inner), .. }) => Some(inner),
                _ => None,
            },
            _ => None,
        }
    }

    /// The lattice that an expression reads, if it reads a place in a variable.
    fn stands_at(&self, hir: &Hir) -> Option<&Crdt> {
        match &hir.kind {
            HirKind::Var(var) | HirKind::Raw(var) => Some(&self.program.vars[*var].crdt),
            HirKind::View(view) if !self.program.views[*view].rec => self.stands_at(&self.program.views[*view].value),
            HirKind::Unstable(inner, _) => self.stands_at(inner),
            HirKind::Lookup(map, _) => self.stands_at(map)?.values(),
            HirKind::Field(base, name) => self.stands_at(base)?.part(name).map(|(_, part)| part),
            _ => None,
        }
    }

    fn slot_of(&self, base: &Hir, name: &str) -> usize {
        field_slot(&self.program.holes.full(&base.ty), name) as usize
    }

    /// A part of a product.
    pub(super) fn part_rep(&mut self, ctx: &mut Ctx, base: &Hir, name: &str) -> Rep {
        let slot = self.slot_of(base, name);
        match self.rep(ctx, base) {
            Rep::Parts(_, mut parts) => parts.swap_remove(slot),
            _ => unreachable!("`is_parted` says what is a product"),
        }
    }

    /// What stands under a key, for each row of the context: under a key that is not there, the bottom of its type.
    pub(super) fn looked_up(&mut self, ctx: &Ctx, inner: &Rep, keys: &[Expr], ty: &Ty, place: Place) -> Rep {
        let ty = self.program.holes.full(ty);
        match inner {
            Rep::Coll(_) | Rep::Map(_) => self.under(ctx, inner, keys, place),
            Rep::Scalar(_, node) => {
                let bottom = ty.bottom().unwrap_or(Value::None);
                let width = ctx.width;
                let mut under = ctx.clone();
                let column = self.append(&mut under, *node, keys.to_vec(), position(keys.len()), bottom, place);
                let mut exprs = columns(0, width, place);
                exprs.push(column);
                Rep::Scalar(width, self.graph.map(under.node, exprs, place))
            }
            Rep::Parts(_, parts) => {
                let types: Vec<Ty> = ty.parts().into_iter().cloned().collect();
                let part = |(part, ty)| self.looked_up(ctx, part, keys, ty, place);
                Rep::Parts(ctx.width, parts.iter().zip(&types).map(part).collect())
            }
        }
    }
}

/// Whether a value of this kind, which is a scalar, may be a conflict or hold one.
fn can_conflict(kind: &Kind) -> bool {
    matches!(kind, Kind::Ivar) || matches!(kind, Kind::Lex(..)) && kind.inner().into_iter().any(can_conflict)
}

/// The value as it is read.
fn settled(kind: &Kind, value: Expr, name: &str) -> Expr {
    let place = value.place;
    match kind {
        Kind::Ivar => {
            let name = constant(Value::text(name), place);
            Expr { kind: ExprKind::Call(Func::Agreed, vec![value, name]), place }
        }
        Kind::Lex(first, second) => {
            let half = |kind, slot| settled(kind, field(value.clone(), slot, place), name);
            tuple(vec![half(first, 0), half(second, 1)], place)
        }
        _ => value,
    }
}
