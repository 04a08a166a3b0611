//! How far the numbers in a value may lie, told from the expression that gives it: what an expression without failures
//! is told by.
//!
//! ```text
//! views[c.ad] * 2 + 1      views[c.ad]   as a variable tells, or 0     within ±2⁶¹, if all that is told is
//!                          … * 2                                       within ±2⁶²
//!                          … + 1                                       within int: it has a value for every row
//! 10 / n                   n may be 0: it may fail
//! ```
//!
//! What a variable tells is taken to lie within ±`most`, and where that was needed is noted ([`Search::reads`]):
//! whoever relies on the answer has to watch it. Arithmetic on floats never fails, and a float is in no range.
//!
//! Invariants: every number anywhere in the value lies within its extent, whatever the row, as long as what is told
//! keeps to `most`. What is not known is `Unknown`, and arithmetic on it may fail.
//!
//! Neighbours: `total` (the operators), `bounds` (watches what is told).

use lasp_plan::{BinaryOp, Expr, ExprKind, Pattern, UnaryOp, Value, VarId};

/// A program may name the same parts again and again; what would be larger than this is not known.
const SIZE_MAX: usize = 256;

/// Where a number comes from: a variable's port, a column of its rows, and slots from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) var: VarId,
    pub(super) port: u32,
    /// The column, then the slots.
    pub(super) path: Vec<u32>,
}

/// Where the numbers of a value lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extent {
    /// From the one to the other, wherever in the value.
    Within(i128, i128),
    /// As a variable tells.
    Told(Read),
    /// Of a tuple or record, slot by slot.
    Slots(Vec<Extent>),
    /// As in one of these.
    Either(Vec<Extent>),
    Unknown,
}

/// What is taken for granted, and where it was.
#[derive(Debug)]
pub(super) struct Search {
    /// What variables tell lies between the negative of this and this.
    pub(super) most: i64,
    pub(super) reads: Vec<Read>,
}

impl Extent {
    /// Of a value without numbers.
    pub(super) const NOTHING: Extent = Extent::Within(0, 0);

    /// Of a constant.
    pub(super) fn of(value: &Value) -> Extent {
        if let Value::Tuple(slots) = value {
            return Extent::slots(slots.iter().map(Extent::of).collect());
        }
        let mut range = None::<(i64, i64)>;
        each_number(value, &mut |n| {
            let (least, most) = range.unwrap_or((n, n));
            range = Some((least.min(n), most.max(n)));
        });
        range.map_or(Extent::NOTHING, |(least, most)| Extent::Within(least.into(), most.into()))
    }

    /// Of the one or the other.
    pub(super) fn or(self, other: Extent) -> Extent {
        if self == other {
            return self;
        }
        let all = |extent| if let Extent::Either(all) = extent { all } else { vec![extent] };
        let (mut either, others) = (all(self), all(other));
        for other in others {
            if !either.contains(&other) {
                either.push(other);
            }
        }
        Extent::Either(either).bounded()
    }

    fn slots(slots: Vec<Extent>) -> Extent {
        Extent::Slots(slots).bounded()
    }

    fn bounded(self) -> Extent {
        if self.size() > SIZE_MAX { Extent::Unknown } else { self }
    }

    fn size(&self) -> usize {
        match self {
            Extent::Slots(parts) | Extent::Either(parts) => 1 + parts.iter().map(Extent::size).sum::<usize>(),
            _ => 1,
        }
    }

    fn field(self, slot: u32) -> Extent {
        match self {
            Extent::Told(mut read) => {
                read.path.push(slot);
                Extent::Told(read)
            }
            Extent::Slots(mut slots) if (slot as usize) < slots.len() => slots.swap_remove(slot as usize),
            Extent::Either(parts) => {
                let fields = parts.into_iter().map(|part| part.field(slot));
                fields.reduce(Extent::or).unwrap_or(Extent::Unknown)
            }
            Extent::Slots(_) | Extent::Unknown => Extent::Unknown,
            within @ Extent::Within(..) => within,
        }
    }
}

impl Search {
    /// The extent of an expression over these slots; none if it may have no value.
    pub(super) fn extent(&mut self, expr: &Expr, slots: &mut Vec<Extent>) -> Option<Extent> {
        // Long chains of `else if`, `let` and operators lean on one side, which is a loop, as in the evaluator.
        let (mut expr, mut given) = (expr, None::<Extent>);
        loop {
            match &expr.kind {
                ExprKind::If(condition, yes, no) => {
                    self.extent(condition, slots)?;
                    let yes = self.extent(yes, slots)?;
                    given = Some(given.into_iter().fold(yes, Extent::or));
                    expr = no;
                }
                ExprKind::Let(pattern, value, body) => {
                    let value = self.extent(value, slots)?;
                    bind(pattern, value, slots);
                    expr = body;
                }
                _ => {
                    let last = self.chain(expr, slots)?;
                    return Some(given.into_iter().fold(last, Extent::or));
                }
            }
        }
    }

