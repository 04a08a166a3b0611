//! Test blocks: checked like everything else, run by `lasp test` (later), skipped by `lasp run`.

use lasp_grammar::ast::{self, Name, StepKind, TestAction};

use super::Checker;
use crate::codes::Code;
use crate::ty::Ty;

impl Checker<'_> {
    pub(super) fn check_test(&mut self, test: &ast::TestDecl) {
        let mut nodes: Vec<String> = Vec::new();
        for step in &test.steps {
            match &step.kind {
                StepKind::Nodes(declared) => {
                    for (node, role) in declared {
                        self.known_role(role);
                        if nodes.contains(&node.text) {
                            self.error(Code::E0102, node.span, format!("the node `{}` is declared twice", node.text));
                        } else {
                            nodes.push(node.text.clone());
                        }
                    }
                }
                StepKind::At(node, actions) => {
                    self.known_node(node, &nodes);
                    for action in actions {
                        match action {
                            TestAction::Event(event, record) => {
                                let payload = self.known_event(event).map(|event| self.program.events[event].payload());
                                match payload {
                                    Some(payload) => drop(self.want(record, &payload)),
                                    None => drop(self.infer(record, None)),
                                }
                            }
                            TestAction::Update(stmt) => self.test_update(stmt),
                        }
                    }
                }
                StepKind::Partition(left, right) => {
                    left.iter().chain(right).for_each(|node| self.known_node(node, &nodes));
                }
                StepKind::Heal | StepKind::Settle => {}
                StepKind::Crash(node) | StepKind::Restart(node) => self.known_node(node, &nodes),
                StepKind::Await(condition, at) | StepKind::Expect(condition, at) => {
                    self.want(condition, &Ty::Bool);
                    at.iter().for_each(|node| self.known_node(node, &nodes));
                }
            }
        }
    }

    fn known_node(&mut self, node: &Name, nodes: &[String]) {
        if !nodes.contains(&node.text) {
            self.unknown_among(Code::E0101, node, "node", nodes, "declare it with `nodes a: role`");
        }
    }
}
