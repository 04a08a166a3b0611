//! What is drawn: operators in words, with their edges, and what reads them.

use lasp_plan::{Graph, NodeId, Op, Plan, Stability};

use super::figures::{Figures, Spent};
use crate::profile::Profile;

/// The dataflow of a plan, reduced to what somebody reads.
#[derive(Debug)]
pub struct Picture {
    /// Operators, inputs before readers.
    pub nodes: Vec<Node>,
    /// What reads them.
    pub ends: Vec<End>,
    /// What a run of it took as a whole, if it was run to be measured.
    pub spent: Option<Spent>,
}

/// An operator.
#[derive(Debug)]
pub struct Node {
    /// Its position in the plan's graph.
    pub id: u32,
    /// In the words of the field: `hash join`, `filter, map`.
    pub op: String,
    /// The part of the program it came from.
    pub detail: String,
    /// The view whose value it is.
    pub name: Option<String>,
    /// Whether its rows may be taken back.
    pub stability: Stability,
    /// The operators it reads, by port.
    pub inputs: Vec<u32>,
    /// What it did in that run.
    pub figures: Option<Figures>,
}

/// Something outside the dataflow that reads it.
#[derive(Debug)]
pub struct End {
    /// `view`, `when` or `watch`.
    pub kind: &'static str,
    /// The view's name or the condition's text.
    pub name: String,
    /// Its type, if it has one.
    pub ty: Option<String>,
    /// The operator it reads.
    pub node: u32,
    /// Whether the value may be taken back.
    pub stability: Stability,
}

impl Picture {
    /// The picture of a plan.
    #[must_use]
    pub fn of(plan: &Plan) -> Picture {
        let ends = ends(plan);
        let used = used(&plan.graph, ends.iter().map(|end| end.node));
        let nodes = (0..).zip(&plan.graph.nodes).filter(|(id, _)| used[*id as usize]).map(|(id, node)| Node {
            id,
            op: node.op.words(&plan.vars),
            // A source's detail is its name again.
            detail: if matches!(node.op, Op::Source(..)) { String::new() } else { one_line(&node.detail) },
            name: node.name.clone(),
            stability: node.stability,
            inputs: node.inputs.iter().map(|input| input.0).collect(),
            figures: None,
        });
        Picture { nodes: nodes.collect(), ends, spent: None }
    }

    /// The picture of a plan with what its operators did in a run.
    #[must_use]
    pub fn with(plan: &Plan, profile: &Profile) -> Picture {
        let mut picture = Picture::of(plan);
        let (spent, figures) = Spent::of(plan, profile);
        for node in &mut picture.nodes {
            node.figures = figures.get(&node.id).cloned();
        }
        picture.spent = Some(spent);
        picture
    }

    /// An operator by its id.
    #[must_use]
    pub fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.binary_search_by_key(&id, |node| node.id).ok().map(|at| &self.nodes[at])
    }
}

fn ends(plan: &Plan) -> Vec<End> {
    let watched_only = |id: u32| {
        plan.watches.iter().any(|watch| watch.view.0 == id) && !plan.shows.iter().any(|show| show.view.0 == id)
    };
    let views = (0..).zip(&plan.views).map(|(id, view)| End {
        kind: if watched_only(id) { "watch" } else { "view" },
        name: one_line(&view.name),
        ty: Some(view.ty.to_string()),
        node: view.node.0,
        stability: view.stability,
    });
    let whens = plan.whens.iter().map(|when| End {
        kind: when.keyword(),
        name: one_line(&when.subject(&plan.vars)),
        ty: None,
        node: when.node.0,
        stability: plan.graph.nodes.get(when.node.0 as usize).map_or(Stability::Up, |node| node.stability),
    });
    views.chain(whens).collect()
}

// Inputs come before readers, so one pass from the end reaches everything.
fn used(graph: &Graph, roots: impl Iterator<Item = u32>) -> Vec<bool> {
    let mut used = vec![false; graph.nodes.len()];
    for root in roots {
        if let Some(mark) = used.get_mut(root as usize) {
            *mark = true;
        }
    }
    for at in (0..graph.nodes.len()).rev() {
        if used[at] {
            for NodeId(input) in &graph.nodes[at].inputs {
                used[*input as usize] = true;
            }
        }
    }
    used
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