    fn chain(&mut self, expr: &Expr, slots: &mut Vec<Extent>) -> Option<Extent> {
        let (mut expr, mut around) = (expr, Vec::new());
        while let ExprKind::Field(of, _)
        | ExprKind::Some(of)
        | ExprKind::Unary(_, of)
        | ExprKind::Binary(_, of, _)
        | ExprKind::CompareSet(_, of, _)
        | ExprKind::CompareDrawn(_, of, ..) = &expr.kind
        {
            around.push(expr);
            expr = of;
        }
        let mut extent = match &expr.kind {
            ExprKind::Const(value) => Extent::of(value),
            ExprKind::Local(slot) => slots.get(*slot as usize).cloned().unwrap_or(Extent::Unknown),
            ExprKind::Tuple(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(|part| self.extent(part, slots)).collect();
                Extent::slots(parts?)
            }
            ExprKind::Set(parts) | ExprKind::List(parts) | ExprKind::Variant(_, parts) => {
                let mut all = Extent::NOTHING;
                for part in parts {
                    all = all.or(self.extent(part, slots)?);
                }
                all
            }
            ExprKind::If(..) | ExprKind::Let(..) => self.extent(expr, slots)?,
            _ => return None,
        };
        for expr in around.into_iter().rev() {
            extent = match &expr.kind {
                ExprKind::Field(_, slot) => extent.field(*slot),
                ExprKind::Unary(UnaryOp::Not, _) => Extent::NOTHING,
                ExprKind::Unary(UnaryOp::Neg, _) => {
                    let (least, most) = self.range(&extent)?;
                    int(-most, -least)?
                }
                ExprKind::Binary(op, _, right) => {
                    let right = self.extent(right, slots)?;
                    self.binary(*op, &extent, &right)?
                }
                ExprKind::CompareSet(_, _, right) | ExprKind::CompareDrawn(_, _, right, _) => {
                    self.extent(right, slots)?;
                    Extent::NOTHING
                }
                // What is set holds what was put in.
                _ => extent,
            };
        }
        Some(extent)
    }

    /// Of what an operator gives; none if there may be nothing that it gives.
    fn binary(&mut self, op: BinaryOp, left: &Extent, right: &Extent) -> Option<Extent> {
        use BinaryOp::{Add, And, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, Rem, Sub};
        if let And | Or | Eq | Ne | Lt | Le | Gt | Ge = op {
            return Some(Extent::NOTHING);
        }
        let ((a, b), (c, d)) = (self.range(left)?, self.range(right)?);
        let corners = |of: fn(i128, i128) -> i128| {
            let all = [of(a, c), of(a, d), of(b, c), of(b, d)];
            let least = all.into_iter().fold(all[0], i128::min);
            int(least, all.into_iter().fold(all[0], i128::max))
        };
        match op {
            Add => int(a + c, b + d),
            Sub => int(a - d, b - c),
            Mul => corners(|left, right| left * right),
            Div | Rem if c <= 0 && 0 <= d => None,
            Div => corners(|left, right| left / right),
            Rem => {
                // It has the sign of the left side, and is nearer to 0 than both sides.
                let most = c.abs().max(d.abs()) - 1;
                int(a.clamp(-most, 0), b.clamp(0, most))
            }
            _ => None,
        }
    }

    /// From where to where the numbers lie.
    fn range(&mut self, extent: &Extent) -> Option<(i128, i128)> {
        match extent {
            Extent::Within(least, most) => Some((*least, *most)),
            Extent::Told(read) => {
                if !self.reads.contains(read) {
                    self.reads.push(read.clone());
                }
                Some((-i128::from(self.most), self.most.into()))
            }
            Extent::Slots(parts) | Extent::Either(parts) => {
                let (mut least, mut most) = (i128::MAX, i128::MIN);
                for part in parts {
                    let (a, b) = self.range(part)?;
                    (least, most) = (least.min(a), most.max(b));
                }
                (least <= most).then_some((least, most))
            }
            Extent::Unknown => None,
        }
    }
}

/// The slots of a pattern that always fits.
fn bind(pattern: &Pattern, value: Extent, slots: &mut Vec<Extent>) {
    match pattern {
        Pattern::Wildcard | Pattern::Const(_) => {}
        Pattern::Bind(slot) => {
            let slot = *slot as usize;
            if slots.len() <= slot {
                slots.resize(slot + 1, Extent::Unknown);
            }
            slots[slot] = value;
        }
        Pattern::Slots(parts) => {
            parts.iter().for_each(|(slot, pattern)| bind(pattern, value.clone().field(*slot), slots));
        }
        Pattern::Variant(_, parts) => parts.iter().for_each(|part| bind(part, Extent::Unknown, slots)),
        Pattern::Some(part) => bind(part, value, slots),
    }
}

/// A range within `int`.
fn int(least: i128, most: i128) -> Option<Extent> {
    (least >= i64::MIN.into() && most <= i64::MAX.into()).then_some(Extent::Within(least, most))
}

/// Visits every number in a value that is kept as an int: moments and durations too.
pub(super) fn each_number(value: &Value, visit: &mut impl FnMut(i64)) {
    match value {
        Value::Int(n) | Value::Time(n) | Value::Duration(n) => visit(*n),
        Value::Some(inner) => each_number(inner, visit),
        Value::Tuple(parts) | Value::List(parts) | Value::Set(parts) | Value::Variant(_, parts) => {
            parts.iter().for_each(|part| each_number(part, visit));
        }
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            each_number(key, visit);
            each_number(value, visit);
        }),
        Value::None | Value::Bool(_) | Value::Float(_) | Value::Text(_) | Value::Bytes(_) => {}
    }
}
