//! Incremental equals recomputed: after every step of every random case, each sink's rows, weights and health are those
//! that the naive oracle computes from the variables as they are.
//!
//! `LASP_CASES` is the number of cases (2,000), `LASP_SEED` another stream of them; equal settings give equal cases. A
//! failing case is shrunk and printed as its list of numbers; put it into [`replay`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use lasp_plan::parts::parts;
use lasp_plan::{BinaryOp, Expr, ExprKind, Func, NodeId, Op, Pattern, Row, Stage, VarId};
use lasp_vm::flow::{Flow, Limits};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::generate::{Case, case};
use crate::naive::{Sources, recompute};

/// How many cases had each feature.
type Shares = BTreeMap<String, u32>;

#[test]
fn incremental_equals_recomputed() {
    let number = |name: &str, default: u64| {
        let text = std::env::var(name).ok();
        text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let (cases, seed) = (number("LASP_CASES", 2_000) as u32, number("LASP_SEED", 1));
    let mut seed_bytes = [0; 32];
    seed_bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed_bytes));
    let shares = RefCell::new(Shares::new());
    let result = runner.run(&vec(any::<u32>(), 60..800), |numbers| {
        let features = check(&case(&numbers)).map_err(TestCaseError::fail)?;
        let mut shares = shares.borrow_mut();
        features.into_iter().for_each(|feature| *shares.entry(feature).or_insert(0) += 1);
        Ok(())
    });
    if let Err(error) = result {
        panic!("seed {seed}, {cases} cases: {error}");
    }
    let shares = shares.into_inner();
    let percent = |feature: &str| 100.0 * f64::from(shares.get(feature).copied().unwrap_or(0)) / f64::from(cases);
    shares.keys().for_each(|feature| println!("{:5.1} % of cases: {feature}", percent(feature)));
    // A generator that stops making something would leave it untested without anybody noticing.
    for (feature, least) in EXPECTED {
        assert!(percent(feature) >= *least, "only {} % of the cases have `{feature}`", percent(feature));
    }
}

/// The least share of cases, in percent, that must show each feature.
const EXPECTED: &[(&str, f64)] = &[
    ("op fused", 50.0),
    ("match", 25.0),
    ("arm with a guard", 10.0),
    ("arm of a variant with fields", 12.0),
    ("arm of a set option", 5.0),
    ("arm of a tuple", 5.0),
    ("arm of a constant", 5.0),
    ("division in an arm", 3.0),
    ("let", 20.0),
    ("variant with fields", 10.0),
    ("text with holes", 5.0),
    ("text asked", 5.0),
    ("function", 10.0),
    ("comparison of options", 5.0),
    ("op distinct", 20.0),
    ("op join", 40.0),
    ("op left join", 30.0),
    ("op semi keep", 15.0),
    ("op semi drop", 15.0),
    ("op concat", 15.0),
    ("op rows", 15.0),
    ("agg Count", 10.0),
    ("agg Sum", 10.0),
    ("agg Avg", 10.0),
    ("agg Min", 10.0),
    ("agg Max", 10.0),
    ("agg Any", 10.0),
    ("agg All", 10.0),
    ("agg Set", 10.0),
    ("agg Map", 10.0),
    ("join without keys", 10.0),
    ("self-join", 20.0),
    ("shared operator", 50.0),
    ("source twice", 10.0),
    ("unneeded operator", 15.0),
    ("row removed from a sink", 50.0),
    ("row there more than once", 15.0),
    ("batch over 16 rows at a sink", 3.0),
    ("failing", 12.0),
    ("failing, then healthy", 4.0),
    ("out of range", 5.0),
    ("division by zero", 8.0),
];

/// A list of numbers that once failed goes here.
#[test]
fn replay() {
    let numbers: &[&[u32]] = &[&[]];
    for numbers in numbers {
        check(&case(numbers)).unwrap();
    }
}

