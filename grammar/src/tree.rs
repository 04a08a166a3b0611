//! Builds the nodes of the tree for `grammar.lalrpop`: spans, heights, and what a rule alone cannot check.
//!
//! Every node on its way into the tree is a [`Tall`]: the node with the height of the tree below it. A node that would
//! be taller than [`DEPTH_MAX`] becomes an error node at once, so no deep tree ever exists, and comparing or dropping
//! a tree cannot overflow the stack. (The parser itself keeps its stack on the heap.)
//!
//! ```text
//! 1 + 1 + … + 1      left-deep: 200 terms fit, the next gives E0006
//! ```
//!
//! Invariants: total; an [`ExprKind::Error`], [`TypeExprKind::Error`] or [`StmtKind::Error`] made here comes with an
//! error in [`Cx`]. Neighbours: `nodes` and `patterns` hold the other builders, `parse` runs the parser.

use std::cell::{Cell, RefCell};

use crate::ast::{
    AssignOp, Block, Expr, ExprKind, Item, ItemKind, Name, Pattern, PatternKind, Stmt, StmtKind, TestAction, TypeExpr,
    TypeExprKind,
};
use crate::error::SyntaxError;
use crate::habits;
use crate::literal;
use crate::recover::too_deep;
use crate::span::Span;

/// How tall a tree may be.
///
/// Every pass over the tree recurses, and some frames are large: 200 levels fit into the 2 MiB of a thread at 10 KiB a
/// level, while no program written by hand comes near it.
pub const DEPTH_MAX: u32 = 200;

/// What one run of the parser gives.
pub(crate) enum Root {
    Item(Box<Item>),
    Expr(Expr),
    Stmts(Vec<Stmt>),
    Steps,
}

/// A node and the height of the tree it is the root of.
#[derive(Debug)]
pub(crate) struct Tall<T> {
    pub(crate) node: T,
    pub(crate) height: u32,
}

impl<T> Tall<T> {
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Tall<U> {
        Tall { node: f(self.node), height: self.height }
    }
}

/// The nodes of a list, and the height of the tallest.
pub(crate) fn all<T>(list: Vec<Tall<T>>) -> (Vec<T>, u32) {
    let height = list.iter().map(|tall| tall.height).max().unwrap_or(0);
    (list.into_iter().map(|tall| tall.node).collect(), height)
}

/// An element of `{ … }`: `e` or `name: e`.
pub(crate) type Entry = (Option<Name>, Tall<Expr>);

/// What follows an operand.
pub(crate) enum Tail {
    Field(Name),
    Method(Name, Vec<Tall<crate::ast::Arg>>),
    Index(Tall<Expr>),
}

/// What may only stand in a pattern but was read as an expression, until `=>` shows which it is.
pub(crate) enum PatternOnly {
    /// `_`.
    Underscore(Span),
    /// `{ ad: x, limit }`: the field without a value.
    Shorthand(Span),
}

/// The text being read and what was found to be wrong while building the tree.
pub(crate) struct Cx<'t> {
    text: &'t str,
    pub(crate) errors: RefCell<Vec<SyntaxError>>,
    pub(crate) pattern_only: RefCell<Vec<PatternOnly>>,
    deep: Cell<bool>,
}

impl<'t> Cx<'t> {
    pub(crate) fn new(text: &'t str) -> Cx<'t> {
        Cx { text, errors: RefCell::default(), pattern_only: RefCell::default(), deep: Cell::new(false) }
    }

    /// The errors found, in order, once the parser has finished.
    pub(crate) fn finish(self) -> Vec<SyntaxError> {
        let mut errors = self.errors.into_inner();
        for left in self.pattern_only.into_inner() {
            errors.push(match left {
                PatternOnly::Underscore(span) => SyntaxError::new("E0001", span, "`_` has no value")
                    .label("it can only stand where a name is given")
                    .help("as in `_ => 0` or `added(_) { … }`"),
                PatternOnly::Shorthand(span) => {
                    let name = self.text.get(span.range()).unwrap_or("");
                    SyntaxError::new("E0001", span, format!("the field `{name}` of this record has no value"))
                        .label("a record gives every field a value")
                        .help(format!("write `{name}: {name}`"))
                }
            });
        }
        errors.sort_by_key(|error| error.span);
        errors
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span { start, end: end.max(start) }
    }

    pub(crate) fn slice(&self, start: u32, end: u32) -> &'t str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    pub(crate) fn error(&self, error: SyntaxError) {
        self.errors.borrow_mut().push(error);
    }

    /// Whether a node above something this tall still fits; if not, says so, once per declaration.
    fn fits(&self, start: u32, end: u32, below: u32) -> bool {
        let fits = below < DEPTH_MAX;
        if !fits && !self.deep.replace(true) {
            self.error(too_deep(self.span(start, end)));
        }
        fits
    }

