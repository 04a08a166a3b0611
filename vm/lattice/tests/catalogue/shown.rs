//! Values as the language prints them, without the quotes of texts: `{x, y}`, `3`, `none`, `[k: 5]`.

use lasp_lattice::{Kind, Leaf, PortRow, Reading};

use crate::word::Word;
use crate::written::{Type, letter, replica};

/// What an expression sees of a value.
pub fn value(of: &Type, value: &dyn Reading<Word>) -> String {
    shown(&of.kind, of, value)
}

fn shown(kind: &Kind, of: &Type, value: &dyn Reading<Word>) -> String {
    match (kind, value.row()) {
        (Kind::GMap(values) | Kind::OrMap(values), _) => {
            let entries = value.entries().map(|(key, inner)| format!("{}: {}", key.0, shown(values, of, inner)));
            let entries: Vec<String> = entries.collect();
            if entries.is_empty() { "[:]".to_owned() } else { format!("[{}]", entries.join(", ")) }
        }
        (Kind::Product(parts), _) => {
            let part = |(at, kind): (usize, &Kind)| {
                let inner = value.part(at).expect("it has its parts");
                format!("{}: {}", of.parts[at], shown(kind, of, inner))
            };
            format!("{{ {} }}", parts.iter().enumerate().map(part).collect::<Vec<_>>().join(", "))
        }
        (_, PortRow::Elements) => format!("{{{}}}", words(value.elements())),
        (Kind::BCounter, _) => {
            let rights = |who| value.rights(replica(who)).unwrap_or_default();
            let count = leaf(kind, &value.leaf().expect("a counter"));
            format!("{count}; rights: A {}, B {}", rights('A'), rights('B'))
        }
        _ => leaf(kind, &value.leaf().expect("a scalar")),
    }
}

fn leaf(kind: &Kind, value: &Leaf<Word>) -> String {
    match (value, kind) {
        (Leaf::Count(n), _) => n.to_string(),
        (Leaf::Option(None), _) => "none".to_owned(),
        (Leaf::Option(Some(word)), _) => word.0.clone(),
        (Leaf::Bool(truth), _) => truth.to_string(),
        (Leaf::Rank(rank), Kind::User(drawn)) => drawn.elements()[usize::from(*rank)].clone(),
        (Leaf::List(items), _) => format!("[{}]", words(items)),
        (Leaf::Clock(ticks), _) if ticks.is_empty() => "[:]".to_owned(),
        (Leaf::Clock(ticks), _) => {
            let tick = |(replica, n): &(_, u64)| format!("{}: {n}", letter(*replica));
            format!("[{}]", ticks.iter().map(tick).collect::<Vec<_>>().join(", "))
        }
        (Leaf::Pair(halves), Kind::Lex(first, second)) => {
            format!("({}, {})", leaf(first, &halves[0]), leaf(second, &halves[1]))
        }
        (Leaf::Conflict(values), _) => format!("a conflict of {}", words(values)),
        (other, kind) => panic!("a {kind} reads as {other:?}"),
    }
}

fn words<'a>(words: impl IntoIterator<Item = &'a Word>) -> String {
    words.into_iter().map(|word| word.0.as_str()).collect::<Vec<_>>().join(", ")
}
