//! Random graphs and traces, made from a list of numbers.
//!
//! Each decision takes the next number of the list (0 when it has ended), so proptest shrinks a failing case by making
//! the list shorter and its numbers smaller, and any list is a valid case:
//!
//! ```text
//! [3, 1, 0, 7, …] ─► 2 sources, 5 operators, 2 sinks, 6 steps of insertions and removals
//! ```
//!
//! Invariants: graphs are well typed and small (`bound` of an operator is the weight its relation can reach at most);
//! the sources stay sets. Floats are multiples of 2⁻⁶⁰ below 2⁶⁰, so that the oracle can sum them as whole numbers.

use crate::branches::shape;
use lasp_plan::{
    Agg, BinaryOp, Expr, ExprKind, Graph, Node, NodeId, Op, Place, Row, Stability, Stage, Type, UnaryOp, Value, VarId,
};

/// A relation may reach this weight.
const BOUND_MAX: u64 = 3000;
/// Rows that a source is made of.
const POOL_ROWS: u64 = 8;

/// A case: a graph, what is read of it, and what happens to its variables.
#[derive(Clone, Debug)]
pub struct Case {
    pub graph: Graph,
    pub sinks: Vec<NodeId>,
    /// Rows a source may have, by variable.
    pub pools: Vec<Vec<Row>>,
    /// The types of its columns.
    pub types: Vec<Vec<Type>>,
    /// Steps of toggles: variable and position in its pool.
    pub steps: Vec<Vec<(usize, usize)>>,
}

/// Types of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    Int,
    Bool,
    Float,
    /// A float that is a mean: not a multiple of 2⁻⁶⁰, so it is compared but not summed again.
    Mean,
    Duration,
    Text,
    /// A tuple of two ints.
    Pair,
    /// A set of ints.
    Ints,
    /// A map from int to int.
    Map,
    /// A list of ints.
    List,
    /// An enum: `dot | line(int) | box(int, text)`.
    Shape,
    /// An option of an int.
    Maybe,
    /// A shape and an option.
    Both,
}

impl Ty {
    /// What the columns of a source may be.
    pub fn of_source(self) -> Type {
        match self {
            Shape => shape(),
            Maybe => Type::Option(Box::new(Type::Int)),
            Both => Type::Tuple(vec![shape(), Type::Option(Box::new(Type::Int))]),
            Int => Type::Int,
            Bool => Type::Bool,
            Float => Type::Float,
            Text => Type::Text,
            Duration => Type::Duration,
            Pair => Type::Tuple(vec![Type::Int, Type::Int]),
            Mean | Ints | Map | List => unreachable!("no source has {self:?}"),
        }
    }
}

use Ty::{Bool, Both, Duration, Float, Int, Ints, List, Map, Maybe, Mean, Pair, Shape, Text};

/// What the columns of a source are.
const SOURCES: [Ty; 12] = [Int, Int, Int, Int, Bool, Float, Text, Duration, Pair, Shape, Maybe, Both];

/// The list of numbers.
pub struct Choices<'a> {
    numbers: &'a [u32],
    at: usize,
}

impl Choices<'_> {
    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % count
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// True once in `in_count` times, and not when the list has ended.
    fn chance(&mut self, in_count: usize) -> bool {
        self.below(in_count) == in_count - 1
    }
}

