//! Ids of emits: so that the outside can drop what arrives twice.
//!
//! ```text
//! when      hash(output, condition, binding, which emit of the body)      the same on every node and in every run
//! handler   hash(replica, incarnation, op number, which emit of the op, output, data)   one per handled event
//! ```
//!
//! The data is in a handler's id because a program that is run anew, without kept state, counts its ops from the start:
//! equal ids then still mean equal effects. A `when` fires at every node that sees its condition, and again after a
//! restart; equal ids make that one effect.
//!
//! Invariant: the bytes that are hashed are canonical: every part is tagged or of fixed length, and texts and
//! collections carry their lengths, so two different things never run together. They are part of the format: a change
//! here makes old effects look new.

use blake3::Hasher;
use lasp_lattice::ReplicaId;
use lasp_plan::Value;

/// What an op's emits are named after.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A handler or the REPL: the op's stamp.
    Op(ReplicaId, u64),
    /// A `when`: its condition's text and the element it fired for.
    When(String, Option<Value>),
}

impl Origin {
    /// The id of the op's `index`th emit: 16 hex digits.
    pub(super) fn id(&self, output: &str, index: u64, data: &Value) -> String {
        let mut hasher = Hasher::new();
        match self {
            Origin::Op(replica, op) => {
                hasher.update(b"op");
                hasher.update(&replica.node.to_le_bytes());
                hasher.update(&replica.incarnation.to_le_bytes());
                hasher.update(&op.to_le_bytes());
                bytes(&mut hasher, output.as_bytes());
                value(&mut hasher, data);
            }
            Origin::When(condition, binding) => {
                hasher.update(b"when");
                bytes(&mut hasher, output.as_bytes());
                bytes(&mut hasher, condition.as_bytes());
                if let Some(binding) = binding {
                    value(&mut hasher, binding);
                }
            }
        }
        hasher.update(&index.to_le_bytes());
        hasher.finalize().to_hex()[..16].to_string()
    }
}

fn bytes(hasher: &mut Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn values(hasher: &mut Hasher, tag: u8, items: &[Value]) {
    hasher.update(&[tag]);
    hasher.update(&(items.len() as u64).to_le_bytes());
    items.iter().for_each(|item| value(hasher, item));
}

fn fixed(hasher: &mut Hasher, tag: u8, bits: u64) {
    hasher.update(&[tag]);
    hasher.update(&bits.to_le_bytes());
}

fn value(hasher: &mut Hasher, of: &Value) {
    match of {
        Value::None => {
            hasher.update(&[0]);
        }
        Value::Some(inner) => {
            hasher.update(&[1]);
            value(hasher, inner);
        }
        Value::Bool(truth) => {
            hasher.update(&[2, u8::from(*truth)]);
        }
        Value::Int(n) => fixed(hasher, 3, n.cast_unsigned()),
        Value::Float(x) => fixed(hasher, 4, x.get().to_bits()),
        Value::Text(text) => {
            hasher.update(&[5]);
            bytes(hasher, text.as_bytes());
        }
        Value::Bytes(octets) => {
            hasher.update(&[6]);
            bytes(hasher, octets);
        }
        Value::Time(t) => fixed(hasher, 7, t.cast_unsigned()),
        Value::Duration(d) => fixed(hasher, 8, d.cast_unsigned()),
        Value::Tuple(slots) => values(hasher, 9, slots),
        Value::List(items) => values(hasher, 10, items),
        Value::Set(items) => values(hasher, 11, items),
        Value::Map(entries) => {
            hasher.update(&[12]);
            hasher.update(&(entries.len() as u64).to_le_bytes());
            for (key, entry) in entries.iter() {
                value(hasher, key);
                value(hasher, entry);
            }
        }
        Value::Variant(variant, fields) => {
            hasher.update(&[13]);
            hasher.update(&variant.to_le_bytes());
            values(hasher, 9, fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(output: &str, condition: &str, binding: &[Value]) -> String {
        Origin::When(condition.into(), Some(Value::tuple(binding))).id(output, 0, &Value::unit())
    }

    #[test]
    fn ids_are_part_of_the_format() {
        let binding = Value::tuple([Value::text("x"), Value::Int(3)]);
        assert_eq!(Origin::When("n >= 3".into(), Some(binding)).id("full", 0, &Value::unit()), "29816d2afdeaf52c");
        let replica = ReplicaId { node: 1, incarnation: 0 };
        assert_eq!(Origin::Op(replica, 7).id("full", 0, &Value::unit()), "0c5765dbed264a0a");
    }

    #[test]
    fn different_things_have_different_ids() {
        let text = |s| Value::text(s);
        let base = when("out", "c", &[text("ab"), text("c")]);
        assert_ne!(base, when("out", "c", &[text("a"), text("bc")]), "the boundary counts");
        assert_ne!(base, when("ou", "tc", &[text("ab"), text("c")]), "here too");
        assert_ne!(when("out", "c", &[Value::Int(1)]), when("out", "c", &[Value::Time(1)]), "and the type");
        let origin = Origin::Op(ReplicaId { node: 1, incarnation: 0 }, 7);
        assert_ne!(origin.id("out", 0, &Value::unit()), origin.id("out", 1, &Value::unit()));
        assert_ne!(origin.id("out", 0, &Value::unit()), origin.id("out", 0, &Value::Int(1)), "and the data");
        assert_ne!(
            origin.id("out", 0, &Value::unit()),
            Origin::Op(ReplicaId { node: 1, incarnation: 1 }, 7).id("out", 0, &Value::unit())
        );
    }
}