/// Runs a case, with and without the types of its sources. Returns what it showed.
fn check(case: &Case) -> Result<BTreeSet<String>, String> {
    let types = |var: VarId, _| case.types[var.0 as usize].clone();
    check_in(case, Flow::typed(&case.graph, &case.sinks, Limits::default(), &types))
        .map_err(|wrong| format!("with types: {wrong}"))?;
    check_in(case, Flow::new(&case.graph, &case.sinks, Limits::default()))
}

/// Runs a case, comparing after every step.
fn check_in(case: &Case, mut flow: Flow) -> Result<BTreeSet<String>, String> {
    let mut features = static_features(case);
    let mut sources: Sources = (0..case.pools.len() as u32).map(|var| (var, BTreeSet::new())).collect();
    let mut seen: BTreeMap<NodeId, BTreeMap<Row, i64>> = BTreeMap::new();
    let mut was_failing = BTreeSet::new();
    // An empty step first: constants alone.
    for toggles in [vec![]].iter().chain(&case.steps) {
        for (var, at) in toggles {
            let row = &case.pools[*var][*at];
            let rows = sources.get_mut(&(*var as u32)).expect("every source has an entry");
            let added = rows.insert(row.clone());
            if !added {
                rows.remove(row);
            }
            flow.push(VarId(*var as u32), 0, row, if added { 1 } else { -1 });
        }
        flow.step();
        if flow.is_dirty() {
            return Err("dirty after a step".to_string());
        }
        let expected = recompute(&case.graph, &sources);
        // A sink may be listed twice; it is still one.
        for sink in &BTreeSet::from_iter(case.sinks.iter().copied()) {
            let expected = &expected[sink.0 as usize];
            compare(&flow, *sink, expected, seen.entry(*sink).or_default(), &mut features)?;
            if !expected.codes.is_empty() {
                features.insert("failing".to_string());
                was_failing.insert(*sink);
            } else if was_failing.remove(sink) {
                features.insert("failing, then healthy".to_string());
            }
            for (code, name) in [("R0701", "out of range"), ("R0702", "division by zero")] {
                if expected.codes.contains(code) {
                    features.insert(name.to_string());
                }
            }
        }
    }
    Ok(features)
}

/// Everything that can be read of a sink, against the oracle's relation.
fn compare(
    flow: &Flow,
    sink: NodeId,
    expected: &crate::naive::Relation,
    seen: &mut BTreeMap<Row, i64>,
    features: &mut BTreeSet<String>,
) -> Result<(), String> {
    let wrong = |what: &str, found: &dyn std::fmt::Debug| {
        Err(format!("{what} of operator {}: found {found:?}, expected {expected:?}", sink.0))
    };
    let changes = flow.changes(sink);
    if !changes.is_sorted_by(|(a, _), (b, _)| a < b) || changes.iter().any(|(_, weight)| *weight == 0) {
        return wrong("changes", &changes);
    }
    for (row, weight) in changes {
        *seen.entry(row.clone()).or_insert(0) += weight;
    }
    seen.retain(|_, weight| *weight != 0);
    if *seen != expected.rows {
        return wrong("sum of changes", seen);
    }

    let rows = flow.rows(sink);
    if !rows.iter().eq(expected.rows.keys()) || flow.len(sink) != rows.len() {
        return wrong("rows", &rows);
    }
    for row in &rows {
        let first = row.first().map(|key| (key, rows.iter().find(|other| other.first() == Some(key))));
        if !flow.contains(sink, row) || first.is_some_and(|(key, first)| flow.lookup(sink, key).as_ref() != first) {
            return wrong("lookup", row);
        }
    }
    let failure = flow.failure(sink);
    if failure.as_ref().map(|failure| failure.code) != expected.codes.first().copied() {
        return wrong("failure", &failure);
    }

    let mut feature = |name: &str, there: bool| there.then(|| features.insert(name.to_string()));
    feature("row removed from a sink", changes.iter().any(|(_, weight)| *weight < 0));
    feature("row there more than once", expected.rows.values().any(|weight| *weight > 1));
    feature("batch over 16 rows at a sink", changes.len() > 16);
    Ok(())
}

