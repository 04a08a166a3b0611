//! The types under test: every row of the registry alone, and inside everything that can hold it.
//!
//! A type is named twice, for the lattices and for the specification, by the same few functions, so that the two names
//! cannot drift apart.

use std::sync::Arc;

use lasp_lattice::{Kind, LATTICES, UserLattice};
use lasp_spec as spec;

/// A type under both names.
#[derive(Clone, Debug)]
pub struct Type {
    pub name: String,
    pub kind: Kind,
    pub spec: spec::Kind,
}

fn plain(kind: Kind, spec: spec::Kind) -> Type {
    Type { name: kind.name().to_owned(), kind, spec }
}

fn within(outer: &str, inner: &[&Type], kind: Kind, spec: spec::Kind) -> Type {
    let inner: Vec<&str> = inner.iter().map(|inner| inner.name.as_str()).collect();
    Type { name: format!("{outer}<{}>", inner.join(", ")), kind, spec }
}

pub fn gmap(values: &Type) -> Type {
    let kind = Kind::GMap(Box::new(values.kind.clone()));
    within("gmap", &[values], kind, spec::Kind::gmap(values.spec.clone()))
}

pub fn ormap(values: &Type) -> Type {
    let kind = Kind::OrMap(Box::new(values.kind.clone()));
    within("ormap", &[values], kind, spec::Kind::ormap(values.spec.clone()))
}

fn product(parts: &[&Type]) -> Type {
    let kind = Kind::Product(parts.iter().map(|part| part.kind.clone()).collect());
    let spec = spec::Kind::Product(parts.iter().map(|part| part.spec.clone()).collect());
    within("product", parts, kind, spec)
}

fn lex(first: &Type, second: &Type) -> Type {
    let kind = Kind::Lex(Box::new(first.kind.clone()), Box::new(second.kind.clone()));
    within("lex", &[first, second], kind, spec::Kind::lex(first.spec.clone(), second.spec.clone()))
}

fn topk(n: usize) -> Type {
    Type { name: format!("topk<{n}>"), ..plain(Kind::TopK(n as u64), spec::Kind::TopK(n)) }
}

fn drawn(name: &str, elements: usize, edges: &[(u16, u16)]) -> Type {
    let names = (0..elements).map(|element| format!("e{element}")).collect();
    let table = UserLattice::new(name, names, edges).expect("it is a lattice");
    let kind = Kind::User(Arc::new(table));
    Type { name: format!("lattice {name}"), kind, spec: spec::Kind::User(spec::Order::new(elements, edges)) }
}

/// Every type that holds no other by itself, in the order of the registry.
pub fn simple() -> Vec<Type> {
    use spec::Kind as Spec;
    let chain = drawn("Chain", 4, &[(2, 0), (0, 1), (1, 3)]);
    let mut types = vec![
        plain(Kind::GSet, Spec::GSet),
        plain(Kind::OrSet, Spec::OrSet),
        plain(Kind::RwSet, Spec::RwSet),
        plain(Kind::TwoPSet, Spec::TwoPSet),
        plain(Kind::GCounter, Spec::GCounter),
        plain(Kind::PnCounter, Spec::PnCounter),
        plain(Kind::RCounter, Spec::RCounter),
        plain(Kind::BCounter, Spec::BCounter),
        plain(Kind::Max, Spec::Max),
        plain(Kind::Min, Spec::Min),
        plain(Kind::Flag, Spec::Flag),
        plain(Kind::EwFlag, Spec::EwFlag),
        plain(Kind::DwFlag, Spec::DwFlag),
        plain(Kind::Lww, Spec::Lww),
        plain(Kind::Mv, Spec::Mv),
        plain(Kind::Ivar, Spec::Ivar),
        topk(1),
        topk(2),
        plain(Kind::VClock, Spec::VClock),
        chain.clone(),
        drawn("Status", 5, &[(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)]),
        // The smallest lattice that is not distributive.
        drawn("M3", 5, &[(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]),
    ];
    let [max, min, lww, ivar] = [Kind::Max, Kind::Min, Kind::Lww, Kind::Ivar].map(|kind| named(&types, &kind));
    types.extend([lex(&max, &lww), lex(&min, &ivar), lex(&chain, &max), lex(&lex(&max, &min), &lww)]);
    types
}

/// Each of `simple` inside a `gmap`.
pub fn in_gmap() -> Vec<Type> {
    simple().iter().map(gmap).collect()
}

/// Each of `simple` that may be removed inside an `ormap`.
pub fn in_ormap() -> Vec<Type> {
    removable().iter().map(ormap).collect()
}

/// Each of `simple` further in: two maps deep, and beside another in a product, removed with it or not.
pub fn deep() -> Vec<Type> {
    let (all, removable) = (simple(), removable());
    let beside = |types: &[Type]| -> Vec<Type> {
        (0..types.len()).map(|at| product(&[&types[at], &types[(at + 5) % types.len()]])).collect()
    };
    let mut types = beside(&all);
    types.extend(beside(&removable).iter().map(ormap));
    for inner in &removable {
        types.extend([ormap(&ormap(inner)), ormap(&gmap(inner)), gmap(&ormap(inner))]);
    }
    let [orset, gcounter, lww] = [Kind::OrSet, Kind::GCounter, Kind::Lww].map(|kind| named(&all, &kind));
    types.extend([
        gmap(&gmap(&orset)),
        gmap(&product(&[&orset, &gcounter])),
        product(&[&ormap(&gcounter), &gmap(&orset), &product(&[])]),
        ormap(&product(&[&ormap(&gcounter), &product(&[&lww, &orset])])),
        ormap(&ormap(&product(&[&gcounter, &ormap(&orset)]))),
    ]);
    types
}

fn removable() -> Vec<Type> {
    simple().into_iter().filter(|inner| inner.spec.supports_in_ormap()).collect()
}

/// The one of this kind.
pub fn named(types: &[Type], kind: &Kind) -> Type {
    types.iter().find(|of| of.kind == *kind).cloned().expect("it is among them")
}

#[test]
fn every_row_of_the_registry_is_under_test() {
    let types: Vec<Type> = [simple(), in_gmap(), in_ormap(), deep()].concat();
    for row in LATTICES {
        assert!(types.iter().any(|of| of.kind.name() == row.name), "nobody says what a {} means", row.name);
    }
    for of in types {
        assert_eq!(of.kind.flaw(), None, "{}", of.name);
    }
}