/// The case that a list of numbers stands for.
pub fn case(numbers: &[u32]) -> Case {
    let mut build = Build { choices: Choices { numbers, at: 0 }, nodes: Vec::new(), types: Vec::new(), bounds: vec![] };
    let sources = 1 + build.choices.below(3);
    let pools = (0..sources).map(|var| build.source(var as u32)).collect::<Vec<_>>();
    let types = build.types.iter().map(|columns| columns.iter().map(|ty| ty.of_source()).collect()).collect();
    if build.choices.chance(4) {
        // The same variable once more: pushes reach both.
        build.push(Op::Source(VarId(0), 0), vec![], build.types[0].clone(), POOL_ROWS);
    }
    for _ in 0..2 + build.choices.below(10) {
        build.operator();
    }
    let count = build.nodes.len();
    let read: Vec<usize> = build.nodes.iter().flat_map(|node| &node.inputs).map(|input| input.0 as usize).collect();
    // Either everything that nothing reads, or a few operators, so that some are needed by nobody.
    let mut sinks: Vec<usize> = (0..count).filter(|node| !read.contains(node)).collect();
    if build.choices.chance(3) {
        sinks = vec![count - 1];
    }
    for _ in 0..build.choices.below(4) {
        sinks.push(build.choices.below(count));
    }
    let sinks = sinks.into_iter().map(|node| NodeId(node as u32)).collect();
    let all: Vec<(usize, usize)> =
        (0..sources).flat_map(|var| (0..POOL_ROWS as usize).map(move |at| (var, at))).collect();
    // Most cases begin with something to work on; then come a few changes at a time, sometimes many. A row toggled
    // twice in a step must leave no trace.
    let first = all.iter().copied().filter(|_| build.choices.below(3) > 0).collect();
    let later = (0..1 + build.choices.below(12)).map(|_| {
        let count = if build.choices.chance(5) { 12 } else { 1 + build.choices.below(3) };
        (0..count).map(|_| build.choices.pick(&all)).collect()
    });
    let steps: Vec<Vec<(usize, usize)>> = std::iter::once(first).chain(later).collect();
    Case { steps, graph: Graph { nodes: build.nodes }, sinks, pools, types }
}

pub struct Build<'a> {
    pub choices: Choices<'a>,
    nodes: Vec<Node>,
    types: Vec<Vec<Ty>>,
    bounds: Vec<u64>,
}

