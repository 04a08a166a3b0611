//! How a value lies in a row: as words of 64 bits where its type is known to need no more, else as a shared object.
//!
//! ```text
//! int, nat, time, duration   1 word: the number          option<int>           2 words: set?, the number (0 where unset)
//! float                      1 word: its bits            { a: int, t: text }   the lanes of its slots, one after the other
//! bool, enum without fields  1 word: 0, 1, …             text, set, list, …    1 word, the hash of its content, 1 object
//! dot | line(int, int)       3 words: which, the fields of that variant, 0 where it has fewer than another
//! ```
//!
//! So records, options and enums cost no allocation, rows of numbers are hashed and compared as plain words, and a text
//! is hashed once, when it comes into being.
//!
//! Invariants: two values of one representation are equal exactly if their words and objects are, so a value has one
//! encoding (lanes without content are 0, floats have one NaN and no -0.0); which representation a column has is
//! decided when the dataflow is built, and every value that comes into the column fits it. What is not known to fit
//! better is `Boxed`.
//!
//! Neighbours: `rows` keeps rows, `layout` finds the representation of every column, `code` computes on it.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::Arc;

use lasp_plan::{Float, Type, Value};
use rustc_hash::FxBuildHasher;

/// The representation of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Repr {
    /// Of no value: the content of an option that is never set, the elements of a set that is always empty.
    Never,
    Int,
    Time,
    Duration,
    Float,
    Bool,
    /// A variant without fields.
    Enum,
    /// A variant with the fields of those variants that are known to have some. The lanes of all lie over each other,
    /// behind the word that tells which it is. [`Repr::sum`] makes it.
    Sum(Arc<[Fields]>),
    Option(Box<Repr>),
    /// A tuple or record.
    Tuple(Arc<[Repr]>),
    /// A set or list whose elements are known to have a representation.
    Many(Box<Repr>),
    /// Anything.
    Boxed,
}

/// The representations of the fields of a variant.
pub(super) type Fields = Arc<[Repr]>;

/// An enum with more lanes than this is one object: rows that are copied often should not be long.
const LANES_MAX: usize = 8;
/// So many variants have lanes of their own; what a position in a list of them may cost is bounded by it.
const VARIANTS_MAX: usize = 256;

