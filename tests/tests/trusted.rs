//! A condition that the program vouches for may come and go, so events are looked at one by one where there is one.

use lasp_compiler::{NoFiles, compile};
use lasp_lattice::ReplicaId;
use lasp_plan::Value;
use lasp_vm::{EventRow, Node, Out};

const PROGRAM: &str = "\
var p: pncounter
fn far(n: int) -> bool = unstable(n >= 1, because: \"an example\")
event bump { up: bool }
on bump({ up }) { if up { p.inc(21) } else { p.dec(21) } }
when far(p) { emit full { } }
";

#[test]
fn what_holds_for_a_moment_is_noticed_among_many_events() {
    let compiled = compile("trusted.lasp", PROGRAM, &mut NoFiles);
    assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
    let plan = std::sync::Arc::new(compiled.plan.expect("it compiles"));
    let (mut node, _) = Node::start(plan, ReplicaId { node: 1, incarnation: 0 }, 0);
    let bump = node.event("bump").expect("declared");
    // Above 0 only after the fifth, and below it at the end.
    let ups = [false, false, true, true, true, false, false, false].map(|up| [Value::Bool(up)]);
    let outs = node.handle_all(0, bump, ups.iter().map(|fields| EventRow { at_us: None, fields }));
    let full: Vec<usize> = outs
        .iter()
        .filter(|(_, out)| matches!(out, Out::Emit { name, .. } if &**name == "full"))
        .map(|(row, _)| *row)
        .collect();
    assert_eq!(full, [4]);
}
