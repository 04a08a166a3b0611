//! Kinds, updates and schedules, generated from the registry alone.
//!
//! An update is drawn from a row's methods and their parameters, so a new type needs nothing here unless it takes a new
//! sort of parameter. Elements and keys come from a handful, so that updates meet.

use lasp_lattice::{Arg, Kind, KindParam, LATTICES, LatticeInfo, MethodInfo, MethodParam, ParamKind};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestCaseResult, TestRunner};

use crate::world::{Op, REPLICAS, Step, T, replica};

/// Runs per kind and property unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 1_000;

/// Every kind to be tested: each running row, with every running row as its parameter, and two levels of maps.
pub fn kinds() -> Vec<Kind> {
    LATTICES.iter().filter(|row| row.runs).flat_map(kinds_of).collect()
}

/// The kinds of one row.
pub fn kinds_of(row: &LatticeInfo) -> Vec<Kind> {
    let takes = |param: ParamKind| row.params.contains(&param);
    if takes(ParamKind::Int) {
        return Kind::of(row.name, &[KindParam::Int(2)]).into_iter().collect();
    }
    if !takes(ParamKind::Lattice) {
        return Kind::of(row.name, &[]).into_iter().collect();
    }
    let of = |inner: Kind| Kind::of(row.name, &[KindParam::Lattice(inner)]);
    let plain = LATTICES.iter().filter_map(|row| Kind::of(row.name, &[]));
    let once: Vec<Kind> = plain.filter_map(of).collect();
    let twice: Vec<Kind> = once.iter().cloned().filter_map(of).collect();
    [once, twice].concat()
}

/// Checks a property for every kind in turn.
pub fn for_every_kind<S: Strategy>(
    test_file: &'static str,
    strategy: impl Fn(&Kind) -> S,
    check: impl Fn(&Kind, S::Value) -> TestCaseResult,
) {
    for kind in kinds() {
        let outcome = runner(test_file).run(&strategy(&kind), |case| check(&kind, case));
        if let Err(failure) = outcome {
            panic!("{kind:?}: {failure}");
        }
    }
}

/// A runner with our number of cases, that keeps the seeds of failures and starts with them.
pub fn runner(test_file: &'static str) -> TestRunner {
    #[expect(clippy::disallowed_methods, reason = "a number of cases from outside; it changes how long, not what")]
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    TestRunner::new(Config {
        cases: asked.unwrap_or(CASES),
        source_file: Some(test_file),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("seeds"))),
        ..Config::default()
    })
}

/// An update of a kind.
pub fn op(kind: &Kind) -> BoxedStrategy<Op> {
    if let Kind::GMap(values) = kind {
        let key = 0..2 as T;
        return (key, op(values)).prop_map(|(key, op)| op.under(key)).boxed();
    }
    let methods: Vec<BoxedStrategy<Op>> = kind.info().methods.iter().map(call).collect();
    prop::strategy::Union::new(methods).boxed()
}

/// A call of a method, with some of the parameters that may be left out left out.
pub fn call(method: &'static MethodInfo) -> BoxedStrategy<Op> {
    let all: Vec<BoxedStrategy<Arg<T>>> = method.params.iter().map(|param| arg(*param)).collect();
    (all, method.required..=method.params.len(), now_us())
        .prop_map(|(mut args, given, now_us)| {
            args.truncate(given);
            Op { path: Vec::new(), method: method.name, args, now_us }
        })
        .boxed()
}

fn arg(param: MethodParam) -> BoxedStrategy<Arg<T>> {
    let element = 0..4 as T;
    match param {
        MethodParam::Element => element.prop_map(Arg::Element).boxed(),
        MethodParam::ElementSet => prop::collection::vec(element, 0..4).prop_map(Arg::Elements).boxed(),
        MethodParam::Amount => (0..5u64).prop_map(Arg::Amount).boxed(),
        MethodParam::Node => (0..REPLICAS).prop_map(|at| Arg::Node(replica(at))).boxed(),
        other => panic!("no way yet to draw an argument for {other:?}"),
    }
}

/// Wall clocks that stand still, go back, and are ten years off.
fn now_us() -> impl Strategy<Value = i64> {
    const TEN_YEARS: i64 = 315_576_000_000_000;
    prop_oneof![4 => 0..4i64, 1 => Just(TEN_YEARS), 1 => Just(-TEN_YEARS)]
}

/// Updates anywhere, pulls of whole states, and deltas delivered in any order, again and again.
pub fn schedule(kind: &Kind) -> impl Strategy<Value = Vec<Step>> + use<> {
    let at = || 0..REPLICAS;
    let step = prop_oneof![
        5 => (at(), op(kind)).prop_map(|(at, op)| Step::Update { at, op }),
        1 => (at(), at()).prop_map(|(to, from)| Step::Pull { to, from }),
        3 => (at(), any::<Index>()).prop_map(|(to, which)| Step::Deliver { to, which }),
    ];
    prop::collection::vec(step, 1..16)
}

/// Updates and pulls only: every replica hears of an update after all that the update had seen.
pub fn causal_schedule(kind: &Kind) -> impl Strategy<Value = Vec<Step>> + use<> {
    let at = || 0..REPLICAS;
    let step = prop_oneof![
        3 => (at(), op(kind)).prop_map(|(at, op)| Step::Update { at, op }),
        1 => (at(), at()).prop_map(|(to, from)| Step::Pull { to, from }),
        1 => (at(), at()).prop_map(|(to, from)| Step::PullDeltas { to, from }),
    ];
    prop::collection::vec(step, 1..24)
}

/// Equality of two states, as a property: says both when it fails.
pub fn same<V: PartialEq + std::fmt::Debug>(law: &str, left: &V, right: &V) -> TestCaseResult {
    if left == right {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{law}:\n  left  {left:?}\n  right {right:?}")))
}
