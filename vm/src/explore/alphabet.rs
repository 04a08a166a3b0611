//! Values to try: few, and those where a question may turn.
//!
//! ```text
//! best >= 5 and names.contains("x")     int: 5 6 4 0 1 -1      text: "x" "a" "b"
//! ```
//!
//! The constants of the question come first, numbers with their neighbours; a tuple tries its parts side by side, so
//! that every value of each part occurs. Neighbours: `ops` makes updates of them.

use lasp_plan::parts::parts;
use lasp_plan::{Expr, ExprKind, Type, Value};

/// How deep a type is followed: elements of elements are seldom what matters.
const DEPTH_MAX: usize = 4;
/// How many elements a bulk update may have.
pub(super) const BULK_MAX: usize = 8;

/// The constants of a question, by type.
#[derive(Debug, Default)]
pub(super) struct Alphabet {
    ints: Vec<i64>,
    texts: Vec<Value>,
    floats: Vec<f64>,
    spans: Vec<i64>,
}

impl Alphabet {
    pub(super) fn of(question: &Expr) -> Alphabet {
        let mut found = Alphabet::default();
        found.harvest(question);
        found
    }

    fn harvest(&mut self, expr: &Expr) {
        if let ExprKind::Const(value) = &expr.kind {
            self.constant(value);
        }
        for part in parts(expr) {
            self.harvest(part);
        }
    }

    fn constant(&mut self, value: &Value) {
        match value {
            Value::Int(n) => add(&mut self.ints, *n),
            Value::Time(n) | Value::Duration(n) => add(&mut self.spans, *n),
            Value::Float(x) => add(&mut self.floats, x.get()),
            Value::Text(_) => add(&mut self.texts, value.clone()),
            Value::Some(of) => self.constant(of),
            Value::Tuple(of) | Value::List(of) | Value::Set(of) | Value::Variant(_, of) => {
                of.iter().for_each(|part| self.constant(part));
            }
            Value::Map(of) => of.iter().for_each(|(key, value)| {
                self.constant(key);
                self.constant(value);
            }),
            Value::None | Value::Bool(_) | Value::Bytes(_) => {}
        }
    }

    /// At most `most` values of a type, those that matter first.
    pub(super) fn values(&self, ty: &Type, most: usize) -> Vec<Value> {
        let mut values = self.below(ty, most, DEPTH_MAX);
        values.truncate(most);
        values
    }

    fn below(&self, ty: &Type, most: usize, depth: usize) -> Vec<Value> {
        let around = |constants: &[i64]| {
            let mut all = Vec::new();
            constants.iter().for_each(|n| add(&mut all, *n));
            for n in constants {
                add(&mut all, n.saturating_add(1));
                add(&mut all, n.saturating_sub(1));
            }
            [0, 1, -1, 2].into_iter().for_each(|n| add(&mut all, n));
            // However few are taken, one of them is below zero, and of four one is zero: sums and products turn there.
            for (n, at) in [(0, most.saturating_sub(2)), (-1, most.saturating_sub(1))] {
                if at >= 2 && all.len() > at && !all[..=at].iter().any(|m| if n < 0 { *m < 0 } else { *m == 0 }) {
                    all.retain(|m| *m != n);
                    all.insert(at, n);
                }
            }
            all
        };
        let parts = |types: &[Type]| self.side_by_side(types, most, depth);
        match ty {
            Type::Int => around(&self.ints).into_iter().map(Value::Int).collect(),
            Type::Nat => around(&self.ints).into_iter().filter(|n| *n >= 0).map(Value::Int).collect(),
            Type::Time => around(&self.spans).into_iter().map(Value::Time).collect(),
            Type::Duration => around(&self.spans).into_iter().map(Value::Duration).collect(),
            Type::Float => {
                let mut all = self.floats.clone();
                for x in &self.floats {
                    add(&mut all, x + 1.0);
                    add(&mut all, x - 1.0);
                }
                [0.0, 1.0, -1.0].into_iter().for_each(|x| add(&mut all, x));
                all.into_iter().map(|x| Value::Float(x.into())).collect()
            }
            Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
            Type::Text => {
                let mut all = self.texts.clone();
                ["a", "b"].into_iter().for_each(|text| add(&mut all, Value::text(text)));
                all
            }
            Type::Bytes => vec![Value::Bytes([].into()), Value::Bytes([7].into())],
            _ if depth == 0 => fresh(ty, 0).into_iter().collect(),
            Type::Tuple(types) => parts(types).into_iter().map(Value::tuple).collect(),
            Type::Record(fields) => {
                let types: Vec<Type> = fields.iter().map(|(_, ty)| ty.clone()).collect();
                parts(&types).into_iter().map(Value::tuple).collect()
            }
            Type::Option(of) => {
                let set = self.below(of, most, depth - 1).into_iter().map(Value::some);
                set.take(most.saturating_sub(1)).chain([Value::None]).collect()
            }
            Type::Set(of) | Type::List(of) => {
                let of = self.below(of, 2, depth - 1);
                let kind = |of: &[Value]| match ty {
                    Type::Set(_) => Value::set(of.to_vec()),
                    _ => Value::List(of.into()),
                };
                vec![kind(&of[..of.len().min(1)]), kind(&of[..of.len().min(2)]), kind(&[])]
            }
            Type::Map(key, value) => {
                let pairs = self.side_by_side(&[(**key).clone(), (**value).clone()], 2, depth);
                let entries = pairs.into_iter().map(|pair| (pair[0].clone(), pair[1].clone())).collect();
                vec![Value::map(entries), Value::map(Vec::new())]
            }
            Type::Enum(declared) => {
                let share = most.div_ceil(declared.variants.len().max(1)).max(1);
                let mut all = Vec::new();
                for (tag, (_, fields)) in (0..).zip(&declared.variants) {
                    let fields = self.side_by_side(fields, share, depth);
                    all.extend(fields.into_iter().take(share).map(|fields| Value::Variant(tag, fields.into())));
                }
                all
            }
        }
    }

