//! The picture as text: for each view the tree of operators it is made of, read from the bottom (sources) to the top.
//!
//! ```text
//! view active: set<{ ad: text, left: nat }>   eventual
//! └─ filter, map  #6  views[a.ad] < c.limit   eventual
//!    └─ left join  #5  views[a.ad]   eventual
//!       ├─ hash join  #3  a.ad == c.ad   eventual
//!       │  ├─ source ads  #0   eventual
//!       │  └─ source contracts  #1   stable ↑
//!       └─ source views  #2   stable ↑
//! ```
//!
//! An operator that several read is drawn once; elsewhere its number stands for it.

use std::collections::BTreeSet;

use lasp_plan::Stability;

use super::Picture;
use super::picture::Node;
use crate::output::{BOLD, CYAN, GREY, PLAIN, YELLOW};

/// The picture as text with colours.
#[must_use]
pub fn draw(picture: &Picture) -> String {
    let mut out = String::new();
    let mut drawn = BTreeSet::new();
    for (i, end) in picture.ends.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let ty = end.ty.as_ref().map_or_else(String::new, |ty| format!(": {ty}"));
        let kind = end.kind;
        out.push_str(&format!("{GREY}{kind}{PLAIN} {BOLD}{}{PLAIN}{ty}   {}\n", end.name, colored(end.stability)));
        tree(picture, end.node, &end.name, &mut Vec::new(), &mut drawn, &mut out);
    }
    if picture.ends.is_empty() {
        out.push_str("nothing is shown, watched or reacted to, so nothing flows\n");
    }
    out
}

// `last` says for each level whether the operator there is the last of its siblings. Drawn with a stack of its own: a
// chain of operators may be longer than the program's stack is deep.
fn tree(
    picture: &Picture,
    root: u32,
    end_name: &str,
    last: &mut Vec<bool>,
    drawn: &mut BTreeSet<u32>,
    out: &mut String,
) {
    let mut waiting = vec![(root, vec![true])];
    while let Some((id, path)) = waiting.pop() {
        last.clone_from(&path);
        for (level, is_last) in last.iter().enumerate() {
            out.push_str(match (level + 1 == last.len(), is_last) {
                (true, true) => "└─ ",
                (true, false) => "├─ ",
                (false, true) => "   ",
                (false, false) => "│  ",
            });
        }
        let Some(node) = picture.node(id) else { continue };
        let is_new = drawn.insert(id);
        // The name of the view above would only repeat the line above.
        let is_end = path.len() == 1 && node.name.as_deref() == Some(end_name);
        out.push_str(&line(node, !is_end));
        if !is_new && !node.inputs.is_empty() {
            out.push_str(&format!("   {GREY}(drawn above){PLAIN}"));
        }
        out.push('\n');
        if is_new {
            for (i, input) in node.inputs.iter().enumerate().rev() {
                let mut deeper = path.clone();
                deeper.push(i + 1 == node.inputs.len());
                waiting.push((*input, deeper));
            }
        }
    }
}

fn line(node: &Node, with_name: bool) -> String {
    let detail = if node.detail.is_empty() { String::new() } else { format!("  {CYAN}{}{PLAIN}", node.detail) };
    let name = match &node.name {
        Some(name) if with_name => format!("  = {BOLD}{name}{PLAIN}"),
        _ => String::new(),
    };
    format!("{}  {GREY}#{}{PLAIN}{detail}{name}   {}", node.op, node.id, colored(node.stability))
}

fn colored(stability: Stability) -> String {
    let color = if stability == Stability::Eventual { YELLOW } else { GREY };
    format!("{color}{stability}{PLAIN}")
}
