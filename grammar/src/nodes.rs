//! Builders of declarations, types and expressions for `grammar.lalrpop`, a continuation of `tree`.
//!
//! `{ a, b }` is a set, `{ a: x, b: y }` a record, and `{ a: x, b }` only a pattern: one rule reads all three, and
//! [`Cx::braces`] decides.
//!
//! Invariants: as in `tree`. Neighbours: `tree`, `patterns`.

use crate::ast::{
    Arg, BinaryOp, Expr, ExprKind, InvariantDecl, ItemKind, LetDecl, MatchArm, Name, Pattern, Place, TextPart, TypeArg,
    TypeBody, TypeExpr, TypeExprKind, UnaryOp, Variant,
};
use crate::error::SyntaxError;
use crate::span::Span;
use crate::tree::{Cx, Entry, PatternOnly, Tail, Tall, all};

type Alternative = (Tall<TypeExpr>, Option<Vec<Tall<TypeExpr>>>);

impl Cx<'_> {
    // ─── Declarations and types ─────────────────────────────────────────────────────────────────────────────────────

    pub(crate) fn let_decl(
        &self,
        rec: bool,
        name: Name,
        ty: Option<(Tall<TypeExpr>, Option<Span>)>,
        value: Tall<Expr>,
        at: Option<Place>,
    ) -> ItemKind {
        let (ty, stable) = ty.map_or((None, None), |(ty, stable)| (Some(ty.node), stable));
        ItemKind::Let(LetDecl { rec, name, ty, stable, value: value.node, at })
    }

    pub(crate) fn invariant(
        &self,
        condition: Tall<Expr>,
        by_escrow: Option<Span>,
        within: Option<Tall<Expr>>,
    ) -> ItemKind {
        ItemKind::Invariant(InvariantDecl {
            condition: condition.node,
            by_escrow,
            within: within.map(|slack| slack.node),
        })
    }

    /// One type is an alias; alternatives, or one with fields, are an enum.
    pub(crate) fn type_body(&self, first: Alternative, rest: Vec<Alternative>) -> TypeBody {
        if rest.is_empty() && first.1.is_none() {
            return TypeBody::Alias(first.0.node);
        }
        let variants = std::iter::once(first).chain(rest).filter_map(|(head, fields)| {
            let fields = all(fields.unwrap_or_default()).0;
            let span = head.node.span;
            if let TypeExprKind::Named { path, args } = head.node.kind
                && args.is_empty()
                && let [name] = path.as_slice()
                && !name.text.starts_with(|c: char| c.is_ascii_uppercase())
            {
                return Some(Variant { name: name.clone(), fields });
            }
            let shown = self.slice(span.start, span.end);
            let mut error = SyntaxError::new("E0001", span, format!("`{shown}` cannot be an alternative of an enum"))
                .label("an alternative is a name, and its fields in parentheses");
            if shown.chars().all(|c| c.is_ascii_alphanumeric()) {
                error = error.help(format!("alternatives begin with a small letter: `{}`", lower_snake(shown)));
            } else {
                error = error.help("as in `circle(float) | rect(float, float)`");
            }
            self.error(error);
            None
        });
        TypeBody::Enum(variants.collect())
    }

    pub(crate) fn fields(&self, fields: Vec<(Name, Tall<TypeExpr>)>) -> (Vec<(Name, TypeExpr)>, u32) {
        let height = fields.iter().map(|(_, ty)| ty.height).max().unwrap_or(0);
        (fields.into_iter().map(|(name, ty)| (name, ty.node)).collect(), height)
    }

    pub(crate) fn named_type(&self, start: u32, end: u32, path: Vec<Name>, args: Vec<Tall<TypeArg>>) -> Tall<TypeExpr> {
        let (args, below) = all(args);
        self.type_expr(start, end, below, TypeExprKind::Named { path, args })
    }

    pub(crate) fn record_type(&self, start: u32, end: u32, fields: Vec<(Name, Tall<TypeExpr>)>) -> Tall<TypeExpr> {
        let (fields, below) = self.fields(fields);
        self.type_expr(start, end, below, TypeExprKind::Record(fields))
    }

    pub(crate) fn tuple_type(&self, start: u32, end: u32, parts: Vec<Tall<TypeExpr>>) -> Tall<TypeExpr> {
        let (mut parts, below) = all(parts);
        match parts.pop() {
            Some(only) if parts.is_empty() => self.type_expr(start, end, below, only.kind),
            last => {
                parts.extend(last);
                self.type_expr(start, end, below, TypeExprKind::Tuple(parts))
            }
        }
    }

    pub(crate) fn hole_type(&self, start: u32, end: u32) -> Tall<TypeExpr> {
        self.type_expr(start, end, 0, TypeExprKind::Error)
    }

    // ─── Expressions ────────────────────────────────────────────────────────────────────────────────────────────────

    #[allow(clippy::too_many_arguments)] // A rule passes the places of all its parts.
    pub(crate) fn binary(
        &self,
        start: u32,
        end: u32,
        op: BinaryOp,
        op_start: u32,
        op_end: u32,
        left: Tall<Expr>,
        right: Tall<Expr>,
    ) -> Tall<Expr> {
        let below = left.height.max(right.height);
        let op_span = self.span(op_start, op_end);
        self.expr(start, end, below, ExprKind::Binary(op, op_span, Box::new(left.node), Box::new(right.node)))
    }

    pub(crate) fn unary(&self, start: u32, end: u32, op: UnaryOp, e: Tall<Expr>) -> Tall<Expr> {
        self.expr(start, end, e.height, ExprKind::Unary(op, Box::new(e.node)))
    }

    pub(crate) fn lambda(&self, start: u32, end: u32, pattern: Tall<Pattern>, body: Tall<Expr>) -> Tall<Expr> {
        let below = pattern.height.max(body.height);
        self.expr(start, end, below, ExprKind::Lambda(Box::new(pattern.node), Box::new(body.node)))
    }

    pub(crate) fn if_expr(&self, start: u32, end: u32, c: Tall<Expr>, a: Tall<Expr>, b: Tall<Expr>) -> Tall<Expr> {
        let below = c.height.max(a.height).max(b.height);
        self.expr(start, end, below, ExprKind::If(Box::new(c.node), Box::new(a.node), Box::new(b.node)))
    }

    pub(crate) fn sources(
        &self,
        start: u32,
        end: u32,
        sources: Vec<(Tall<Pattern>, Tall<Expr>)>,
        filter: Option<Tall<Expr>>,
        select: Tall<Expr>,
    ) -> Tall<Expr> {
        let tallest = sources.iter().map(|(pattern, e)| pattern.height.max(e.height)).max().unwrap_or(0);
        let below = tallest.max(select.height).max(filter.as_ref().map_or(0, |filter| filter.height));
        let sources = sources.into_iter().map(|(pattern, e)| (pattern.node, e.node)).collect();
        let filter = filter.map(|filter| Box::new(filter.node));
        self.expr(start, end, below, ExprKind::From { sources, filter, select: Box::new(select.node) })
    }

    pub(crate) fn match_expr(&self, start: u32, end: u32, e: Tall<Expr>, arms: Vec<Tall<MatchArm>>) -> Tall<Expr> {
        let (arms, below) = all(arms);
        self.expr(start, end, below.max(e.height), ExprKind::Match(Box::new(e.node), arms))
    }

    pub(crate) fn arm(&self, pattern: Tall<Pattern>, guard: Option<Tall<Expr>>, body: Tall<Expr>) -> Tall<MatchArm> {
        let height = pattern.height.max(body.height).max(guard.as_ref().map_or(0, |guard| guard.height));
        let node = MatchArm { pattern: pattern.node, guard: guard.map(|guard| guard.node), body: body.node };
        Tall { node, height }
    }

    pub(crate) fn call(&self, start: u32, end: u32, name: Name, args: Vec<Tall<Arg>>) -> Tall<Expr> {
        let (args, below) = all(args);
        self.expr(start, end, below, ExprKind::Call(name, args))
    }

    pub(crate) fn tail(&self, start: u32, end: u32, e: Tall<Expr>, tail: Tail) -> Tall<Expr> {
        let of = Box::new(e.node);
        match tail {
            Tail::Field(name) => self.expr(start, end, e.height, ExprKind::Field(of, name)),
            Tail::Method(name, args) => {
                let (args, below) = all(args);
                self.expr(start, end, below.max(e.height), ExprKind::Method(of, name, args))
            }
            Tail::Index(index) => {
                let below = index.height.max(e.height);
                self.expr(start, end, below, ExprKind::Index(of, Box::new(index.node)))
            }
        }
    }

    pub(crate) fn lattice_arg(&self, start: u32, end: u32, ty: Tall<TypeExpr>) -> Tall<Arg> {
        let name = Some(self.name(start, end));
        let span = ty.node.span;
        let value = self.expr(span.start, span.end, ty.height, ExprKind::Type(ty.node));
        value.map(|value| Arg { name, value })
    }

    // ─── Brackets ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// `(e)` is `e`, one level deeper so that parentheses alone cannot nest without end; `(e,)` is a tuple.
    pub(crate) fn parens(&self, start: u32, end: u32, parts: (Vec<Tall<Expr>>, bool)) -> Tall<Expr> {
        let (parts, comma) = parts;
        let (mut parts, below) = all(parts);
        match parts.pop() {
            Some(only) if parts.is_empty() && !comma => self.expr(start, end, below, only.kind),
            last => {
                parts.extend(last);
                self.expr(start, end, below, ExprKind::Tuple(parts))
            }
        }
    }

    pub(crate) fn list(&self, start: u32, end: u32, parts: Vec<Tall<Expr>>) -> Tall<Expr> {
        let (parts, below) = all(parts);
        self.expr(start, end, below, ExprKind::List(parts))
    }

    pub(crate) fn map(&self, start: u32, end: u32, entries: Vec<(Tall<Expr>, Tall<Expr>)>) -> Tall<Expr> {
        let below = entries.iter().map(|(key, value)| key.height.max(value.height)).max().unwrap_or(0);
        let entries = entries.into_iter().map(|(key, value)| (key.node, value.node)).collect();
        self.expr(start, end, below, ExprKind::Map(entries))
    }

    /// A set if no element has a name, else a record.
    ///
    /// In a record, a name alone is a field bound to its own name: fine in a pattern, an error in a value. It is kept
    /// as a field whose value stands at the very place of its name.
    pub(crate) fn braces(&self, start: u32, end: u32, entries: Vec<Entry>) -> Tall<Expr> {
        let below = entries.iter().map(|(_, e)| e.height).max().unwrap_or(0);
        if entries.iter().all(|(name, _)| name.is_none()) {
            let elements = entries.into_iter().map(|(_, e)| e.node).collect();
            return self.expr(start, end, below, ExprKind::Set(elements));
        }
        let fields = entries.into_iter().filter_map(|(name, e)| match (name, e.node) {
            (Some(name), value) => Some((name, value)),
            (None, Expr { kind: ExprKind::Name(name), span }) if name.text != "_" => {
                self.pattern_only.borrow_mut().push(PatternOnly::Shorthand(span));
                Some((name.clone(), Expr { kind: ExprKind::Name(name), span }))
            }
            (None, value) => {
                self.error(
                    SyntaxError::new("E0001", value.span, "a record and a set are mixed here")
                        .label("this value has no field name, others have one")
                        .help("a record is written `{ id: 1, n: 2 }`, a set `{1, 2}`, a map `[\"a\": 1]`"),
                );
                None
            }
        });
        let fields = fields.collect();
        self.expr(start, end, below, ExprKind::Record(fields))
    }

    pub(crate) fn underscore(&self, start: u32, end: u32) -> Tall<Expr> {
        let name = self.name(start, end);
        self.pattern_only.borrow_mut().push(PatternOnly::Underscore(name.span));
        self.leaf(start, end, ExprKind::Name(name))
    }

    // ─── Texts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    pub(crate) fn text_kind(&self, text: String) -> ExprKind {
        let part = (!text.is_empty()).then_some(TextPart::Literal(text));
        ExprKind::Text(part.into_iter().collect())
    }

    pub(crate) fn text_expr(&self, start: u32, end: u32, text: String) -> Tall<Expr> {
        self.leaf(start, end, self.text_kind(text))
    }

    pub(crate) fn interpolation(
        &self,
        start: u32,
        end: u32,
        head: String,
        middle: Vec<(Tall<Expr>, String)>,
        last: Tall<Expr>,
        tail: String,
    ) -> Tall<Expr> {
        let below = middle.iter().map(|(e, _)| e.height).max().unwrap_or(0).max(last.height);
        let mut parts = vec![TextPart::Literal(head)];
        for (e, text) in middle.into_iter().chain([(last, tail)]) {
            parts.push(TextPart::Expr(e.node));
            parts.push(TextPart::Literal(text));
        }
        parts.retain(|part| !matches!(part, TextPart::Literal(text) if text.is_empty()));
        self.expr(start, end, below, ExprKind::Text(parts))
    }
}

/// `BigCart` as `big_cart`.
pub(crate) fn lower_snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
