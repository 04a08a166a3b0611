//! What can be read of a variable, place by place, and which way each place moves.
//!
//! ```text
//! var m0: gmap<text, { a: gcounter, b: orset<int> }>
//!   m0  any    m0.keys()  up    m0[$].a  up    m0[$].b  any          `$` a key
//! ```
//!
//! The ways are those of the language page's table, written down a second time on purpose: they only steer the
//! generator towards conditions near the border, and a wrong one costs aim, not truth. Neighbour: `border`.

use crate::oracle::ty::Ty;
use crate::oracle::vars::{Lattice, PARTS};

/// Which way what is read moves as the state grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    /// Either way, or nobody knows.
    Any,
}

impl Way {
    pub(super) fn flip(self) -> Way {
        match self {
            Way::Up => Way::Down,
            Way::Down => Way::Up,
            Way::Any => Way::Any,
        }
    }
}

/// A place that can be read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    /// As the program writes it, keys left open as `$`.
    pub(super) text: String,
    pub(super) keys: Vec<Ty>,
    pub(super) ty: Ty,
    pub(super) way: Way,
}

/// Everything that can be read of a variable of this lattice that reads as `ty`.
pub(super) fn of(name: &str, lattice: &Lattice, ty: &Ty) -> Vec<Read> {
    let mut found = Vec::new();
    visit(&Read { text: name.to_string(), keys: Vec::new(), ty: ty.clone(), way: way(lattice) }, lattice, &mut found);
    found
}

fn visit(place: &Read, lattice: &Lattice, found: &mut Vec<Read>) {
    let part = |name: &str, of: &Lattice| {
        let text = format!("{}.{name}", place.text);
        Read { text, keys: place.keys.clone(), ty: of.read(), way: way(of) }
    };
    match lattice {
        Lattice::GMap(key, inner) | Lattice::OrMap(key, inner) => {
            let removable = matches!(lattice, Lattice::OrMap(..));
            found.push(place.clone());
            found.push(Read {
                text: format!("{}.keys()", place.text),
                ty: Ty::set(key.clone()),
                way: if removable { Way::Any } else { Way::Up },
                ..place.clone()
            });
            let keys = place.keys.iter().cloned().chain([key.clone()]).collect();
            let below = Read { text: format!("{}[$]", place.text), keys, ty: inner.read(), way: way(inner) };
            let mut entries = Vec::new();
            visit(&below, inner, &mut entries);
            if removable {
                entries.iter_mut().for_each(|read| read.way = Way::Any);
            }
            found.extend(entries);
        }
        Lattice::Record(parts) => {
            found.push(place.clone());
            parts.iter().zip(PARTS).for_each(|(of, name)| visit(&part(name, of), of, found));
        }
        Lattice::Tuple(parts) => {
            found.push(place.clone());
            parts.iter().enumerate().for_each(|(at, of)| visit(&part(&at.to_string(), of), of, found));
        }
        Lattice::Lex(first, second) => {
            found.push(place.clone());
            found.push(part("0", first));
            found.push(Read { way: Way::Any, ..part("1", second) });
        }
        _ => found.push(place.clone()),
    }
}

fn way(lattice: &Lattice) -> Way {
    match lattice {
        Lattice::GSet(_) | Lattice::GCounter | Lattice::Flag | Lattice::Status => Way::Up,
        Lattice::Max(of) if *of != Ty::Status => Way::Up,
        Lattice::Min(of) if *of != Ty::Status => Way::Down,
        _ => Way::Any,
    }
}
