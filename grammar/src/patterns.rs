//! Builders of patterns, and the step from an expression to a pattern when `=>` follows it.
//!
//! ```text
//! { ad, limit: n } => …     read as a record whose `ad` has no value, then turned into a pattern
//! ```
//!
//! Invariants: as in `tree`; what only a pattern may hold (`_`, a field without a value) is noted when it is read and
//! struck off here, so that what remains at the end is an error. Neighbours: `tree`, `nodes`.

use crate::ast::{Expr, ExprKind, Name, Pattern, PatternKind, TextPart, UnaryOp};
use crate::error::SyntaxError;
use crate::span::Span;
use crate::tree::{Cx, PatternOnly, Tall, all};

impl Cx<'_> {
    /// The left side of `=>`.
    pub(crate) fn lambda_pattern(&self, e: Tall<Expr>) -> Tall<Pattern> {
        let whole = e.node.span;
        let mut noted = self.pattern_only.borrow_mut();
        // Notes are made in the order of the text, so those of this expression are the last ones.
        while noted.last().is_some_and(|note| match note {
            PatternOnly::Underscore(span) | PatternOnly::Shorthand(span) => span.start >= whole.start,
        }) {
            noted.pop();
        }
        let height = e.height;
        let node = to_pattern(e.node).unwrap_or_else(|span| {
            let mut error =
                SyntaxError::new("E0001", span, "this cannot stand to the left of `=>`").label("not a pattern");
            if span != whole {
                error = error.note(whole, "in this pattern");
            }
            self.error(
                error.help("write a name, as in `x => …`, or a pattern of names: `(k, v) => …`, `{ ad, limit } => …`"),
            );
            Pattern { kind: PatternKind::Wildcard, span: whole }
        });
        Tall { node, height }
    }

    pub(crate) fn literal_pattern(&self, start: u32, end: u32, kind: ExprKind) -> Tall<Pattern> {
        let literal = Expr { kind, span: self.span(start, end) };
        self.pattern(start, end, 0, PatternKind::Literal(Box::new(literal)))
    }

    pub(crate) fn negative_pattern(&self, start: u32, number: u32, end: u32, kind: ExprKind) -> Tall<Pattern> {
        let inner = Expr { kind, span: self.span(number, end) };
        self.literal_pattern(start, end, ExprKind::Unary(UnaryOp::Neg, Box::new(inner)))
    }

    /// `(p)` is `p`.
    pub(crate) fn tuple_pattern(&self, start: u32, end: u32, parts: Vec<Tall<Pattern>>) -> Tall<Pattern> {
        let (mut parts, below) = all(parts);
        match parts.pop() {
            Some(only) if parts.is_empty() => self.pattern(start, end, below, only.kind),
            last => {
                parts.extend(last);
                self.pattern(start, end, below, PatternKind::Tuple(parts))
            }
        }
    }

    pub(crate) fn record_pattern(
        &self,
        start: u32,
        end: u32,
        fields: Vec<(Name, Option<Tall<Pattern>>)>,
    ) -> Tall<Pattern> {
        let below = fields.iter().filter_map(|(_, p)| p.as_ref()).map(|p| p.height).max().unwrap_or(0);
        let fields = fields.into_iter().map(|(name, p)| (name, p.map(|p| p.node))).collect();
        self.pattern(start, end, below, PatternKind::Record(fields))
    }

    pub(crate) fn variant_pattern(
        &self,
        start: u32,
        end: u32,
        name: Name,
        fields: Vec<Tall<Pattern>>,
    ) -> Tall<Pattern> {
        let (fields, below) = all(fields);
        self.pattern(start, end, below, PatternKind::Variant(name, fields))
    }
}

/// The pattern that is written like this expression, or the place of the part that is no pattern.
fn to_pattern(e: Expr) -> Result<Pattern, Span> {
    let span = e.span;
    let kind = match e.kind {
        ExprKind::Name(name) if name.text == "_" => PatternKind::Wildcard,
        ExprKind::Name(name) => PatternKind::Name(name),
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Duration(_) | ExprKind::None => {
            PatternKind::Literal(Box::new(e))
        }
        ExprKind::Text(ref parts) if !parts.iter().any(|part| matches!(part, TextPart::Expr(_))) => {
            PatternKind::Literal(Box::new(e))
        }
        ExprKind::Unary(UnaryOp::Neg, ref inner)
            if matches!(inner.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Duration(_)) =>
        {
            PatternKind::Literal(Box::new(e))
        }
        ExprKind::Tuple(parts) => PatternKind::Tuple(parts.into_iter().map(to_pattern).collect::<Result<_, _>>()?),
        ExprKind::Set(names) => {
            let field = |e: Expr| match e.kind {
                ExprKind::Name(name) if name.text != "_" => Ok((name, None)),
                _ => Err(e.span),
            };
            PatternKind::Record(names.into_iter().map(field).collect::<Result<_, _>>()?)
        }
        ExprKind::Record(fields) => {
            // A field whose value stands at the place of its name was written without one.
            let field = |(name, value): (Name, Expr)| {
                if name.span == value.span { Ok((name, None)) } else { Ok((name, Some(to_pattern(value)?))) }
            };
            PatternKind::Record(fields.into_iter().map(field).collect::<Result<_, _>>()?)
        }
        ExprKind::Call(name, args) => {
            let field = |arg: crate::ast::Arg| match arg.name {
                None => to_pattern(arg.value),
                Some(name) => Err(name.span),
            };
            PatternKind::Variant(name, args.into_iter().map(field).collect::<Result<_, _>>()?)
        }
        _ => return Err(span),
    };
    Ok(Pattern { kind, span })
}
