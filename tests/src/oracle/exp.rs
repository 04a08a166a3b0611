//! Expressions as trees that know their type, their text and about what they cost.
//!
//! `Exp::new(Ty::Int, "($ + $)", [a, b])` renders as `(a + b)`: every part stands in parentheses where it needs them.
//! The tree is kept so that a failing program can be cut down: a part may be replaced by any part below it that fits.
//!
//! `cost` bounds the work of computing it from scratch and `size` the number of elements. A program over variables of a
//! dozen elements can otherwise ask for a product of products.

use super::ty::Ty;

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Exp {
    pub(crate) ty: Ty,
    /// Text between the parts: one more than there are parts.
    text: Vec<String>,
    parts: Vec<Exp>,
    pub(crate) cost: u64,
    pub(crate) size: u64,
}

impl Exp {
    /// A leaf.
    pub(crate) fn leaf(ty: Ty, text: impl Into<String>) -> Exp {
        Exp { ty, text: vec![text.into()], parts: Vec::new(), cost: 1, size: 1 }
    }

    /// Parts in the places marked `$`.
    pub(crate) fn new(ty: Ty, template: &str, parts: impl IntoIterator<Item = Exp>) -> Exp {
        let parts: Vec<Exp> = parts.into_iter().collect();
        let text: Vec<String> = template.split('$').map(str::to_string).collect();
        assert_eq!(text.len(), parts.len() + 1, "`{template}` needs as many parts as it has marks");
        let cost = parts.iter().map(|part| part.cost).fold(1, u64::saturating_add);
        let size = parts.iter().map(|part| part.size).max().unwrap_or(1);
        Exp { ty, text, parts, cost, size }
    }

    /// With another number of elements.
    pub(crate) fn sized(self, size: u64) -> Exp {
        Exp { size: size.max(1), ..self }
    }

    /// With the cost of its last part paid `times`.
    pub(crate) fn repeated(self, times: u64) -> Exp {
        let last = self.parts.last().map_or(0, |part| part.cost);
        let cost = self.cost.saturating_add(last.saturating_mul(times)).saturating_add(times);
        Exp { cost, ..self }
    }

    /// With a cost from elsewhere.
    pub(crate) fn costing(self, cost: u64) -> Exp {
        Exp { cost, ..self }
    }

    /// Whether its first part has the very type it has itself, so that it need not be written.
    pub(super) fn is_plain(&self) -> bool {
        self.parts.first().is_some_and(|part| part.ty == self.ty)
    }

    /// As the program writes it.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The same without the parentheses around all of it.
    pub(crate) fn bare(&self) -> String {
        let text = self.text();
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let closed = |inner: &str| {
            let mut depth = 0i32;
            for c in inner.chars() {
                depth += i32::from(c == '(') - i32::from(c == ')');
                if depth < 0 {
                    return false;
                }
            }
            true
        };
        match inner {
            Some(inner) if !matches!(self.ty, Ty::Tuple(_)) && closed(inner) => inner.to_string(),
            _ => text,
        }
    }

    fn write(&self, out: &mut String) {
        for (i, text) in self.text.iter().enumerate() {
            out.push_str(text);
            if let Some(part) = self.parts.get(i) {
                part.write(out);
            }
        }
    }

    /// The form without what is particular: constants are `k`, names bound in it `x`, others as `named` has it, and
    /// what lies deeper than `depth` is `·`.
    pub(crate) fn skeleton(&self, depth: usize, named: &dyn Fn(&str) -> String) -> String {
        let mut out = String::new();
        for (i, text) in self.text.iter().enumerate() {
            out.push_str(&blanked(text, named));
            if let Some(part) = self.parts.get(i) {
                let is_leaf = part.parts.is_empty();
                let deep = depth == 0 && !is_leaf;
                out.push_str(&if deep { "·".to_string() } else { part.skeleton(depth.saturating_sub(1), named) });
            }
        }
        out
    }

    /// Simpler expressions of a type that fits in its place, simplest first. Names bound on the way down may be missing
    /// in them; whoever asks finds out by compiling.
    pub(crate) fn simpler(&self) -> Vec<Exp> {
        let mut found = Vec::new();
        if self.parts.is_empty() && self.text[0].len() <= 2 {
            return found;
        }
        found.extend(simplest(&self.ty));
        let mut below = Vec::new();
        self.each_below(&mut |part| {
            if part.ty.fits(&self.ty) {
                below.push(part.clone());
            }
        });
        below.sort_by_key(|part| part.text().len());
        found.extend(below);
        for (i, part) in self.parts.iter().enumerate() {
            for simpler in part.simpler() {
                let mut copy = self.clone();
                copy.parts[i] = simpler;
                found.push(copy);
            }
        }
        let own = self.text();
        found.retain(|exp| exp.text().len() < own.len());
        found
    }

    fn each_below(&self, f: &mut impl FnMut(&Exp)) {
        for part in &self.parts {
            f(part);
            part.each_below(f);
        }
    }
}

/// A text with its constants and names replaced.
fn blanked(text: &str, named: &dyn Fn(&str) -> String) -> String {
    let (mut out, mut word, mut quoted) = (String::new(), String::new(), false);
    for c in text.chars().chain([' ']) {
        if c == '"' {
            quoted = !quoted;
            out.push_str(if quoted { "k" } else { "" });
        } else if !quoted && (c.is_alphanumeric() || c == '_') {
            word.push(c);
        } else if !quoted {
            let is_bound = word.strip_prefix('x').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
            match word.as_str() {
                "" => {}
                _ if is_bound => out.push('x'),
                _ if word.starts_with(|c: char| c.is_ascii_digit()) => out.push('k'),
                _ => out.push_str(&named(&word)),
            }
            word.clear();
            out.push(c);
        }
    }
    out.pop();
    out.replace("(-k)", "k")
}

/// The constant that says least.
fn simplest(ty: &Ty) -> Option<Exp> {
    let text = match ty {
        Ty::Int | Ty::Nat => "1",
        Ty::Float => "0.5",
        Ty::Bool => "true",
        Ty::Text => "\"a\"",
        Ty::Opt(_) => "none",
        _ => return None,
    };
    Some(Exp::leaf(ty.clone(), text))
}
