//! The tree as text, without places, for tests and for looking at: S-expressions, one declaration a line.
//!
//! ```text
//! let active = a.x + 1      (let active (+ (. a x) 1))
//! ```
//!
//! Invariants: deterministic; two trees that differ in more than places print differently. Neighbours: `ast`.

use std::fmt::Write as _;

use crate::ast::{
    Arg, AssignOp, BinaryOp, Block, Expr, ExprKind, File, Item, ItemKind, LatticeBody, Name, Pattern, PatternKind,
    Place, PlaceKind, Step, StepKind, Stmt, StmtKind, TestAction, TextPart, TypeArg, TypeBody, TypeExpr, TypeExprKind,
    UnaryOp, UsePath,
};

/// Prints a file.
#[must_use]
pub fn dump(file: &File) -> String {
    let mut out = String::new();
    if let Some(doc) = &file.doc {
        let _ = writeln!(out, "(doc {doc:?})");
    }
    for item in &file.items {
        out.push_str(&dump_item(item));
        out.push('\n');
    }
    out
}

/// Prints an expression.
#[must_use]
pub fn dump_expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Int(n) => n.to_string(),
        ExprKind::Float(x) => format!("{x:?}"),
        ExprKind::Bool(b) => b.to_string(),
        ExprKind::Duration(us) => format!("{us}us"),
        ExprKind::Text(parts) => match parts.as_slice() {
            [] => "\"\"".to_owned(),
            [TextPart::Literal(text)] => format!("{text:?}"),
            _ => form("text", parts.iter().map(text_part)),
        },
        ExprKind::None => "none".to_owned(),
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Set(list) => form("set", list.iter().map(dump_expr)),
        ExprKind::List(list) => form("list", list.iter().map(dump_expr)),
        ExprKind::Map(entries) => {
            form("map", entries.iter().map(|(key, value)| format!("({} {})", dump_expr(key), dump_expr(value))))
        }
        ExprKind::Record(fields) => {
            form("record", fields.iter().map(|(name, value)| format!("({} {})", name.text, dump_expr(value))))
        }
        ExprKind::Tuple(list) => form("tuple", list.iter().map(dump_expr)),
        ExprKind::Unary(UnaryOp::Not, e) => form("not", [dump_expr(e)]),
        ExprKind::Unary(UnaryOp::Neg, e) => form("neg", [dump_expr(e)]),
        ExprKind::Binary(op, _, a, b) => form(binary(*op), [dump_expr(a), dump_expr(b)]),
        ExprKind::Field(e, name) => form(".", [dump_expr(e), name.text.clone()]),
        ExprKind::Index(e, index) => form("[]", [dump_expr(e), dump_expr(index)]),
        ExprKind::Call(name, args) => form("call", [name.text.clone()].into_iter().chain(args.iter().map(arg))),
        ExprKind::Method(e, name, args) => {
            form("method", [dump_expr(e), name.text.clone()].into_iter().chain(args.iter().map(arg)))
        }
        ExprKind::Lambda(pattern, body) => form("=>", [dump_pattern(pattern), dump_expr(body)]),
        ExprKind::If(c, a, b) => form("if", [dump_expr(c), dump_expr(a), dump_expr(b)]),
        ExprKind::Match(e, arms) => {
            let arms = arms.iter().map(|arm| {
                let guard = arm.guard.iter().map(|guard| form("guard", [dump_expr(guard)]));
                form("arm", [dump_pattern(&arm.pattern)].into_iter().chain(guard).chain([dump_expr(&arm.body)]))
            });
            form("match", [dump_expr(e)].into_iter().chain(arms))
        }
        ExprKind::From { sources, filter, select } => {
            let sources = sources.iter().map(|(pattern, e)| form("in", [dump_pattern(pattern), dump_expr(e)]));
            let filter = filter.iter().map(|filter| form("where", [dump_expr(filter)]));
            form("from", sources.chain(filter).chain([form("select", [dump_expr(select)])]))
        }
        ExprKind::Type(ty) => form("type", [type_expr(ty)]),
        ExprKind::Error => "‹error›".to_owned(),
    }
}

/// Prints a statement.
#[must_use]
pub fn dump_stmt(stmt: &Stmt) -> String {
    match &stmt.kind {
        StmtKind::Call(e) => form("do", [dump_expr(e)]),
        StmtKind::Assign { target, op, value, .. } => {
            let op = match op {
                AssignOp::Add => "+=",
                AssignOp::Sub => "-=",
                AssignOp::Set => ":=",
            };
            form(op, [dump_expr(target), dump_expr(value)])
        }
        StmtKind::Let(pattern, value) => form("let", [dump_pattern(pattern), dump_expr(value)]),
        StmtKind::If(c, then, otherwise) => {
            form("if", [dump_expr(c), block(then)].into_iter().chain(otherwise.iter().map(block)))
        }
        StmtKind::For(pattern, e, body) => form("for", [dump_pattern(pattern), dump_expr(e), block(body)]),
        StmtKind::Emit(name, fields) => form("emit", [name.text.clone(), dump_expr(fields)]),
        StmtKind::Error => "‹error›".to_owned(),
    }
}