impl Build<'_> {
    fn push(&mut self, op: Op, inputs: Vec<usize>, types: Vec<Ty>, bound: u64) -> usize {
        self.nodes.push(Node {
            op,
            inputs: inputs.into_iter().map(|input| NodeId(input as u32)).collect(),
            columns: types.len() as u32,
            detail: String::new(),
            name: None,
            stability: Stability::Eventual,
            place: Place::default(),
        });
        self.types.push(types);
        self.bounds.push(bound);
        self.nodes.len() - 1
    }

    fn source(&mut self, var: u32) -> Vec<Row> {
        let columns = 1 + self.choices.below(3);
        let types: Vec<Ty> = (0..columns).map(|_| self.choices.pick(&SOURCES)).collect();
        let pool = (0..POOL_ROWS).map(|_| types.iter().map(|ty| self.constant(*ty)).collect()).collect();
        self.push(Op::Source(VarId(var), 0), vec![], types, POOL_ROWS);
        pool
    }

    fn operator(&mut self) {
        // What would grow too large becomes a reduction, which makes things small.
        let made = match self.choices.below(17) {
            0..=3 => self.fused(),
            4 => self.distinct(),
            5..=7 => self.join(),
            8..=9 => self.left_join(),
            10..=11 => self.semi(),
            12 => self.concat(),
            13 => self.rows(),
            _ => None,
        };
        if made.is_none() {
            let input = self.any_node();
            self.reduce(input);
        }
    }

    /// Later operators are chosen more often, or graphs would be shallow.
    fn any_node(&mut self) -> usize {
        let count = self.nodes.len();
        let back = self.choices.below(count).min(self.choices.below(count));
        count - 1 - back
    }

    fn fused(&mut self) -> Option<usize> {
        let input = self.any_node();
        let mut types = self.types[input].clone();
        let mut bound = self.bounds[input];
        let mut stages = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            stages.push(match self.choices.below(5) {
                0 => Stage::Filter(self.expr(Bool, &types, 2)),
                1 | 2 => {
                    let new = (0..1 + self.choices.below(3)).map(|_| self.any_type(&types)).collect::<Vec<_>>();
                    let depth = self.choices.pick(&[2, 3, 4]);
                    let map = new.iter().map(|ty| self.expr(*ty, &types, depth)).collect();
                    types = new;
                    Stage::Map(map)
                }
                3 => {
                    let ty = self.any_type(&types);
                    let added = self.expr(ty, &types, 2);
                    types.push(ty);
                    Stage::Extend(added)
                }
                _ => {
                    let ty = self.choices.pick(&[Ints, List, Ints, Map]);
                    let of = self.expr(ty, &types, 1);
                    types.push(if ty == Map { Pair } else { Int });
                    bound *= 6;
                    Stage::Unnest(of)
                }
            });
        }
        (bound <= BOUND_MAX && types.len() <= 6).then(|| self.push(Op::Fused(stages), vec![input], types, bound))
    }

    fn distinct(&mut self) -> Option<usize> {
        let input = self.any_node();
        Some(self.push(Op::Distinct, vec![input], self.types[input].clone(), self.bounds[input]))
    }

    fn concat(&mut self) -> Option<usize> {
        let first = self.any_node();
        let same: Vec<usize> = (0..self.nodes.len()).filter(|node| self.types[*node] == self.types[first]).collect();
        let mut inputs = vec![first];
        for _ in 0..self.choices.below(3) {
            inputs.push(self.choices.pick(&same));
        }
        let bound = inputs.iter().map(|input| self.bounds[*input]).sum();
        (bound <= BOUND_MAX).then(|| self.push(Op::Concat, inputs, self.types[first].clone(), bound))
    }

    fn rows(&mut self) -> Option<usize> {
        let types: Vec<Ty> = (0..self.choices.below(3)).map(|_| self.any_type(&[])).collect();
        let rows = (0..1 + self.choices.below(3)).map(|_| {
            // A constant that fails poisons for ever, so it must be rare.
            let depth = if self.choices.chance(8) { 2 } else { 0 };
            types.iter().map(|ty| self.expr(*ty, &[], depth)).collect()
        });
        let rows = rows.collect();
        Some(self.push(Op::Rows(rows), vec![], types, 3))
    }

    fn join(&mut self) -> Option<usize> {
        let left = self.any_node();
        // Self-joins are where the two halves of a difference meet.
        let right = if self.choices.chance(3) { left } else { self.any_node() };
        let bound = self.bounds[left] * self.bounds[right];
        let types = [self.types[left].clone(), self.types[right].clone()].concat();
        if bound > BOUND_MAX || types.len() > 6 {
            return None;
        }
        let (left_key, right_key) = self.keys(left, right);
        Some(self.push(Op::Join { left: left_key, right: right_key }, vec![left, right], types, bound))
    }

    fn semi(&mut self) -> Option<usize> {
        let (left, right) = (self.any_node(), self.any_node());
        let (left_key, right_key) = self.keys(left, right);
        let op = Op::Semi { left: left_key, right: right_key, keep: self.choices.below(2) == 0 };
        Some(self.push(op, vec![left, right], self.types[left].clone(), self.bounds[left]))
    }

    /// Matching keys for two sides; sometimes none.
    fn keys(&mut self, left: usize, right: usize) -> (Vec<Expr>, Vec<Expr>) {
        let (left, right) = (self.types[left].clone(), self.types[right].clone());
        let (mut left_key, mut right_key) = (Vec::new(), Vec::new());
        for _ in 0..self.choices.pick(&[1, 1, 2, 0]) {
            let common: Vec<Ty> = left.iter().copied().filter(|ty| right.contains(ty)).chain([Int]).collect();
            let ty = self.choices.pick(&common);
            let depth = usize::from(self.choices.chance(4));
            left_key.push(self.expr(ty, &left, depth));
            right_key.push(self.expr(ty, &right, depth));
        }
        (left_key, right_key)
    }

    fn left_join(&mut self) -> Option<usize> {
        let left = self.any_node();
        // Mostly what the plan promises, one right row per key: a reduction gives that.
        let input = self.any_node();
        let (right, key) = if self.choices.chance(4) {
            (input, self.choices.below(self.types[input].len() + 1))
        } else {
            let right = self.reduce(input);
            (right, self.types[right].len() - 1)
        };
        let types = self.types[right].clone();
        let left_types = self.types[left].clone();
        let left_key = types[..key].iter().map(|ty| self.expr(*ty, &left_types, 1)).collect();
        let default = types[key..].iter().map(|ty| self.constant(*ty)).collect();
        let types = [&left_types[..], &types[key..]].concat();
        let op = Op::LeftJoin { left: left_key, right_key: key as u32, default };
        (types.len() <= 6).then(|| self.push(op, vec![left, right], types, self.bounds[left]))
    }

    fn reduce(&mut self, input: usize) -> usize {
        let types = self.types[input].clone();
        let key = self.choices.below(types.len() + 1).min(self.choices.below(types.len() + 1));
        let agg = self.choices.pick(&[
            Agg::Count,
            Agg::Sum,
            Agg::Avg,
            Agg::Min,
            Agg::Max,
            Agg::Any,
            Agg::All,
            Agg::Set,
            Agg::Map,
            Agg::Top(1),
            Agg::Top(3),
            Agg::ApproxCount,
        ]);
        let (arg, result) = match agg {
            Agg::Count => (Int, Int),
            Agg::Sum => {
                let ty = self.choices.pick(&[Int, Duration, Float]);
                (ty, ty)
            }
            Agg::Avg => (self.choices.pick(&[Int, Float]), Mean),
            Agg::Min | Agg::Max => {
                let ty = self.any_type(&types);
                (ty, ty)
            }
            Agg::Any | Agg::All => (Bool, Bool),
            Agg::Set => (Int, Ints),
            Agg::Map => (Pair, Map),
            Agg::Top(_) => (Pair, List),
            Agg::ApproxCount => (self.any_type(&types), Int),
        };
        let arg = self.expr(arg, &types, 2);
        let types = [&types[..key], &[result]].concat();
        self.push(Op::Reduce { key: key as u32, agg, arg }, vec![input], types, self.bounds[input])
    }

    /// A type of the columns at hand, or another one.
    fn any_type(&mut self, columns: &[Ty]) -> Ty {
        let types: Vec<Ty> = [Int, Bool, Float, Duration, Text, Pair, Ints, Shape, Maybe, Both]
            .into_iter()
            .chain(columns.to_vec().repeat(2))
            .collect();
        self.choices.pick(&types)
    }

    pub fn expr(&mut self, ty: Ty, columns: &[Ty], depth: usize) -> Expr {
        let locals: Vec<u32> = (0..columns.len() as u32).filter(|slot| columns[*slot as usize] == ty).collect();
        if !locals.is_empty() && self.choices.below(2) == 0 {
            return expr(ExprKind::Local(self.choices.pick(&locals)));
        }
        if ty == Map || depth == 0 || self.choices.chance(8) {
            return match locals.is_empty() {
                false => expr(ExprKind::Local(self.choices.pick(&locals))),
                true => expr(ExprKind::Const(self.constant(ty))),
            };
        }
        if self.choices.chance(8) {
            let condition = self.expr(Bool, columns, depth - 1);
            let (yes, no) = (self.expr(ty, columns, depth - 1), self.expr(ty, columns, depth - 1));
            return expr(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)));
        }
        match self.choices.below(8) {
            6 => self.matched(ty, columns, depth - 1),
            7 => self.named(ty, columns, depth - 1),
            _ => self.form(ty, columns, depth - 1),
        }
    }

    fn form(&mut self, ty: Ty, columns: &[Ty], depth: usize) -> Expr {
        use BinaryOp::{Add, And, Div, Eq, Lt, Mul, Sub};
        match (ty, self.choices.below(5)) {
            (Int, 4) => return self.computed(columns, depth),
            (Bool, 3) => return self.asked(columns, depth),
            (Bool, 2) => return self.compared(columns, depth),
            (Text, _) => return self.words(columns, depth),
            (Shape, _) => return self.shape(columns, depth),
            _ => {}
        }
        let mut part = |ty| self.expr(ty, columns, depth);
        let (op, left, right) = match ty {
            Int => match part(Pair) {
                // A field only of a column: a field of a literal says nothing.
                pair if matches!(pair.kind, ExprKind::Local(_)) => {
                    return expr(ExprKind::Field(Box::new(pair), self.choices.below(2) as u32));
                }
                _ => (self.choices.pick(&[Add, Sub, Mul, Div, Div, Div, Div]), self.expr(Int, columns, depth), {
                    self.expr(Int, columns, depth)
                }),
            },
            Bool => {
                let compared = self.choices.pick(&[Int, Int, Int, Float, Text, Bool]);
                match self.choices.below(5) {
                    0 => (And, self.expr(Bool, columns, depth), self.expr(Bool, columns, depth)),
                    1 => {
                        let of = self.expr(Bool, columns, depth);
                        return expr(ExprKind::Unary(UnaryOp::Not, Box::new(of)));
                    }
                    2 => (Eq, self.expr(compared, columns, depth), self.expr(compared, columns, depth)),
                    _ => (Lt, self.expr(compared, columns, depth), self.expr(compared, columns, depth)),
                }
            }
            Float => (Add, part(Float), part(Float)),
            Duration => (Add, part(Duration), part(Duration)),
            Maybe => return expr(ExprKind::Some(Box::new(part(Int)))),
            Both => return expr(ExprKind::Tuple(vec![part(Shape), part(Maybe)])),
            Text | Shape | Map | Mean => return expr(ExprKind::Const(self.constant(ty))),
            Pair => return expr(ExprKind::Tuple(vec![part(Int), part(Int)])),
            Ints => return expr(ExprKind::Set(vec![part(Int), part(Int), part(Int)])),
            List => return expr(ExprKind::List(vec![part(Int), part(Int)])),
        };
        expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
    }

    pub fn constant(&mut self, ty: Ty) -> Value {
        const HUGE: i64 = i64::MAX / 2 + 1;
        let mut int = || Value::Int(self.choices.pick(&[1, 0, 2, 3, -1, 1, 2, 5, HUGE]));
        match ty {
            Int => int(),
            Shape => match self.choices.below(3) {
                0 => Value::Variant(0, [].into()),
                1 => Value::Variant(1, [self.constant(Int)].into()),
                _ => Value::Variant(2, [self.constant(Int), self.constant(Text)].into()),
            },
            Maybe => match self.choices.below(3) {
                0 => Value::None,
                _ => Value::some(self.constant(Int)),
            },
            Both => Value::tuple([self.constant(Shape), self.constant(Maybe)]),
            Pair => Value::tuple([int(), int()]),
            Ints => Value::set(vec![int(), int()]),
            List => Value::List([int(), int()].into()),
            Map => Value::map(vec![(int(), int()), (int(), int())]),
            Bool => Value::Bool(self.choices.below(2) == 1),
            Text => Value::text(self.choices.pick(&["a", "b", ""])),
            Duration => Value::Duration(self.choices.pick(&[0, 1, 60, -5, HUGE])),
            Float | Mean => Value::Float(
                self.choices
                    .pick(&[0.0, 0.1, 0.2, 1.5, -0.7, 1e6, -1e6, f64::NAN, f64::INFINITY, f64::NEG_INFINITY])
                    .into(),
            ),
        }
    }
}

pub fn expr(kind: ExprKind) -> Expr {
    Expr { kind, place: Place::default() }
}
