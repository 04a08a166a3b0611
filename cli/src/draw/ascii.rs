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
//! An operator that several read is drawn once; elsewhere its number stands for it. After a run that was measured, what
//! each did stands to the left of it, in columns, and a mark before those that took most of the time.

use std::collections::BTreeSet;

use lasp_plan::Stability;

use super::Picture;
use super::figures::{Figures, Spent, millis, percent};
use super::picture::Node;
use crate::names::{counted, grouped};
use crate::output::{BOLD, CYAN, GREY, PLAIN, YELLOW};

/// The picture as text with colours.
#[must_use]
pub fn draw(picture: &Picture) -> String {
    let margin = Margin::of(picture);
    let mut out = margin.head();
    let mut drawn = BTreeSet::new();
    for (i, end) in picture.ends.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let ty = end.ty.as_ref().map_or_else(String::new, |ty| format!(": {ty}"));
        let kind = end.kind;
        out.push_str(&margin.beside(None));
        out.push_str(&format!("{GREY}{kind}{PLAIN} {BOLD}{}{PLAIN}{ty}   {}\n", end.name, colored(end.stability)));
        tree(picture, end.node, &end.name, &margin, &mut drawn, &mut out);
    }
    if picture.ends.is_empty() {
        out.push_str("nothing is shown, watched or reacted to, so nothing flows\n");
    }
    if let Some(spent) = &picture.spent {
        out.push_str(&foot(spent));
    }
    out
}

/// The columns to the left of the trees; none where nothing was measured.
struct Margin {
    widths: [usize; COLUMNS.len()],
    /// Of all of them with what stands between; 0 where there are none.
    width: usize,
}

const COLUMNS: [&str; 6] = ["share", "ms", "rows in", "rows out", "kept", "bytes"];

impl Margin {
    fn of(picture: &Picture) -> Margin {
        let mut widths = COLUMNS.map(str::len);
        if picture.nodes.iter().all(|node| node.figures.is_none()) {
            return Margin { widths, width: 0 };
        }
        for figures in picture.nodes.iter().filter_map(|node| node.figures.as_ref()) {
            for (width, text) in widths.iter_mut().zip(Margin::texts(figures)) {
                *width = (*width).max(text.len());
            }
        }
        // The mark and its space; two spaces behind each column, three behind the last.
        Margin { widths, width: 2 + widths.iter().map(|width| width + 2).sum::<usize>() + 1 }
    }

    fn texts(figures: &Figures) -> [String; COLUMNS.len()] {
        [
            percent(figures.share),
            format!("{:.3}", figures.seconds * 1e3),
            grouped(figures.rows_in),
            grouped(figures.rows_out),
            grouped(figures.rows_kept),
            grouped(figures.bytes_kept),
        ]
    }

    fn row(&self, mark: &str, texts: [String; COLUMNS.len()]) -> String {
        let columns = self.widths.iter().zip(texts).map(|(width, text)| format!("{text:>width$}  "));
        format!("{mark} {} ", columns.collect::<String>())
    }

    fn head(&self) -> String {
        if self.width == 0 {
            return String::new();
        }
        format!("{GREY}{}{PLAIN}\n", self.row(" ", COLUMNS.map(str::to_string)).trim_end())
    }

    /// What stands to the left of an operator, or of a line that is none.
    fn beside(&self, figures: Option<&Figures>) -> String {
        match figures {
            Some(figures) if self.width > 0 => {
                let (mark, weight) = if figures.is_dearest { ("▶", BOLD) } else { (" ", GREY) };
                format!("{weight}{}{PLAIN}", self.row(mark, Margin::texts(figures)))
            }
            _ => " ".repeat(self.width),
        }
    }
}

fn foot(spent: &Spent) -> String {
    let mut notes = Vec::new();
    if spent.dearest_share > 0.0 {
        notes.push(format!("▶ the dearest: {} of {}", percent(spent.dearest_share), millis(spent.seconds)));
    } else {
        notes.push("no time was spent after the start, whose own is not measured".to_string());
    }
    notes
        .push("kept, bytes: rows held for the next change; bytes without those of texts and nested values".to_string());
    let stored = spent.stored.iter().map(|(name, bytes)| format!("{name} {}", counted(*bytes, "byte")));
    let stored = stored.collect::<Vec<_>>().join(", ");
    if !stored.is_empty() {
        notes.push(format!("variables as stored: {stored}"));
    }
    notes.iter().fold("\n".to_string(), |text, note| text + &format!("{GREY}{note}{PLAIN}\n"))
}

// A path says for each level whether the operator there is the last of its siblings. Drawn with a stack of its own: a
// chain of operators may be longer than the program's stack is deep.
fn tree(picture: &Picture, root: u32, end_name: &str, margin: &Margin, drawn: &mut BTreeSet<u32>, out: &mut String) {
    let mut waiting = vec![(root, vec![true])];
    while let Some((id, path)) = waiting.pop() {
        let Some(node) = picture.node(id) else { continue };
        let is_new = drawn.insert(id);
        out.push_str(&margin.beside(node.figures.as_ref().filter(|_| is_new)));
        for (level, is_last) in path.iter().enumerate() {
            out.push_str(match (level + 1 == path.len(), is_last) {
                (true, true) => "└─ ",
                (true, false) => "├─ ",
                (false, true) => "   ",
                (false, false) => "│  ",
            });
        }
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