/// What stands for an object when rows are hashed, and tells most unequal ones apart.
pub(super) fn hash_of(value: &Value) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl Repr {
    /// That of the values of a type.
    pub(super) fn of(ty: &Type) -> Repr {
        match ty {
            Type::Int | Type::Nat => Repr::Int,
            Type::Time => Repr::Time,
            Type::Duration => Repr::Duration,
            Type::Float => Repr::Float,
            Type::Bool => Repr::Bool,
            Type::Option(inner) => Repr::Option(Box::new(Repr::of(inner))),
            Type::Tuple(types) => Repr::Tuple(types.iter().map(Repr::of).collect()),
            Type::Record(fields) => Repr::Tuple(fields.iter().map(|(_, ty)| Repr::of(ty)).collect()),
            Type::Enum(of) => {
                Repr::sum(of.variants.iter().map(|(_, fields)| fields.iter().map(Repr::of).collect()).collect())
            }
            Type::Set(inner) | Type::List(inner) => Repr::Many(Box::new(Repr::of(inner))),
            Type::Map(key, value) => Repr::Many(Box::new(Repr::Tuple([Repr::of(key), Repr::of(value)].into()))),
            Type::Text | Type::Bytes => Repr::Boxed,
        }
    }

    /// That of an enum whose variants have these fields; none where a variant has none, or nothing is known of it.
    pub(super) fn sum(mut variants: Vec<Fields>) -> Repr {
        while variants.last().is_some_and(|fields| fields.is_empty()) {
            variants.pop();
        }
        if variants.is_empty() {
            return Repr::Enum;
        }
        let many = variants.len() > VARIANTS_MAX;
        let sum = Repr::Sum(variants.into());
        if many || sum.words() + sum.objects() > LANES_MAX { Repr::Boxed } else { sum }
    }

    /// That of one variant with these fields.
    pub(super) fn variant(variant: u32, fields: Fields) -> Repr {
        let before = variant as usize;
        if before >= VARIANTS_MAX && !fields.is_empty() {
            return Repr::Boxed;
        }
        let nothing = std::iter::repeat_n(Fields::from([]), if fields.is_empty() { 0 } else { before });
        Repr::sum(nothing.chain([fields]).collect())
    }

    /// The narrowest one that this value fits.
    pub(super) fn of_value(value: &Value) -> Repr {
        match value {
            Value::None => Repr::Option(Box::new(Repr::Never)),
            Value::Some(inner) => Repr::Option(Box::new(Repr::of_value(inner))),
            Value::Bool(_) => Repr::Bool,
            Value::Int(_) => Repr::Int,
            Value::Float(_) => Repr::Float,
            Value::Time(_) => Repr::Time,
            Value::Duration(_) => Repr::Duration,
            Value::Tuple(slots) => Repr::Tuple(slots.iter().map(Repr::of_value).collect()),
            Value::Variant(variant, fields) => Repr::variant(*variant, fields.iter().map(Repr::of_value).collect()),
            Value::Set(items) | Value::List(items) => {
                let elements = items.iter().fold(Repr::Never, |repr, item| repr.and(&Repr::of_value(item)));
                Repr::Many(Box::new(elements))
            }
            Value::Text(_) | Value::Bytes(_) | Value::Map(_) => Repr::Boxed,
        }
    }

    /// Whether a constant of this representation tells that of all values of its type: `0` does, `none` does not.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Repr::Never | Repr::Enum | Repr::Sum(_) => false,
            Repr::Option(inner) | Repr::Many(inner) => inner.is_whole(),
            Repr::Tuple(slots) => slots.iter().all(Repr::is_whole),
            Repr::Int | Repr::Time | Repr::Duration | Repr::Float | Repr::Bool | Repr::Boxed => true,
        }
    }

    /// The least one that values of both fit.
    pub(super) fn and(&self, other: &Repr) -> Repr {
        match (self, other) {
            (Repr::Never, repr) | (repr, Repr::Never) => repr.clone(),
            (left, right) if left == right => left.clone(),
            (Repr::Option(left), Repr::Option(right)) => Repr::Option(Box::new(left.and(right))),
            (Repr::Many(left), Repr::Many(right)) => Repr::Many(Box::new(left.and(right))),
            (Repr::Tuple(left), Repr::Tuple(right)) if left.len() == right.len() => {
                Repr::Tuple(left.iter().zip(right.iter()).map(|(left, right)| left.and(right)).collect())
            }
            (Repr::Enum, sum @ Repr::Sum(_)) | (sum @ Repr::Sum(_), Repr::Enum) => sum.clone(),
            (Repr::Sum(left), Repr::Sum(right)) => match both_variants(left, right) {
                Some(variants) => Repr::sum(variants),
                None => Repr::Boxed,
            },
            _ => Repr::Boxed,
        }
    }

    /// How many words it takes.
    pub(super) fn words(&self) -> usize {
        match self {
            Repr::Never => 0,
            Repr::Option(inner) => 1 + inner.words(),
            Repr::Tuple(slots) => slots.iter().map(Repr::words).sum(),
            Repr::Sum(variants) => 1 + most(variants, Repr::words),
            _ => 1,
        }
    }

    /// How many objects it takes.
    pub(super) fn objects(&self) -> usize {
        match self {
            Repr::Option(inner) => inner.objects(),
            Repr::Tuple(slots) => slots.iter().map(Repr::objects).sum(),
            Repr::Sum(variants) => most(variants, Repr::objects),
            Repr::Many(_) | Repr::Boxed => 1,
            _ => 0,
        }
    }

    /// Whether it is one word and no object.
    pub(super) fn is_word(&self) -> bool {
        matches!(self, Repr::Int | Repr::Time | Repr::Duration | Repr::Float | Repr::Bool | Repr::Enum)
    }

    /// Whether it is one object, whatever that holds.
    pub(super) fn is_object(&self) -> bool {
        matches!(self, Repr::Boxed | Repr::Many(_))
    }

    /// Appends a value that fits.
    pub(super) fn encode(&self, value: &Value, words: &mut Vec<u64>, objects: &mut Vec<Value>) {
        match (self, value) {
            (Repr::Int, Value::Int(n)) | (Repr::Time, Value::Time(n)) | (Repr::Duration, Value::Duration(n)) => {
                words.push(n.cast_unsigned());
            }
            (Repr::Float, Value::Float(x)) => words.push(x.get().to_bits()),
            (Repr::Bool, Value::Bool(truth)) => words.push(u64::from(*truth)),
            (Repr::Enum, Value::Variant(variant, _)) => words.push(u64::from(*variant)),
            (Repr::Option(inner), Value::None) => {
                words.push(0);
                inner.encode_nothing(words, objects);
            }
            (Repr::Option(inner), Value::Some(content)) => {
                words.push(1);
                inner.encode(content, words, objects);
            }
            (Repr::Tuple(slots), Value::Tuple(values)) => {
                for (repr, value) in slots.iter().zip(values.iter()) {
                    repr.encode(value, words, objects);
                }
            }
            (Repr::Sum(variants), Value::Variant(variant, values)) => {
                let ends = (words.len() + self.words(), objects.len() + self.objects());
                words.push(u64::from(*variant));
                let fields = fields_of(variants, *variant);
                assert_eq!(fields.len(), values.len(), "a column of {self:?} holds no {value:?}");
                for (repr, value) in fields.iter().zip(values.iter()) {
                    repr.encode(value, words, objects);
                }
                words.resize(ends.0, 0);
                objects.resize(ends.1, Value::None);
            }
            (Repr::Many(_) | Repr::Boxed, value) => {
                words.push(hash_of(value));
                objects.push(value.clone());
            }
            (repr, value) => unreachable!("a column of {repr:?} holds no {value:?}"),
        }
    }

    /// Appends what stands where there is no value.
    pub(super) fn encode_nothing(&self, words: &mut Vec<u64>, objects: &mut Vec<Value>) {
        words.extend(std::iter::repeat_n(0, self.words()));
        objects.extend(std::iter::repeat_n(Value::None, self.objects()));
    }

    /// The value that lies there.
    pub(super) fn decode(&self, words: &[u64], objects: &[Value]) -> Value {
        self.take(&mut words.iter(), &mut objects.iter())
    }

    fn take<'a>(
        &self,
        words: &mut impl Iterator<Item = &'a u64>,
        objects: &mut impl Iterator<Item = &'a Value>,
    ) -> Value {
        if let Repr::Tuple(slots) = self {
            return Value::Tuple(slots.iter().map(|slot| slot.take(words, objects)).collect());
        }
        if let Repr::Never = self {
            return Value::None;
        }
        let word = *words.next().expect("a representation has its words");
        match self {
            Repr::Sum(variants) => {
                let variant = u32::try_from(word).expect("a variant is a small number");
                let fields = fields_of(variants, variant);
                let values = fields.iter().map(|field| field.take(words, objects)).collect();
                let rest = |lanes: usize, of: fn(&Repr) -> usize| lanes - fields.iter().map(of).sum::<usize>();
                words.by_ref().take(rest(self.words() - 1, Repr::words)).for_each(drop);
                objects.by_ref().take(rest(self.objects(), Repr::objects)).for_each(drop);
                Value::Variant(variant, values)
            }
            Repr::Option(inner) => {
                let content = inner.take(words, objects);
                if word == 0 { Value::None } else { Value::some(content) }
            }
            Repr::Many(_) | Repr::Boxed => objects.next().expect("a representation has its objects").clone(),
            _ => self.word_value(word),
        }
    }

    /// The value of one word.
    pub(super) fn word_value(&self, word: u64) -> Value {
        match self {
            Repr::Int => Value::Int(word.cast_signed()),
            Repr::Time => Value::Time(word.cast_signed()),
            Repr::Duration => Value::Duration(word.cast_signed()),
            Repr::Float => Value::Float(Float::new(f64::from_bits(word))),
            Repr::Bool => Value::Bool(word != 0),
            Repr::Enum => Value::Variant(u32::try_from(word).expect("a variant is a small number"), [].into()),
            other => unreachable!("{other:?} is not one word"),
        }
    }

    /// The order of two values, as [`Value`] has it.
    pub(super) fn compare(&self, left: (&[u64], &[Value]), right: (&[u64], &[Value])) -> Ordering {
        match self {
            Repr::Never => Ordering::Equal,
            Repr::Int | Repr::Time | Repr::Duration => left.0[0].cast_signed().cmp(&right.0[0].cast_signed()),
            Repr::Bool | Repr::Enum => left.0[0].cmp(&right.0[0]),
            Repr::Float => float(left.0[0]).cmp(&float(right.0[0])),
            Repr::Many(_) | Repr::Boxed => left.1[0].cmp(&right.1[0]),
            Repr::Option(inner) => left.0[0].cmp(&right.0[0]).then_with(|| match left.0[0] {
                0 => Ordering::Equal,
                _ => inner.compare((&left.0[1..], left.1), (&right.0[1..], right.1)),
            }),
            Repr::Tuple(slots) => compare_all(slots, left, right),
            Repr::Sum(variants) => left.0[0].cmp(&right.0[0]).then_with(|| {
                let fields = u32::try_from(left.0[0]).map_or(&[][..], |variant| fields_of(variants, variant));
                compare_all(fields, (&left.0[1..], left.1), (&right.0[1..], right.1))
            }),
        }
    }
}