/// Prints a pattern.
#[must_use]
pub fn dump_pattern(pattern: &Pattern) -> String {
    match &pattern.kind {
        PatternKind::Name(name) => name.text.clone(),
        PatternKind::Wildcard => "_".to_owned(),
        PatternKind::Literal(e) => dump_expr(e),
        PatternKind::Tuple(parts) => form("tuple", parts.iter().map(dump_pattern)),
        PatternKind::Record(fields) => form(
            "record",
            fields.iter().map(|(name, pattern)| match pattern {
                Some(pattern) => format!("({} {})", name.text, dump_pattern(pattern)),
                None => name.text.clone(),
            }),
        ),
        PatternKind::Variant(name, fields) => {
            form("variant", [name.text.clone()].into_iter().chain(fields.iter().map(dump_pattern)))
        }
    }
}

fn dump_item(item: &Item) -> String {
    let body = match &item.kind {
        ItemKind::Use(UsePath::Module(path)) => form("use", [dotted(path)]),
        ItemKind::Use(UsePath::File { path, .. }) => form("use", [format!("{path:?}")]),
        ItemKind::Role(roles) => form("role", roles.iter().map(text)),
        ItemKind::Type(decl) => {
            let params = (!decl.params.is_empty()).then(|| form("params", decl.params.iter().map(text)));
            let body = match &decl.body {
                TypeBody::Alias(ty) => type_expr(ty),
                TypeBody::Enum(variants) => form(
                    "enum",
                    variants.iter().map(|variant| form(&variant.name.text, variant.fields.iter().map(type_expr))),
                ),
            };
            form("type", [decl.name.text.clone()].into_iter().chain(params).chain([body]))
        }
        ItemKind::Lattice(decl) => {
            let body = match &decl.body {
                LatticeBody::Record(declared) => form("record", fields(declared)),
                LatticeBody::Chains(chains) => {
                    form("order", chains.iter().map(|chain| form("<", chain.iter().map(text))))
                }
            };
            form("lattice", [decl.name.text.clone(), body])
        }
        ItemKind::Fn(decl) => {
            let params = decl.params.iter().map(|param| match &param.ty {
                Some(ty) => format!("({} {})", param.name.text, type_expr(ty)),
                None => param.name.text.clone(),
            });
            let result = decl.result.iter().map(|ty| form("->", [type_expr(ty)]));
            let head = [decl.name.text.clone(), form("params", params)];
            form("fn", head.into_iter().chain(result).chain([dump_expr(&decl.body)]))
        }
        ItemKind::Event(decl) => form("event", [decl.name.text.clone()].into_iter().chain(fields(&decl.fields))),
        ItemKind::Feed(decl) => {
            let options = decl.options.iter().map(|(name, column, _)| format!("({} {column:?})", name.text));
            form("feed", [decl.event.text.clone(), format!("{:?}", decl.path)].into_iter().chain(options))
        }
        ItemKind::Var(decl) => {
            let init = decl.init.iter().map(|e| form("=", [dump_expr(e)]));
            let at = roles("at", &decl.at);
            let by = roles("writable-by", &decl.writable_by);
            form("var", [decl.name.text.clone(), type_expr(&decl.ty)].into_iter().chain(init).chain(at).chain(by))
        }
        ItemKind::Let(decl) => {
            let rec = decl.rec.then(|| "rec".to_owned());
            let ty = decl.ty.iter().map(|ty| form(":", [type_expr(ty)]));
            let stable = decl.stable.map(|_| "stable".to_owned());
            let at = decl.at.iter().map(place);
            let head = rec.into_iter().chain([decl.name.text.clone()]).chain(ty).chain(stable);
            form("let", head.chain([dump_expr(&decl.value)]).chain(at))
        }
        ItemKind::Bind(decl) => form("bind", [decl.name.text.clone(), dump_expr(&decl.value)]),
        ItemKind::On(decl) => {
            let head = [decl.event.text.clone(), dump_pattern(&decl.pattern)];
            form("on", head.into_iter().chain(role(decl.at.as_ref())).chain([block(&decl.body)]))
        }
        ItemKind::When(decl) => {
            let once = decl.once.map(|_| "once".to_owned());
            let binding = decl.binding.iter().map(|(pattern, e)| form("for", [dump_pattern(pattern), dump_expr(e)]));
            let rest = role(decl.at.as_ref()).into_iter().chain([block(&decl.body)]);
            form("when", once.into_iter().chain(binding).chain([dump_expr(&decl.condition)]).chain(rest))
        }
        ItemKind::Watch(decl) => {
            let added = form("added", [dump_pattern(&decl.added.0), block(&decl.added.1)]);
            let removed =
                decl.removed.iter().map(|(pattern, body)| form("removed", [dump_pattern(pattern), block(body)]));
            let head = [dump_expr(&decl.value)].into_iter().chain(role(decl.at.as_ref()));
            form("watch", head.chain([added]).chain(removed))
        }
        ItemKind::Invariant(decl) => {
            let escrow = decl.by_escrow.map(|_| "by-escrow".to_owned());
            let within = decl.within.iter().map(|e| form("within", [dump_expr(e)]));
            form("invariant", [dump_expr(&decl.condition)].into_iter().chain(escrow).chain(within))
        }
        ItemKind::Seal(decl) => {
            form("seal", [decl.name.text.clone(), form("at", [decl.at.text.clone()]), dump_expr(&decl.condition)])
        }
        ItemKind::Show(names) => form("show", names.iter().map(text)),
        ItemKind::Test(decl) => {
            let steps = decl.steps.iter().map(step);
            form("test", [format!("{:?}", decl.title)].into_iter().chain(steps))
        }
    };
    match &item.doc {
        Some(doc) => format!("(doc {doc:?}) {body}"),
        None => body,
    }
}