    /// Tuples in which every value of each part occurs, as far as `most` goes.
    fn side_by_side(&self, types: &[Type], most: usize, depth: usize) -> Vec<Vec<Value>> {
        let columns: Vec<Vec<Value>> = types.iter().map(|ty| self.below(ty, most, depth - 1)).collect();
        if columns.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        let all = columns.iter().map(Vec::len).fold(1, usize::saturating_mul);
        let mut made: Vec<Vec<Value>> = Vec::new();
        // Once through with the parts in step, then with each next part one further.
        let mut shift = 0;
        while made.len() < most.min(all) && shift < most.max(2) {
            let longest = columns.iter().map(Vec::len).max().unwrap_or(1);
            for at in 0..longest {
                let row = |(i, column): (usize, &Vec<Value>)| column[(at + i * shift) % column.len()].clone();
                add(&mut made, columns.iter().enumerate().map(row).collect());
            }
            shift += 1;
        }
        made.truncate(most);
        made
    }

    /// Different values of a type, so many beyond the bounds in the question, but at most `most`.
    pub(super) fn many(&self, ty: &Type, beyond: usize, most: usize) -> Vec<Value> {
        let bound = self.ints.iter().copied().filter(|n| *n < BULK_MAX as i64).max().unwrap_or(1);
        let many = (usize::try_from(bound).unwrap_or(0).max(1) + beyond).min(most);
        let mut all = self.values(ty, many);
        let mut next = 0;
        while all.len() < many && next < 4 * BULK_MAX {
            fresh(ty, next).into_iter().for_each(|value| add(&mut all, value));
            next += 1;
        }
        all
    }

    /// Amounts to count by.
    pub(super) fn amounts(&self) -> Vec<u64> {
        let most = self.ints.iter().filter_map(|n| u64::try_from(*n).ok()).max().unwrap_or(0);
        let mut all = vec![1, 2];
        for n in [most, most.saturating_add(1)] {
            if n > 0 {
                add(&mut all, n);
            }
        }
        all
    }
}

/// The n-th value of a type, different ones for different n as far as the type has them.
fn fresh(ty: &Type, n: usize) -> Option<Value> {
    let int = i64::try_from(n).unwrap_or(0);
    let all = |types: &[Type]| types.iter().map(|ty| fresh(ty, n)).collect::<Option<Vec<_>>>();
    Some(match ty {
        Type::Int | Type::Nat => Value::Int(int),
        Type::Time => Value::Time(int),
        Type::Duration => Value::Duration(int),
        Type::Float => Value::Float((int as f64).into()),
        Type::Bool => Value::Bool(n % 2 == 1),
        Type::Text => Value::text(&format!("e{n}")),
        Type::Bytes => Value::Bytes([u8::try_from(n).unwrap_or(0)].into()),
        Type::Tuple(types) => Value::tuple(all(types)?),
        Type::Record(fields) => Value::tuple(fields.iter().map(|(_, ty)| fresh(ty, n)).collect::<Option<Vec<_>>>()?),
        Type::Option(of) => Value::some(fresh(of, n)?),
        Type::Set(of) => Value::set(vec![fresh(of, n)?]),
        Type::List(of) => Value::List([fresh(of, n)?].into()),
        Type::Map(key, value) => Value::map(vec![(fresh(key, n)?, fresh(value, n)?)]),
        Type::Enum(declared) => {
            let tag = n % declared.variants.len().max(1);
            let (_, fields) = declared.variants.get(tag)?;
            Value::Variant(u32::try_from(tag).ok()?, all(fields)?.into())
        }
    })
}

fn add<T: PartialEq>(to: &mut Vec<T>, value: T) {
    if !to.contains(&value) {
        to.push(value);
    }
}