/// The fields of a variant; none if nothing is known of it.
pub(super) fn fields_of(variants: &[Fields], variant: u32) -> &[Repr] {
    variants.get(variant as usize).map_or(&[], |fields| fields)
}

/// The greatest sum over the fields of a variant.
fn most(variants: &[Fields], of: fn(&Repr) -> usize) -> usize {
    variants.iter().map(|fields| fields.iter().map(of).sum()).max().unwrap_or(0)
}

/// The fields that those of both fit, by variant.
fn both_variants(left: &[Fields], right: &[Fields]) -> Option<Vec<Fields>> {
    let both = |variant: u32| match (fields_of(left, variant), fields_of(right, variant)) {
        ([], fields) | (fields, []) => Some(Fields::from(fields)),
        (left, right) if left.len() != right.len() => None,
        (left, right) => Some(left.iter().zip(right).map(|(left, right)| left.and(right)).collect()),
    };
    (0..left.len().max(right.len()) as u32).map(both).collect()
}

/// The order of rows of these columns.
pub(super) fn compare_all(columns: &[Repr], left: (&[u64], &[Value]), right: (&[u64], &[Value])) -> Ordering {
    let (mut word, mut object) = (0, 0);
    for repr in columns {
        let order = repr.compare((&left.0[word..], &left.1[object..]), (&right.0[word..], &right.1[object..]));
        if order.is_ne() {
            return order;
        }
        word += repr.words();
        object += repr.objects();
    }
    Ordering::Equal
}