/// `(head part part)`.
fn form(head: &str, parts: impl IntoIterator<Item = String>) -> String {
    let mut out = format!("({head}");
    for part in parts {
        let _ = write!(out, " {part}");
    }
    out.push(')');
    out
}

fn text(name: &Name) -> String {
    name.text.clone()
}

fn dotted(path: &[Name]) -> String {
    path.iter().map(text).collect::<Vec<_>>().join(".")
}

fn text_part(part: &TextPart) -> String {
    match part {
        TextPart::Literal(text) => format!("{text:?}"),
        TextPart::Expr(e) => dump_expr(e),
    }
}

fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{}: {}", name.text, dump_expr(&arg.value)),
        None => dump_expr(&arg.value),
    }
}

fn block(block: &Block) -> String {
    form("block", block.stmts.iter().map(dump_stmt))
}

fn fields(fields: &[(Name, TypeExpr)]) -> impl Iterator<Item = String> {
    fields.iter().map(|(name, ty)| format!("({} {})", name.text, type_expr(ty)))
}

fn role(at: Option<&Name>) -> Option<String> {
    at.map(|role| form("at", [role.text.clone()]))
}

fn roles(head: &str, roles: &[Name]) -> Option<String> {
    (!roles.is_empty()).then(|| form(head, roles.iter().map(text)))
}

fn place(place: &Place) -> String {
    let place = match &place.kind {
        PlaceKind::Role(role) => role.text.clone(),
        PlaceKind::Each => "(each)".to_owned(),
        PlaceKind::Any(role, n) => form("any", [role.text.clone(), n.to_string()]),
        PlaceKind::Shard(key, role) => form("shard", [dump_expr(key), role.text.clone()]),
        PlaceKind::Tree(roles) => form("tree", roles.iter().map(text)),
    };
    form("at", [place])
}

fn type_expr(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeExprKind::Named { path, args } if args.is_empty() => dotted(path),
        TypeExprKind::Named { path, args } => {
            let args = args.iter().map(|arg| match arg {
                TypeArg::Type(ty) => type_expr(ty),
                TypeArg::Int(n, _) => n.to_string(),
            });
            format!("{}<{}>", dotted(path), args.collect::<Vec<_>>().join(", "))
        }
        TypeExprKind::Record(declared) => form("record", fields(declared)),
        TypeExprKind::Tuple(parts) => form("tuple", parts.iter().map(type_expr)),
        TypeExprKind::Error => "‹error›".to_owned(),
    }
}

fn step(step: &Step) -> String {
    match &step.kind {
        StepKind::Nodes(nodes) => {
            form("nodes", nodes.iter().map(|(node, role)| format!("({} {})", node.text, role.text)))
        }
        StepKind::At(node, actions) => {
            let actions = actions.iter().map(|action| match action {
                TestAction::Event(name, fields) => form("event", [name.text.clone(), dump_expr(fields)]),
                TestAction::Update(stmt) => dump_stmt(stmt),
            });
            form("at", [node.text.clone()].into_iter().chain(actions))
        }
        StepKind::Partition(left, right) => {
            let side = |names: &[Name]| format!("({})", names.iter().map(text).collect::<Vec<_>>().join(" "));
            form("partition", [side(left), side(right)])
        }
        StepKind::Heal => "(heal)".to_owned(),
        StepKind::Crash(node) => form("crash", [node.text.clone()]),
        StepKind::Restart(node) => form("restart", [node.text.clone()]),
        StepKind::Settle => "(settle)".to_owned(),
        StepKind::Await(e, at) => form("await", [dump_expr(e)].into_iter().chain(roles("at", at))),
        StepKind::Expect(e, at) => form("expect", [dump_expr(e)].into_iter().chain(roles("at", at))),
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
    }
}