/// What an expression has, and what stands in an arm of a `match`.
fn forms(expr: &Expr, arm: Option<&str>, features: &mut BTreeSet<String>) {
    let name = match &expr.kind {
        ExprKind::Match(_, arms) => {
            for arm in arms {
                let name = match (&arm.pattern, &arm.guard) {
                    (_, Some(_)) => "arm with a guard",
                    (Pattern::Variant(_, fields), _) if !fields.is_empty() => "arm of a variant with fields",
                    (Pattern::Some(_), _) => "arm of a set option",
                    (Pattern::Slots(_), _) => "arm of a tuple",
                    (Pattern::Const(_), _) => "arm of a constant",
                    _ => "other arm",
                };
                features.insert(name.to_string());
                forms(&arm.body, Some(name), features);
            }
            "match"
        }
        ExprKind::Let(..) => "let",
        ExprKind::Variant(_, fields) if !fields.is_empty() => "variant with fields",
        ExprKind::Text(_) => "text with holes",
        ExprKind::Call(Func::StartsWith | Func::EndsWith | Func::TextContains | Func::Length, _) => "text asked",
        ExprKind::Call(..) => "function",
        ExprKind::CompareSet(..) => "comparison of options",
        ExprKind::Binary(BinaryOp::Div, ..) if arm.is_some() => "division in an arm",
        _ => "other form",
    };
    features.insert(name.to_string());
    parts(expr).into_iter().for_each(|part| forms(part, arm, features));
}

/// What a case has by its graph, of the operators that its sinks need.
fn static_features(case: &Case) -> BTreeSet<String> {
    let nodes = &case.graph.nodes;
    let mut needed = vec![false; nodes.len()];
    case.sinks.iter().for_each(|sink| needed[sink.0 as usize] = true);
    let mut readers = vec![0; nodes.len()];
    // Readers come after what they read: from the back, each flag is final when it is looked at.
    for (at, node) in nodes.iter().enumerate().rev() {
        for input in &node.inputs {
            needed[input.0 as usize] |= needed[at];
            readers[input.0 as usize] += u32::from(needed[at]);
        }
    }
    let mut features = BTreeSet::new();
    let mut sources = 0;
    for (at, node) in nodes.iter().enumerate() {
        if !needed[at] {
            features.insert("unneeded operator".to_string());
            continue;
        }
        if readers[at] > 1 {
            features.insert("shared operator".to_string());
        }
        let name = match &node.op {
            Op::Source(var, _) => {
                sources += u32::from(var.0 == 0);
                if sources > 1 {
                    features.insert("source twice".to_string());
                }
                continue;
            }
            Op::Rows(_) => "op rows".to_string(),
            Op::Fused(stages) => {
                let exprs = stages.iter().flat_map(|stage| match stage {
                    Stage::Map(exprs) => exprs.iter().collect::<Vec<_>>(),
                    Stage::Filter(expr) | Stage::Extend(expr) | Stage::Unnest(expr) => vec![expr],
                });
                exprs.for_each(|expr| forms(expr, None, &mut features));
                "op fused".to_string()
            }
            Op::Distinct => "op distinct".to_string(),
            Op::Fix { .. } | Op::Port(_) => continue,
            Op::LeftJoin { .. } => "op left join".to_string(),
            Op::Semi { keep, .. } => format!("op semi {}", if *keep { "keep" } else { "drop" }),
            Op::Concat => "op concat".to_string(),
            Op::Reduce { agg, .. } => format!("agg {agg:?}"),
            Op::Join { left, .. } => {
                if left.is_empty() {
                    features.insert("join without keys".to_string());
                }
                if node.inputs[0] == node.inputs[1] {
                    features.insert("self-join".to_string());
                }
                "op join".to_string()
            }
        };
        features.insert(name);
    }
    features
}
