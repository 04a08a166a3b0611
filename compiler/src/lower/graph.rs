//! Building the graph: nodes are shared where they are equal, then fused, then cut down to what somebody reads.
//!
//! Two equal operators over the same inputs are one node (places apart). A chain of row-wise stages is one `Fused` node
//! unless somebody else reads a link of it. Neighbours: `lower::rep` and its companions add nodes; the vm runs the
//! result.

use lasp_plan::{Agg, Expr, ExprKind, Graph, Node, NodeId, Op, Place, Stability, Stage, VarPlan};
use rustc_hash::FxHashMap;

use super::direct::{position, rewrite, settle};
use crate::diagnostic::SourceFile;

#[derive(Debug)]
pub(super) struct Builder<'f> {
    files: &'f [SourceFile],
    nodes: Vec<Node>,
    known: FxHashMap<String, NodeId>,
    /// Whether a node's rows hold values that change in place: counts, registers, looked-up values.
    changing: Vec<bool>,
}

impl<'f> Builder<'f> {
    pub fn new(files: &'f [SourceFile]) -> Builder<'f> {
        Builder { files, nodes: Vec::new(), known: FxHashMap::default(), changing: Vec::new() }
    }

    pub fn add(&mut self, op: Op, inputs: Vec<NodeId>, columns: u32, place: Place) -> NodeId {
        if self.finds_every_key(&op, &inputs) {
            return inputs[1];
        }
        let key = format!("{:?} {inputs:?}", without_places(op.clone()));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = NodeId(position(self.nodes.len()));
        let stability = self.stability(&op, &inputs);
        let holds = matches!(op, Op::LeftJoin { .. } | Op::Reduce { .. });
        self.changing.push(holds || inputs.iter().any(|input| self.changing[input.0 as usize]));
        let detail = self.text(place);
        self.nodes.push(Node { op, inputs, columns, detail, name: None, stability, place });
        self.known.insert(key, id);
        id
    }

    /// Whether an operator joins the keys of some groups with what those groups are reduced to: a group that is there
    /// has rows, so nothing is ever missing, and what the groups are reduced to is the result already.
    fn finds_every_key(&self, op: &Op, inputs: &[NodeId]) -> bool {
        let Op::LeftJoin { left, right_key, .. } = op else { return false };
        let (keys, mut right) = (&self.nodes[inputs[0].0 as usize], &self.nodes[inputs[1].0 as usize]);
        if keys.columns != *right_key || !are_columns(left, *right_key) || keys.op != Op::Distinct {
            return false;
        }
        let of = keys.inputs[0];
        let grouped = match &self.nodes[of.0 as usize] {
            Node { op: Op::Fused(stages), inputs, .. } if keeps_rows(stages, *right_key) => inputs[0],
            _ => of,
        };
        while let Op::Fused(stages) = &right.op
            && keeps_rows(stages, *right_key)
        {
            right = &self.nodes[right.inputs[0].0 as usize];
        }
        if !matches!(right.op, Op::Reduce { key, .. } if key == *right_key) {
            return false;
        }
        // The rows that are reduced may have been given further columns.
        let mut reduced = right.inputs[0];
        loop {
            if reduced == grouped || reduced == of {
                return true;
            }
            match &self.nodes[reduced.0 as usize] {
                Node { op: Op::Fused(stages), inputs, .. } if keeps_rows(stages, *right_key) => reduced = inputs[0],
                Node { op: Op::LeftJoin { .. }, inputs, .. } => reduced = inputs[0],
                _ => return false,
            }
        }
    }

    /// The one row without columns.
    pub fn unit(&mut self) -> NodeId {
        self.add(Op::Rows(vec![Vec::new()]), Vec::new(), 0, Place::default())
    }

    pub fn columns(&self, node: NodeId) -> u32 {
        self.nodes[node.0 as usize].columns
    }

    pub fn filter(&mut self, input: NodeId, condition: Expr) -> NodeId {
        let (columns, place) = (self.columns(input), condition.place);
        self.add(Op::Fused(vec![Stage::Filter(settle(condition, columns))]), vec![input], columns, place)
    }

    /// Replaces the columns; a replacement by themselves is nothing.
    pub fn map(&mut self, input: NodeId, exprs: Vec<Expr>, place: Place) -> NodeId {
        let width = self.columns(input);
        let same = exprs.len() == width as usize
            && exprs.iter().zip(0..).all(|(expr, column)| expr.kind == lasp_plan::ExprKind::Local(column));
        if same {
            return input;
        }
        let columns = position(exprs.len());
        let exprs = exprs.into_iter().map(|expr| settle(expr, width)).collect();
        self.add(Op::Fused(vec![Stage::Map(exprs)]), vec![input], columns, place)
    }

    pub fn extend(&mut self, input: NodeId, expr: Expr) -> NodeId {
        let (columns, place) = (self.columns(input), expr.place);
        self.add(Op::Fused(vec![Stage::Extend(settle(expr, columns))]), vec![input], columns + 1, place)
    }

    pub fn unnest(&mut self, input: NodeId, expr: Expr) -> NodeId {
        let (columns, place) = (self.columns(input), expr.place);
        self.add(Op::Fused(vec![Stage::Unnest(settle(expr, columns))]), vec![input], columns + 1, place)
    }

    pub fn distinct(&mut self, input: NodeId, place: Place) -> NodeId {
        let columns = self.columns(input);
        self.add(Op::Distinct, vec![input], columns, place)
    }

    pub fn join(&mut self, inputs: [NodeId; 2], left: Vec<Expr>, right: Vec<Expr>, place: Place) -> NodeId {
        let (a, b) = (self.columns(inputs[0]), self.columns(inputs[1]));
        let left = left.into_iter().map(|expr| settle(expr, a)).collect();
        let right = right.into_iter().map(|expr| settle(expr, b)).collect();
        self.add(Op::Join { left, right }, inputs.to_vec(), a + b, place)
    }

    pub fn text(&self, place: Place) -> String {
        let Some(file) = self.files.get(place.file as usize) else { return String::new() };
        let text = file.text.get(place.start as usize..place.end as usize).unwrap_or_default();
        let mut words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > 60 {
            words = words.chars().take(59).collect::<String>() + "…";
        }
        words
    }

    pub fn name(&mut self, node: NodeId, name: &str, stability: Stability) {
        let node = &mut self.nodes[node.0 as usize];
        if node.name.is_none() && !matches!(node.op, Op::Source(..)) {
            node.name = Some(name.to_string());
            node.stability = stability;
        }
    }

    /// Says of a source how its variable moves, and whether its rows hold values that change in place.
    pub fn set_stability(&mut self, node: NodeId, stability: Stability, changing: bool) {
        self.nodes[node.0 as usize].stability = stability;
        self.changing[node.0 as usize] = changing;
    }

    /// Whether what a row says may be taken back; of a value that changes in place, whether it only grows. What the
    /// judgement of a whole view or condition knows better, it overrides.
    fn stability(&self, op: &Op, inputs: &[NodeId]) -> Stability {
        let of = |input: &NodeId| self.nodes[input.0 as usize].stability;
        let all = |stability: Stability| {
            inputs.iter().all(|input| matches!(of(input), Stability::Const) || of(input) == stability)
        };
        match op {
            Op::Rows(_) => Stability::Const,
            _ if !inputs.is_empty() && all(Stability::Const) => Stability::Const,
            Op::Source(..) => Stability::Eventual,
            Op::Fused(_) if inputs.iter().any(|input| self.changing[input.0 as usize]) => Stability::Eventual,
            Op::Reduce { agg: Agg::Count | Agg::Max | Agg::Any | Agg::Set | Agg::Map, .. } | Op::LeftJoin { .. }
                if all(Stability::Up) =>
            {
                Stability::Up
            }
            Op::Fused(_) | Op::Distinct | Op::Concat | Op::Join { .. } if all(Stability::Up) => Stability::Up,
            Op::Semi { keep: true, .. } if all(Stability::Up) => Stability::Up,
            _ => Stability::Eventual,
        }
    }

    pub fn printed(&self, vars: &[VarPlan]) -> String {
        print(&self.nodes, vars)
    }

    /// The least fixed point: what leads from `own` to `result` becomes a body of its own, what it reads besides
    /// becomes its inputs. None if no way leads there.
    pub fn fix(&mut self, own: NodeId, result: NodeId, place: Place) -> Option<NodeId> {
        let mut turns = vec![false; self.nodes.len()];
        turns[own.0 as usize] = true;
        for at in 0..self.nodes.len() {
            turns[at] |= self.nodes[at].inputs.iter().any(|input| turns[input.0 as usize]);
        }
        if !turns[result.0 as usize] {
            return None;
        }
        let mut needed = vec![false; self.nodes.len()];
        needed[result.0 as usize] = true;
        let port = |number, columns, place, detail: &str| Node {
            op: Op::Port(number),
            inputs: Vec::new(),
            columns,
            detail: detail.to_string(),
            name: None,
            stability: Stability::Eventual,
            place,
        };
        for at in (0..self.nodes.len()).rev().filter(|at| turns[*at]) {
            if needed[at] {
                self.nodes[at].inputs.iter().for_each(|input| needed[input.0 as usize] = true);
            }
        }
        let mut body = vec![port(0, self.columns(own), place, "")];
        let mut inputs = Vec::new();
        let mut inner: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        inner.insert(own, NodeId(0));
        for at in (0..self.nodes.len()).filter(|at| needed[*at] && *at != own.0 as usize) {
            let node = &self.nodes[at];
            let id = NodeId(position(at));
            let node = if turns[at] {
                let inputs = node.inputs.iter().map(|input| inner[input]).collect();
                Node { inputs, name: None, ..node.clone() }
            } else {
                inputs.push(id);
                port(position(inputs.len()), node.columns, node.place, &node.detail)
            };
            inner.insert(id, NodeId(position(body.len())));
            body.push(node);
        }
        let (body, moved) = finished(body, &[inner[&result]]);
        let op = Op::Fix { body, result: moved[&inner[&result]] };
        let columns = self.columns(own);
        Some(self.add(op, inputs, columns, place))
    }

    /// Fuses, prunes and renumbers: the graph, and where each old node went.
    pub fn finish(self, wanted: &[NodeId]) -> (Graph, FxHashMap<NodeId, NodeId>) {
        finished(self.nodes, wanted)
    }
}

fn finished(mut nodes: Vec<Node>, wanted: &[NodeId]) -> (Graph, FxHashMap<NodeId, NodeId>) {
    let mut readers = vec![0u32; nodes.len()];
    for node in &nodes {
        node.inputs.iter().for_each(|input| readers[input.0 as usize] += 1);
    }
    for sink in wanted {
        readers[sink.0 as usize] += 1;
    }
    // Inputs stand before readers, so a chain is fused from its start.
    for index in 0..nodes.len() {
        let &[input] = nodes[index].inputs.as_slice() else { continue };
        let input = input.0 as usize;
        if readers[input] != 1 || nodes[input].name.is_some() {
            continue;
        }
        if let (Op::Fused(first), Op::Fused(_)) = (nodes[input].op.clone(), &nodes[index].op) {
            let mut stages = first;
            let before = nodes[input].inputs.clone();
            let first_detail = std::mem::take(&mut nodes[input].detail);
            let node = &mut nodes[index];
            if let Op::Fused(rest) = &mut node.op {
                stages.append(rest);
                *rest = stages;
            }
            node.inputs = before;
            if !first_detail.is_empty() && node.detail != first_detail && !node.detail.contains(&first_detail) {
                node.detail = format!("{first_detail} → {}", node.detail);
            }
        }
    }
    let mut needed = vec![false; nodes.len()];
    wanted.iter().for_each(|sink| needed[sink.0 as usize] = true);
    for index in (0..nodes.len()).rev() {
        if needed[index] {
            nodes[index].inputs.iter().for_each(|input| needed[input.0 as usize] = true);
        }
    }
    let mut moved: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let mut kept = Vec::new();
    for (index, mut node) in nodes.into_iter().enumerate() {
        if needed[index] {
            moved.insert(NodeId(position(index)), NodeId(position(kept.len())));
            for input in &mut node.inputs {
                *input = moved[input];
            }
            kept.push(node);
        }
    }
    (Graph { nodes: kept }, moved)
}

/// Nodes as lines, for `lasp plan --stages`.
pub(super) fn print(nodes: &[Node], vars: &[VarPlan]) -> String {
    let mut text = String::new();
    for (index, node) in nodes.iter().enumerate() {
        let op = node.op.words(vars);
        let inputs: Vec<String> = node.inputs.iter().map(|input| format!("#{}", input.0)).collect();
        let name = node.name.as_ref().map(|name| format!(" = {name}")).unwrap_or_default();
        text.push_str(&format!("#{index:<3} {op:<18} {:<12} {}{name}\n", inputs.join(" "), node.detail));
        if let Op::Fix { body, .. } = &node.op {
            print(&body.nodes, vars).lines().for_each(|line| text.push_str(&format!("     {line}\n")));
        }
    }
    text
}

fn without_places(mut op: Op) -> Op {
    let mut clear = |expr: &mut Expr| rewrite(expr, &mut |part| part.place = Place::default());
    match &mut op {
        Op::Source(..) | Op::Distinct | Op::Concat | Op::Port(_) => {}
        Op::Fix { body, .. } => {
            for node in &mut body.nodes {
                node.place = Place::default();
                node.op = without_places(node.op.clone());
            }
        }
        Op::Rows(rows) => rows.iter_mut().flatten().for_each(clear),
        Op::Fused(stages) => {
            for stage in stages {
                match stage {
                    Stage::Filter(expr) | Stage::Extend(expr) | Stage::Unnest(expr) => clear(expr),
                    Stage::Map(exprs) => exprs.iter_mut().for_each(&mut clear),
                }
            }
        }
        Op::Join { left, right } | Op::Semi { left, right, .. } => left.iter_mut().chain(right).for_each(clear),
        Op::LeftJoin { left, .. } => left.iter_mut().for_each(clear),
        Op::Reduce { arg, .. } => clear(arg),
    }
    op
}

/// Whether these are the first so many columns.
fn are_columns(exprs: &[Expr], many: u32) -> bool {
    exprs.len() == many as usize
        && (0..).zip(exprs).all(|(at, expr)| matches!(expr.kind, ExprKind::Local(slot) if slot == at))
}

/// Whether stages give one row for each, with the same first columns.
fn keeps_rows(stages: &[Stage], columns: u32) -> bool {
    stages.iter().all(|stage| match stage {
        Stage::Map(exprs) => exprs.len() >= columns as usize && are_columns(&exprs[..columns as usize], columns),
        Stage::Extend(_) => true,
        Stage::Filter(_) | Stage::Unnest(_) => false,
    })
}
