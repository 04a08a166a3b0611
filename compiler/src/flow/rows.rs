//! Collections: which cell of the table each operation stands in, and what it makes of the rows.
//!
//! `s.filter(x => m[x] >= 2)` keeps the rows of `s` with `m[x]` beside each; counting them must read the counters
//! first, and that is a `gather`. Rows that may vanish because of what is beside them are `Removable` from there on.
//!
//! Neighbours: the parent module; `values` for functions of single values.

use lasp_plan::CollOp;

use super::shape::Shape;
use super::{Carried, Flow, Flows};
use crate::hir::{Hir, HirKind, HirLambda, HirPattern};
use crate::operators::table::{Column, Condition, Row, flow};
use crate::ty::Ty;

/// A function of a row.
struct Body {
    /// What it takes to have the row together with what the function reads.
    carry: Flow,
    /// What it takes to apply the function.
    read: Carried,
    /// Whether it reads anything but the row.
    captures: bool,
}

/// The rows of a collection.
struct Rows {
    flow: Flow,
    column: Column,
    read: Flow,
    value: Option<Shape>,
    fixed: bool,
}

impl Rows {
    fn shape(&self) -> Shape {
        if self.fixed {
            return Shape::Const;
        }
        Shape::Rows { column: self.column, read: self.read, value: self.value.clone().map(Box::new) }
    }

    /// What an element is bound to.
    fn element(&self) -> Shape {
        match &self.value {
            Some(value) if *value != Shape::Const => Shape::Parts(vec![Shape::Const, value.clone()]),
            _ => Shape::Const,
        }
    }

    /// The rows as values: the entries of a map come and go when their values change.
    fn into_values(self) -> Rows {
        match &self.value {
            Some(value) if *value != Shape::Const => {
                let read = self.read.max(reading(value));
                Rows { column: both(self.column, Column::Removable), read, value: None, ..self }
            }
            _ => Rows { value: None, ..self },
        }
    }
}

/// What it takes to know the value of a lattice.
fn reading(shape: &Shape) -> Flow {
    match shape {
        Shape::Const | Shape::Chain(_) | Shape::Drawn(_) | Shape::Whole => Flow::Through,
        Shape::Rows { read, value, .. } => value.as_ref().map_or(*read, |value| reading(value).max(*read)),
        Shape::Parts(parts) => parts.iter().map(reading).max().unwrap_or(Flow::Through),
        Shape::Counter => Flow::Gather,
        Shape::Vector | Shape::Loose => Flow::Owned,
    }
}

/// The column of rows made from two.
fn both(a: Column, b: Column) -> Column {
    if a == b { a } else { Column::Removable }
}

fn cell(row: Row, column: Column) -> Flow {
    let when = if column == Column::Register { Condition::Whole } else { Condition::Always };
    flow(row, column, when)
}