    // ─── Leaves ─────────────────────────────────────────────────────────────────────────────────────────────────────

    pub(crate) fn name(&self, start: u32, end: u32) -> Name {
        Name { text: self.slice(start, end).to_owned(), span: self.span(start, end) }
    }

    pub(crate) fn path(&self, first: Name, rest: Vec<Name>) -> Vec<Name> {
        let mut path = vec![first];
        path.extend(rest);
        path
    }

    // The lexer has checked the ranges and escapes of literals, so the defaults below are never seen.

    pub(crate) fn int(&self, start: u32, end: u32) -> u64 {
        literal::int(self.slice(start, end)).unwrap_or_default()
    }

    pub(crate) fn float(&self, start: u32, end: u32) -> f64 {
        literal::float(self.slice(start, end)).unwrap_or_default()
    }

    pub(crate) fn duration(&self, start: u32, end: u32) -> i64 {
        literal::duration(self.slice(start, end)).unwrap_or_default()
    }

    /// The text between two marks: quotes or the braces of an interpolation.
    pub(crate) fn text(&self, start: u32, end: u32) -> String {
        literal::unescape(self.slice(start + 1, end.saturating_sub(1))).unwrap_or_default()
    }

    // ─── Nodes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    pub(crate) fn item(&self, start: u32, end: u32, kind: ItemKind) -> Item {
        Item { doc: None, span: self.span(start, end), kind }
    }

    /// An expression above others, the tallest of which is `below` high.
    pub(crate) fn expr(&self, start: u32, end: u32, below: u32, kind: ExprKind) -> Tall<Expr> {
        let span = self.span(start, end);
        if self.fits(start, end, below) {
            Tall { node: Expr { kind, span }, height: below + 1 }
        } else {
            Tall { node: Expr { kind: ExprKind::Error, span }, height: 1 }
        }
    }

    pub(crate) fn leaf(&self, start: u32, end: u32, kind: ExprKind) -> Tall<Expr> {
        self.expr(start, end, 0, kind)
    }

    pub(crate) fn pattern(&self, start: u32, end: u32, below: u32, kind: PatternKind) -> Tall<Pattern> {
        let span = self.span(start, end);
        if self.fits(start, end, below) {
            Tall { node: Pattern { kind, span }, height: below + 1 }
        } else {
            Tall { node: Pattern { kind: PatternKind::Wildcard, span }, height: 1 }
        }
    }

    pub(crate) fn type_expr(&self, start: u32, end: u32, below: u32, kind: TypeExprKind) -> Tall<TypeExpr> {
        let span = self.span(start, end);
        if self.fits(start, end, below) {
            Tall { node: TypeExpr { kind, span }, height: below + 1 }
        } else {
            Tall { node: TypeExpr { kind: TypeExprKind::Error, span }, height: 1 }
        }
    }

    pub(crate) fn stmt(&self, start: u32, end: u32, below: u32, kind: StmtKind) -> Tall<Stmt> {
        let span = self.span(start, end);
        if self.fits(start, end, below) {
            Tall { node: Stmt { kind, span }, height: below + 1 }
        } else {
            Tall { node: Stmt { kind: StmtKind::Error, span }, height: 1 }
        }
    }

    pub(crate) fn block(&self, start: u32, end: u32, stmts: Vec<Tall<Stmt>>) -> Tall<Block> {
        let (stmts, height) = all(stmts);
        Tall { node: Block { stmts, span: self.span(start, end) }, height }
    }

    // ─── Statements ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// A statement that is only an operand: an update, or a mistake.
    pub(crate) fn update(&self, start: u32, end: u32, e: Tall<Expr>) -> Tall<Stmt> {
        let span = e.node.span;
        let error = match &e.node.kind {
            ExprKind::Method(target, ..) if is_path(target) => {
                return self.stmt(start, end, e.height, StmtKind::Call(e.node));
            }
            ExprKind::Error => return self.stmt(start, end, 0, StmtKind::Error),
            ExprKind::Method(target, ..) => {
                SyntaxError::new("E0001", span, "this computes a value and updates nothing")
                    .label("a statement updates a variable")
                    .note(target.span, "an update begins with a variable, its fields and its entries")
                    .help("an update is written `variable.method(…)`, as in `views[ad].inc(1)`")
            }
            ExprKind::Call(..) => SyntaxError::new("E0001", span, "a call of a function is not a statement")
                .label("its value is not used")
                .help("a statement is an update such as `views[ad].inc(1)`, or `let`, `if`, `for`, `emit`"),
            ExprKind::Name(name) if habits::foreign_statement(&name.text).is_some() => {
                let advice = habits::foreign_statement(&name.text).unwrap_or_default();
                SyntaxError::new("E0001", span, format!("no statement begins with `{}`", name.text))
                    .label("not a statement of Lasp")
                    .help(advice)
            }
            _ => SyntaxError::new("E0001", span, "a value by itself is not a statement")
                .label("this does nothing")
                .help("a statement is an update such as `views[ad].inc(1)`, or `let`, `if`, `for`, `emit`"),
        };
        self.error(error);
        self.stmt(start, end, 0, StmtKind::Error)
    }

    #[allow(clippy::too_many_arguments)] // A rule passes the places of all its parts.
    pub(crate) fn assign(
        &self,
        start: u32,
        end: u32,
        target: Tall<Expr>,
        op: AssignOp,
        op_start: u32,
        op_end: u32,
        value: Tall<Expr>,
    ) -> Tall<Stmt> {
        let op_span = self.span(op_start, op_end);
        if matches!(target.node.kind, ExprKind::Error) {
            return self.stmt(start, end, 0, StmtKind::Error);
        }
        if !is_path(&target.node) {
            let sign = self.slice(op_start, op_end);
            self.error(
                SyntaxError::new("E0001", target.node.span, format!("`{sign}` cannot update this"))
                    .label("this is a computed value, not a variable")
                    .help("an update begins with a variable, its fields and its entries, as in `views[ad] += 1`"),
            );
            return self.stmt(start, end, 0, StmtKind::Error);
        }
        let below = target.height.max(value.height);
        self.stmt(start, end, below, StmtKind::Assign { target: target.node, op, op_span, value: value.node })
    }

    pub(crate) fn let_stmt(&self, start: u32, end: u32, pattern: Tall<Pattern>, value: Tall<Expr>) -> Tall<Stmt> {
        let below = pattern.height.max(value.height);
        self.stmt(start, end, below, StmtKind::Let(pattern.node, value.node))
    }

    pub(crate) fn if_stmt(
        &self,
        start: u32,
        end: u32,
        condition: Tall<Expr>,
        then: Tall<Block>,
        otherwise: Option<Tall<Block>>,
    ) -> Tall<Stmt> {
        let below = condition.height.max(then.height).max(otherwise.as_ref().map_or(0, |block| block.height));
        let kind = StmtKind::If(condition.node, then.node, otherwise.map(|block| block.node));
        self.stmt(start, end, below, kind)
    }

    pub(crate) fn for_stmt(
        &self,
        start: u32,
        end: u32,
        pattern: Tall<Pattern>,
        list: Tall<Expr>,
        body: Tall<Block>,
    ) -> Tall<Stmt> {
        let below = pattern.height.max(list.height).max(body.height);
        self.stmt(start, end, below, StmtKind::For(pattern.node, list.node, body.node))
    }

    pub(crate) fn emit_stmt(&self, start: u32, end: u32, name: Name, fields: Tall<Expr>) -> Tall<Stmt> {
        let fields = self.record(&name, fields);
        self.stmt(start, end, fields.height, StmtKind::Emit(name, fields.node))
    }

    pub(crate) fn event_action(&self, name: Name, fields: Tall<Expr>) -> TestAction {
        let fields = self.record(&name, fields);
        TestAction::Event(name, fields.node)
    }

    /// Braces that must be a record: `{}` is an empty one here.
    fn record(&self, name: &Name, fields: Tall<Expr>) -> Tall<Expr> {
        let span = fields.node.span;
        let kind = match fields.node.kind {
            ExprKind::Set(elements) if elements.is_empty() => ExprKind::Record(Vec::new()),
            ExprKind::Set(elements) => {
                let first = elements.first().map_or(span, |element| element.span);
                let shown = self.slice(first.start, first.end);
                let advice = match elements.first().map(|element| &element.kind) {
                    Some(ExprKind::Name(_)) => format!("write `{shown}: {shown}`"),
                    _ => "a field is written `name: value`".to_owned(),
                };
                self.error(
                    SyntaxError::new("E0001", first, format!("the fields of `{}` have names", name.text))
                        .label("this value has none")
                        .help(advice),
                );
                ExprKind::Error
            }
            kind => kind,
        };
        Tall { node: Expr { kind, span }, height: fields.height }
    }
}

/// `views`, `views[ad]`, `views[ad].count`: something that can be updated.
fn is_path(e: &Expr) -> bool {
    let mut e = e;
    loop {
        match &e.kind {
            ExprKind::Name(_) => return true,
            ExprKind::Field(inner, _) | ExprKind::Index(inner, _) => e = inner,
            _ => return false,
        }
    }
}
