//! The picture for other programs: Mermaid, Graphviz, JSON. What may be taken back is drawn with broken lines; what
//! took most of the time of a run that was measured, with thick ones.

use lasp_plan::Stability;
use serde::Serialize;

use super::Picture;
use super::figures::Figures;
use super::picture::Node;

/// The picture in Mermaid's notation.
#[must_use]
pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("flowchart LR\n");
    for node in &picture.nodes {
        let label = lines(node).map(|line| mermaid_text(&line)).collect::<Vec<_>>().join("<br/>");
        let (open, close) = if node.inputs.is_empty() { ("[(", ")]") } else { ("[", "]") };
        out.push_str(&format!("  n{}{open}\"{label}\"{close}\n", node.id));
    }
    for (i, end) in picture.ends.iter().enumerate() {
        out.push_str(&format!("  e{i}([\"{} {}\"])\n", end.kind, mermaid_text(&end.name)));
    }
    let arrow = |stability| if stability == Stability::Eventual { "-.->" } else { "-->" };
    for node in &picture.nodes {
        for input in &node.inputs {
            let stability = picture.node(*input).map_or(node.stability, |input| input.stability);
            out.push_str(&format!("  n{input} {} n{}\n", arrow(stability), node.id));
        }
    }
    for (i, end) in picture.ends.iter().enumerate() {
        out.push_str(&format!("  n{} {} e{i}\n", end.node, arrow(end.stability)));
    }
    let dearest: Vec<String> =
        picture.nodes.iter().filter(|node| is_dearest(node)).map(|node| format!("n{}", node.id)).collect();
    if !dearest.is_empty() {
        out.push_str(&format!("  classDef dearest stroke-width:4px\n  class {} dearest\n", dearest.join(",")));
    }
    out
}

/// The picture in Graphviz' notation.
#[must_use]
pub fn dot(picture: &Picture) -> String {
    let mut out = String::from("digraph lasp {\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n");
    for node in &picture.nodes {
        let label = lines(node).map(|line| dot_text(&line)).collect::<Vec<_>>().join("\\n");
        let shape = if node.inputs.is_empty() { ", shape=cylinder" } else { "" };
        let width = if is_dearest(node) { ", penwidth=4" } else { "" };
        out.push_str(&format!("  n{} [label=\"{label}\"{shape}{}{width}];\n", node.id, dot_style(node.stability)));
    }
    for (i, end) in picture.ends.iter().enumerate() {
        let style = dot_style(end.stability);
        let name = dot_text(&end.name);
        out.push_str(&format!("  e{i} [label=\"{} {name}\", shape=ellipse{style}];\n", end.kind));
    }
    for node in &picture.nodes {
        for input in &node.inputs {
            let stability = picture.node(*input).map_or(node.stability, |input| input.stability);
            out.push_str(&format!("  n{input} -> n{}{};\n", node.id, dot_edge(stability)));
        }
    }
    for (i, end) in picture.ends.iter().enumerate() {
        out.push_str(&format!("  n{} -> e{i}{};\n", end.node, dot_edge(end.stability)));
    }
    out.push_str("}\n");
    out
}

#[derive(Serialize)]
struct JsonPicture<'a> {
    nodes: Vec<JsonNode<'a>>,
    edges: Vec<JsonEdge>,
    ends: Vec<JsonEnd<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<JsonSpent<'a>>,
}

#[derive(Serialize)]
struct JsonSpent<'a> {
    seconds: f64,
    variables: Vec<JsonVariable<'a>>,
}

#[derive(Serialize)]
struct JsonVariable<'a> {
    name: &'a str,
    bytes: u64,
}

#[derive(Serialize)]
struct JsonFigures {
    batches: u64,
    rows_in: u64,
    rows_out: u64,
    rows_kept: u64,
    bytes_kept: u64,
    seconds: f64,
    share: f64,
    dearest: bool,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    id: u32,
    op: &'a str,
    detail: &'a str,
    name: Option<&'a str>,
    stability: Stability,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<JsonFigures>,
}

#[derive(Serialize)]
struct JsonEdge {
    from: u32,
    to: u32,
    port: usize,
    stability: Stability,
}

#[derive(Serialize)]
struct JsonEnd<'a> {
    kind: &'static str,
    name: &'a str,
    #[serde(rename = "type")]
    ty: Option<&'a str>,
    node: u32,
    stability: Stability,
}

/// The picture as one line of JSON.
///
/// # Errors
/// Never in practice: there is nothing in it that JSON could not hold.
pub fn json(picture: &Picture) -> serde_json::Result<String> {
    let nodes = picture.nodes.iter().map(|node| JsonNode {
        id: node.id,
        op: &node.op,
        detail: &node.detail,
        name: node.name.as_deref(),
        stability: node.stability,
        profile: node.figures.as_ref().map(|figures| JsonFigures {
            batches: figures.batches,
            rows_in: figures.rows_in,
            rows_out: figures.rows_out,
            rows_kept: figures.rows_kept,
            bytes_kept: figures.bytes_kept,
            seconds: figures.seconds,
            share: figures.share,
            dearest: figures.is_dearest,
        }),
    });
    let edges = picture.nodes.iter().flat_map(|node| {
        node.inputs.iter().enumerate().map(|(port, from)| JsonEdge {
            from: *from,
            to: node.id,
            port,
            stability: picture.node(*from).map_or(node.stability, |input| input.stability),
        })
    });
    let ends = picture.ends.iter().map(|end| JsonEnd {
        kind: end.kind,
        name: &end.name,
        ty: end.ty.as_deref(),
        node: end.node,
        stability: end.stability,
    });
    let profile = picture.spent.as_ref().map(|spent| JsonSpent {
        seconds: spent.seconds,
        variables: spent.stored.iter().map(|(name, bytes)| JsonVariable { name, bytes: *bytes }).collect(),
    });
    let (nodes, edges, ends) = (nodes.collect(), edges.collect(), ends.collect());
    serde_json::to_string(&JsonPicture { nodes, edges, ends, profile })
}

/// The lines of an operator's label.
fn lines(node: &Node) -> impl Iterator<Item = String> {
    let figures = node.figures.iter().flat_map(Figures::lines);
    [&node.op, &node.detail].into_iter().filter(|part| !part.is_empty()).cloned().chain(figures)
}

fn is_dearest(node: &Node) -> bool {
    node.figures.as_ref().is_some_and(|figures| figures.is_dearest)
}

// Mermaid ends a label at a quote and reads entities behind `#`.
fn mermaid_text(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}

fn dot_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn dot_style(stability: Stability) -> &'static str {
    if stability == Stability::Eventual { ", style=dashed" } else { "" }
}

fn dot_edge(stability: Stability) -> &'static str {
    if stability == Stability::Eventual { " [style=dashed]" } else { "" }
}