/// A float from its word.
pub(super) fn float(word: u64) -> Float {
    Float::new(f64::from_bits(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(repr: &Repr, value: &Value) -> (Vec<u64>, Vec<Value>) {
        let (mut words, mut objects) = (Vec::new(), Vec::new());
        repr.encode(value, &mut words, &mut objects);
        assert_eq!((words.len(), objects.len()), (repr.words(), repr.objects()), "{value:?}");
        (words, objects)
    }

    #[test]
    fn values_come_back_and_keep_their_order() {
        let int = Value::Int;
        let values = [
            vec![int(i64::MIN), int(-1), int(0), int(i64::MAX)],
            [f64::NEG_INFINITY, -1.5, 0.0, 1.5, f64::NAN].map(|x| Value::Float(Float::new(x))).to_vec(),
            vec![Value::Bool(false), Value::Bool(true)],
            vec![Value::None, Value::some(int(-2)), Value::some(int(2))],
            vec![Value::None, Value::some(Value::text("a")), Value::some(Value::text("b"))],
            vec![Value::tuple([int(-1), Value::text("z")]), Value::tuple([int(1), Value::text("a")])],
            vec![Value::Variant(0, [].into()), Value::Variant(2, [].into())],
            vec![Value::set(vec![int(1)]), Value::set(vec![int(1), int(2)])],
            vec![
                Value::Variant(0, [].into()),
                Value::Variant(1, [int(-1)].into()),
                Value::Variant(1, [int(1)].into()),
                Value::Variant(2, [int(0), Value::text("a")].into()),
                Value::Variant(2, [int(0), Value::text("b")].into()),
                Value::Variant(3, [].into()),
            ],
            vec![Value::None, Value::some(Value::Variant(2, [int(7)].into()))],
        ];
        for of_one_type in values {
            let repr = of_one_type.iter().fold(Repr::Never, |repr, value| repr.and(&Repr::of_value(value)));
            assert_ne!(repr, Repr::Boxed);
            for left in &of_one_type {
                let (words, objects) = lanes(&repr, left);
                assert_eq!(repr.decode(&words, &objects), *left);
                for right in &of_one_type {
                    let other = lanes(&repr, right);
                    assert_eq!(repr.compare((&words, &objects), (&other.0, &other.1)), left.cmp(right));
                    assert_eq!((&words, &objects) == (&other.0, &other.1), left == right);
                }
            }
        }
    }

    #[test]
    fn what_does_not_agree_is_boxed() {
        let pair = |left: Repr, right: Repr| Repr::Tuple([left, right].into());
        let option = |inner: Repr| Repr::Option(Box::new(inner));
        assert_eq!(option(Repr::Never).and(&option(Repr::Int)), option(Repr::Int));
        assert_eq!(pair(Repr::Int, Repr::Boxed).and(&pair(Repr::Int, Repr::Int)), pair(Repr::Int, Repr::Boxed));
        assert_eq!(Repr::Int.and(&option(Repr::Int)), Repr::Boxed);
        assert!(!option(Repr::Never).is_whole() && option(Repr::Int).is_whole());
    }

    #[test]
    fn variants_lie_over_each_other() {
        let variant = |number: u32, fields: &[Repr]| Repr::variant(number, fields.into());
        let both = variant(1, &[Repr::Int]).and(&variant(2, &[Repr::Int, Repr::Boxed]));
        assert_eq!((both.words(), both.objects()), (3, 1));
        assert_eq!(both.and(&Repr::Enum), both);
        assert_eq!(variant(5, &[]), Repr::Enum);
        // Of another number of fields, of too many, or too far out: an object.
        assert_eq!(both.and(&variant(1, &[Repr::Int, Repr::Int])), Repr::Boxed);
        assert_eq!(variant(0, &[const { Repr::Int }; 8]), Repr::Boxed);
        assert_eq!(variant(u32::MAX, &[Repr::Int]), Repr::Boxed);
        let wide = |number| variant(number, &[Repr::Boxed, Repr::Boxed, Repr::Boxed]);
        assert!(
            matches!(wide(0), Repr::Sum(_))
                && wide(0).and(&wide(1)) == Repr::sum(vec![[Repr::Boxed, Repr::Boxed, Repr::Boxed].into(); 2])
        );
    }
}