impl Flows<'_> {
    fn rows(&mut self, hir: &Hir) -> Option<Rows> {
        let carried = self.carried(hir);
        match carried.shape {
            Shape::Rows { column, read, value } => {
                Some(Rows { flow: carried.flow, column, read, value: value.map(|value| *value), fixed: false })
            }
            Shape::Const => {
                let value = matches!(self.program.holes.head(&hir.ty), Ty::Map(..)).then_some(Shape::Const);
                Some(Rows { flow: carried.flow, column: Column::Grow, read: Flow::Through, value, fixed: true })
            }
            _ => None,
        }
    }

    fn body(&mut self, body: &Hir) -> Body {
        let before = self.reads;
        let read = self.carried(body);
        let captures = self.reads > before;
        let carry = self.carry(body);
        Body { carry, read, captures }
    }

    /// What it takes to have at one place all that an expression about a row reads: functions of single values are
    /// applied later, aggregates are not.
    fn carry(&mut self, hir: &Hir) -> Flow {
        if self.fuel == 0 {
            return Flow::Owned;
        }
        self.fuel -= 1;
        match &hir.kind {
            HirKind::Apply(index, args) => {
                let function = &self.program.fns[*index];
                let mut all = Flow::Through;
                for ((_, local), arg) in function.params.iter().zip(args) {
                    all = all.max(self.carry(arg));
                    let shape = self.carried(arg).shape;
                    self.locals.insert(*local, shape);
                }
                all.max(self.carry(&function.body))
            }
            HirKind::Var(_) | HirKind::Raw(_) | HirKind::View(_) | HirKind::Lookup(..) => self.carried(hir).flow,
            HirKind::Coll(..) | HirKind::From { .. } | HirKind::Rights(_) => self.carried(hir).flow,
            HirKind::Match(value, arms) => {
                let mut all = self.carry(value);
                let shape = self.carried(value).shape;
                for arm in arms {
                    self.bind(&arm.pattern, &shape);
                    all = arm.guard.iter().fold(all, |all, guard| all.max(self.carry(guard)));
                    all = all.max(self.carry(&arm.body));
                }
                all
            }
            _ => {
                let mut parts = Vec::new();
                hir.each_part(&mut |part| parts.push(part));
                parts.into_iter().map(|part| self.carry(part)).max().unwrap_or(Flow::Through)
            }
        }
    }

    /// Rows after a function of each: filtered if `keeps`, else mapped.
    fn row_wise(&mut self, row: Row, rows: Rows, body: &Body, keeps: bool) -> Carried {
        let still = match &body.read.shape {
            Shape::Const => true,
            Shape::Chain(true) => keeps,
            _ => false,
        };
        let column = if still { rows.column } else { both(rows.column, Column::Removable) };
        let mut all = rows.flow.max(body.carry).max(cell(row, rows.column));
        if body.captures {
            let way = if still { Condition::Rising } else { Condition::Mixed };
            // What is written whole and what can be removed are carried alike.
            let cells = if rows.column == Column::Grow { Column::Grow } else { Column::Removable };
            all = all.max(flow(Row::Captured, cells, way));
        }
        let read = rows.read.max(body.read.flow);
        let value = if keeps { rows.value.clone() } else { None };
        Carried::new(all, Rows { flow: all, column, read, value, fixed: rows.fixed && !body.captures }.shape())
    }

    /// A condition on each row, known wherever the rows are.
    pub(super) fn of_each(&mut self, pattern: &HirPattern, source: &Hir, condition: &Hir) -> Flow {
        let Some(rows) = self.rows(source) else { return Flow::Owned };
        self.bind(pattern, &rows.element());
        let body = self.body(condition);
        let known = self.row_wise(Row::Filter, rows, &body, true);
        match known.shape {
            Shape::Rows { read, .. } => known.flow.max(read),
            _ => known.flow,
        }
    }

    pub(super) fn coll(
        &mut self,
        hir: &Hir,
        op: CollOp,
        source: &Hir,
        args: &[Hir],
        lambda: Option<&HirLambda>,
    ) -> Carried {
        let Some(rows) = self.rows(source) else { return Carried::owned() };
        let other = match (op, args.first()) {
            (CollOp::Union | CollOp::Intersect | CollOp::Product | CollOp::Join | CollOp::Minus, Some(other)) => {
                match self.rows(other) {
                    Some(other) => Some(other),
                    None => return Carried::owned(),
                }
            }
            _ => None,
        };
        let body = lambda.map(|lambda| {
            match (&other, &lambda.pattern) {
                (Some(other), HirPattern::Slots(slots)) if op == CollOp::Join => {
                    let sides = [rows.element(), other.element()];
                    slots.iter().for_each(|(slot, part)| self.bind(part, &sides[usize::from(*slot != 0)]));
                }
                (None, pattern) if op == CollOp::Each => {
                    self.bind(pattern, &rows.value.clone().unwrap_or(Shape::Const));
                }
                (None, pattern) => self.bind(pattern, &rows.element()),
                (Some(_), pattern) => self.bind(pattern, &Shape::Loose),
            }
            self.body(&lambda.body)
        });
        match op {
            CollOp::Map | CollOp::FlatMap | CollOp::Filter | CollOp::Group => {
                let Some(body) = body else { return Carried::owned() };
                let (row, keeps) = match op {
                    CollOp::Map => (Row::Map, false),
                    CollOp::FlatMap => (Row::FlatMap, false),
                    CollOp::Filter => (Row::Filter, true),
                    _ => (Row::Group, false),
                };
                // Written at the same time: one write may become several rows, and several one group, as with dots.
                let rows = if row != Row::Filter && rows.column == Column::Register {
                    Rows { column: Column::Removable, ..rows }
                } else {
                    rows
                };
                // What stands beside a row goes on into the group or set it is put in.
                let changing = rows.element() != Shape::Const;
                let made = self.row_wise(row, rows, &body, keeps);
                match made.shape {
                    Shape::Rows { column, read, .. } if op == CollOp::Group => {
                        let column = if changing { both(column, Column::Removable) } else { column };
                        let value = Some(Box::new(Shape::Rows { column, read, value: None }));
                        Carried::new(made.flow, Shape::Rows { column, read, value })
                    }
                    shape => Carried::new(made.flow, shape),
                }
            }
            CollOp::Each => {
                let Some(body) = body else { return Carried::owned() };
                let mut all = rows.flow.max(body.read.flow);
                if body.captures {
                    all = all.max(flow(Row::Captured, Column::Removable, Condition::Always));
                }
                let fixed = rows.fixed && body.read.shape == Shape::Const;
                Carried::new(all, Rows { flow: all, value: Some(body.read.shape), fixed, ..rows }.shape())
            }
            CollOp::Union | CollOp::Intersect | CollOp::Product | CollOp::Join | CollOp::Minus => {
                let Some(other) = other else { return Carried::owned() };
                self.two(op, rows, other, body)
            }
            CollOp::Keys => {
                let all = rows.flow.max(cell(Row::Keys, rows.column));
                Carried::new(all, Rows { flow: all, value: None, ..rows }.shape())
            }
            CollOp::Values | CollOp::ToSet => {
                let all = rows.flow.max(cell(Row::Values, rows.column));
                let all = if op == CollOp::Values { all } else { rows.flow };
                Carried::new(all, Rows { flow: all, ..rows.into_values() }.shape())
            }
            _ => self.aggregate(hir, op, rows, args, body),
        }
    }

    fn two(&mut self, op: CollOp, a: Rows, b: Rows, body: Option<Body>) -> Carried {
        let (a, b) = (a.into_values(), b.into_values());
        let column = match (a.fixed, b.fixed) {
            (true, _) => b.column,
            (_, true) => a.column,
            _ => both(a.column, b.column),
        };
        let one_fixed = a.fixed || b.fixed;
        let this = match op {
            CollOp::Union => cell(Row::Union, column),
            // Pairs with what never changes are a function of each row.
            _ if one_fixed && op != CollOp::Minus => Flow::Through,
            CollOp::Intersect => flow(Row::Intersect, spread(column), Condition::Always),
            CollOp::Product => cell(Row::Product, column),
            CollOp::Join => flow(Row::Join, spread(column), Condition::Always),
            _ if b.fixed => flow(Row::Minus, spread(column), Condition::Fixed),
            _ => flow(Row::Minus, spread(column), Condition::Changing),
        };
        let rows = Rows {
            flow: a.flow.max(b.flow).max(this),
            column,
            read: a.read.max(b.read),
            value: None,
            fixed: a.fixed && b.fixed,
        };
        match body {
            Some(body) => self.row_wise(Row::Filter, rows, &body, true),
            None => Carried::new(rows.flow, rows.shape()),
        }
    }

    fn aggregate(&mut self, hir: &Hir, op: CollOp, rows: Rows, args: &[Hir], body: Option<Body>) -> Carried {
        let args: Vec<Carried> = match op {
            CollOp::Contains => args.iter().map(|arg| self.carried(arg)).collect(),
            _ => Vec::new(),
        };
        let lambda = body.is_some();
        let mut all = rows.flow.max(rows.read);
        let (read, captures) = body.map_or((Carried::fixed(), false), |body| (body.read, body.captures));
        if rows.fixed && !captures && read.shape == Shape::Const && args.iter().all(|arg| arg.shape == Shape::Const) {
            return Carried::new(all.max(read.flow), Shape::Const);
        }
        // Without a function it is about the elements themselves, with what is beside them.
        let about_keys = matches!(op, CollOp::Count | CollOp::IsEmpty | CollOp::Contains | CollOp::ApproxCount);
        let about_results = lambda && op != CollOp::Top;
        let rows = if about_results || about_keys { rows } else { rows.into_values() };
        all = all.max(read.flow);
        if captures {
            all = all.max(flow(Row::Captured, Column::Grow, Condition::Rising));
        }
        let rising = matches!(read.shape, Shape::Const | Shape::Chain(true) | Shape::Counter);
        let (row, fits, up) = match op {
            CollOp::Count => (Row::Count, true, true),
            CollOp::IsEmpty => (Row::IsEmpty, true, false),
            CollOp::Sum => (Row::Sum, true, true),
            CollOp::Avg => (Row::Avg, true, true),
            CollOp::Min => (Row::Min, read.shape == Shape::Const, false),
            CollOp::Max => (Row::Max, rising, true),
            CollOp::Any => (Row::Any, rising, true),
            CollOp::All => (Row::All, matches!(read.shape, Shape::Const | Shape::Chain(false)), false),
            CollOp::Top => (Row::Top, read.shape == Shape::Const, true),
            CollOp::ApproxCount => (Row::ApproxCount, true, true),
            CollOp::Contains => (Row::Contains, args.iter().all(|arg| arg.shape == Shape::Const), true),
            _ => return Carried::owned(),
        };
        let natural = self.program.holes.head(&hir.ty) == Ty::Nat;
        let when = match op {
            CollOp::Sum if natural && rising => Condition::NonNegative,
            CollOp::Sum => Condition::Signed,
            _ => Condition::Always,
        };
        if !fits {
            return Carried::owned();
        }
        // A number that is read out of a counter has been gathered.
        let gathered = if read.shape == Shape::Counter { Flow::Gather } else { Flow::Through };
        let shape = match op {
            // Of which list somebody sees nothing follows for another.
            CollOp::Top => Shape::Loose,
            // Like a counter: sketches are joined, and read as a number in the end.
            CollOp::ApproxCount => Shape::Counter,
            _ => Shape::Chain(up),
        };
        Carried::new(all.max(gathered).max(flow(row, rows.column, when)), shape)
    }

    pub(super) fn from(&mut self, sources: &[(HirPattern, Hir)], filter: Option<&Hir>, select: &Hir) -> Carried {
        let mut all: Option<Rows> = None;
        for (pattern, source) in sources {
            let Some(rows) = self.rows(source) else { return Carried::owned() };
            self.bind(pattern, &rows.element());
            all = Some(match all {
                None => rows,
                Some(before) => {
                    let fixed = before.fixed || rows.fixed;
                    let column = match (before.fixed, rows.fixed) {
                        (true, _) => rows.column,
                        (_, true) => before.column,
                        _ => both(before.column, rows.column),
                    };
                    let this = if fixed { Flow::Through } else { cell(Row::Product, column) };
                    Rows {
                        flow: before.flow.max(rows.flow).max(this),
                        column,
                        read: before.read.max(rows.read),
                        value: None,
                        fixed: before.fixed && rows.fixed,
                    }
                }
            });
        }
        let Some(mut rows) = all else { return Carried::owned() };
        rows.value = None;
        if let Some(filter) = filter {
            let body = self.body(filter);
            let filtered = self.row_wise(Row::Filter, rows, &body, true);
            match filtered.shape {
                Shape::Rows { column, read, .. } => {
                    rows = Rows { flow: filtered.flow, column, read, value: None, fixed: false };
                }
                Shape::Const => {
                    rows = Rows {
                        flow: filtered.flow,
                        column: Column::Grow,
                        read: Flow::Through,
                        value: None,
                        fixed: true,
                    };
                }
                _ => return Carried::owned(),
            }
        }
        let body = self.body(select);
        self.row_wise(
            Row::Map,
            if rows.column == Column::Register { Rows { column: Column::Removable, ..rows } } else { rows },
            &body,
            false,
        )
    }
}

/// Pairs of what was written at the same time are kept by their dots, as those of removable rows.
fn spread(column: Column) -> Column {
    if column == Column::Register { Column::Removable } else { column }
}
