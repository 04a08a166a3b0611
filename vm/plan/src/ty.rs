//! Types of values, as far as a running program needs them: to print, to decode, to name a field.
//!
//! The checker has richer types (inference, CRDT types); what reaches a plan is closed and plain. `Ad` of the
//! advertisement counter is `Record([("ad", Text), ("advertiser", Text)])`.
//!
//! Invariant: the fields of a record are sorted by name, like the slots of its values.

use serde::{Deserialize, Serialize};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// 64-bit, checked.
    Int,
    /// An `int` that is never negative.
    Nat,
    /// IEEE double, NaN and `-0.0` normalised.
    Float,
    /// Truth value.
    Bool,
    /// UTF-8.
    Text,
    /// Octets.
    Bytes,
    /// Microseconds since the epoch, UTC.
    Time,
    /// Microseconds.
    Duration,
    /// By position.
    Tuple(Vec<Type>),
    /// By name, sorted.
    Record(Vec<(String, Type)>),
    /// Set or not.
    Option(Box<Type>),
    /// Ordered, with repetition.
    List(Box<Type>),
    /// Without order or repetition.
    Set(Box<Type>),
    /// Keys to values.
    Map(Box<Type>, Box<Type>),
    /// A declared enum.
    Enum(EnumType),
}

/// A declared enum: variants in declared order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Variants with the types of their fields.
    pub variants: Vec<(String, Vec<Type>)>,
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |f: &mut std::fmt::Formatter<'_>, types: &[Type]| -> std::fmt::Result {
            for (i, ty) in types.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{ty}")?;
            }
            Ok(())
        };
        match self {
            Type::Int => f.write_str("int"),
            Type::Nat => f.write_str("nat"),
            Type::Float => f.write_str("float"),
            Type::Bool => f.write_str("bool"),
            Type::Text => f.write_str("text"),
            Type::Bytes => f.write_str("bytes"),
            Type::Time => f.write_str("time"),
            Type::Duration => f.write_str("duration"),
            Type::Tuple(types) => {
                f.write_str("(")?;
                list(f, types)?;
                f.write_str(")")
            }
            Type::Record(fields) => {
                f.write_str("{ ")?;
                for (i, (name, ty)) in fields.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{name}: {ty}")?;
                }
                f.write_str(" }")
            }
            Type::Option(ty) => write!(f, "option<{ty}>"),
            Type::List(ty) => write!(f, "list<{ty}>"),
            Type::Set(ty) => write!(f, "set<{ty}>"),
            Type::Map(key, value) => write!(f, "map<{key}, {value}>"),
            Type::Enum(declared) => f.write_str(&declared.name),
        }
    }
}
