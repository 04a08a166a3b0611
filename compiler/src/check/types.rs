//! Type expressions: `gmap<text, gcounter>` is a lattice of a variable, `{ ad: text }` a plain type.
//!
//! A variable needs a lattice, everything else a plain type; each in the other's place gets a message that says what to
//! write. Declared types are expanded where they are used, with their parameters replaced. Neighbours: `lasp_lattice`'s
//! registry says which lattices there are.

use std::rc::Rc;

use lasp_grammar::Span;
use lasp_grammar::ast::{self, Name, TypeArg, TypeExpr, TypeExprKind};
use lasp_lattice::LATTICES;
use rustc_hash::FxHashMap;

use super::Checker;
use super::lattices::written;
use super::names::{Near, nearest};
use crate::codes::Code;
use crate::ty::{EnumTy, Ty};

/// A `type` of the program, expanded on use.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeDef<'a> {
    pub decl: &'a ast::TypeDecl,
    pub unit: usize,
}

const PLAIN: &[(&str, Ty)] = &[
    ("int", Ty::Int),
    ("nat", Ty::Nat),
    ("float", Ty::Float),
    ("bool", Ty::Bool),
    ("text", Ty::Text),
    ("bytes", Ty::Bytes),
    ("time", Ty::Time),
    ("duration", Ty::Duration),
];

const CONSTRUCTORS: &[(&str, usize)] = &[("option", 1), ("list", 1), ("set", 1), ("map", 2)];

/// Names of types inside a declared type, by parameter.
pub(super) type Params = FxHashMap<String, Ty>;

impl<'a> Checker<'a> {
    /// A plain type.
    pub(super) fn plain(&mut self, ty: &TypeExpr) -> Ty {
        self.plain_in(ty, &Params::default())
    }

    fn plain_in(&mut self, ty: &TypeExpr, params: &Params) -> Ty {
        match &ty.kind {
            TypeExprKind::Error => Ty::Error,
            TypeExprKind::Record(fields) => Ty::Record(self.fields(fields, params)),
            TypeExprKind::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.plain_in(part, params)).collect()),
            TypeExprKind::Named { path, args } => self.named(path, args, ty.span, params),
        }
    }

    pub(super) fn record_fields(&mut self, fields: &[(Name, TypeExpr)]) -> Vec<(String, Ty)> {
        let mut result: Vec<(String, Ty)> = Vec::new();
        for (name, ty) in fields {
            let ty = self.plain(ty);
            if result.iter().any(|(other, _)| *other == name.text) {
                self.error(Code::E0102, name.span, format!("the field `{}` is declared twice", name.text));
            } else {
                result.push((name.text.clone(), ty));
            }
        }
        result
    }

    fn fields(&mut self, fields: &[(Name, TypeExpr)], params: &Params) -> Vec<(String, Ty)> {
        let mut result: Vec<(String, Ty)> = Vec::new();
        for (name, ty) in fields {
            let ty = self.plain_in(ty, params);
            if result.iter().any(|(other, _)| *other == name.text) {
                self.error(Code::E0102, name.span, format!("the field `{}` is declared twice", name.text));
            } else {
                result.push((name.text.clone(), ty));
            }
        }
        result.sort_by(|a, b| a.0.cmp(&b.0));
        result
    }

    fn named(&mut self, path: &[Name], args: &[TypeArg], span: Span, params: &Params) -> Ty {
        let name = joined(path);
        if let (Some(ty), true) = (params.get(&name), path.len() == 1) {
            return ty.clone();
        }
        if let Some((_, ty)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
            self.expect_args(&name, args, 0, span);
            return ty.clone();
        }
        if let Some((_, count)) = CONSTRUCTORS.iter().find(|(constructor, _)| *constructor == name) {
            let parts: Vec<Ty> = args.iter().map(|arg| self.plain_arg(arg, params)).collect();
            if !self.expect_args(&name, args, *count, span) {
                return Ty::Error;
            }
            let mut parts = parts.into_iter();
            let mut next = || parts.next().unwrap_or(Ty::Error);
            return match name.as_str() {
                "option" => Ty::option(next()),
                "list" => Ty::list(next()),
                "set" => Ty::set(next()),
                _ => {
                    let key = next();
                    Ty::map(key, next(), false)
                }
            };
        }
        if let Some(info) = written(&name) {
            self.error(Code::E0201, span, format!("`{name}` is a lattice, and a plain type is needed here"))
                .primary
                .text = "only a `var` is of a lattice".to_string();
            if let (Some(last), lasp_lattice::Read::Set) = (self.diagnostics.last_mut(), info.read) {
                last.help.push("what is read of it is a `set<…>`".to_string());
            }
            return Ty::Error;
        }
        if let Some(crdt) = self.declared_lattice(path, span) {
            return crdt.read(false);
        }
        if let Some((qualified, def)) = self.type_def(path) {
            return self.expand(&qualified, def, args, span, params);
        }
        self.unknown_type(&name, path, span);
        Ty::Error
    }

    pub(super) fn plain_arg(&mut self, arg: &TypeArg, params: &Params) -> Ty {
        match arg {
            TypeArg::Type(ty) => self.plain_in(ty, params),
            TypeArg::Int(_, span) => {
                self.error(Code::E0201, *span, "a type is needed here, not a number");
                Ty::Error
            }
        }
    }

    fn type_def(&self, path: &[Name]) -> Option<(String, TypeDef<'a>)> {
        let qualified = match path {
            [name] => self.qualified(&name.text),
            [module, name] => format!("{}{}", self.module(&module.text)?, name.text),
            _ => return None,
        };
        self.types.get(&qualified).map(|def| (qualified, *def))
    }

    fn expand(&mut self, name: &str, def: TypeDef<'a>, args: &[TypeArg], span: Span, params: &Params) -> Ty {
        let args_read: Vec<Ty> = args.iter().map(|arg| self.plain_arg(arg, params)).collect();
        if !self.expect_args(name, args, def.decl.params.len(), span) {
            return Ty::Error;
        }
        if self.types_open.iter().any(|open| open == name) {
            self.error(Code::E0207, span, format!("the type `{name}` contains itself")).why =
                Some("values are finite, and compared and sent whole".to_string());
            return Ty::Error;
        }
        self.types_open.push(name.to_string());
        let shown = if args_read.is_empty() {
            name.to_string()
        } else {
            let args: Vec<String> = args_read.iter().map(Ty::to_string).collect();
            format!("{name}<{}>", args.join(", "))
        };
        let inner: Params = def.decl.params.iter().map(|param| param.text.clone()).zip(args_read).collect();
        let ty = self.elsewhere(def.unit, |this| match &def.decl.body {
            ast::TypeBody::Alias(ty) => this.plain_in(ty, &inner),
            ast::TypeBody::Enum(variants) => Ty::Enum(Rc::new(EnumTy {
                name: shown,
                variants: variants
                    .iter()
                    .map(|variant| {
                        let fields = variant.fields.iter().map(|field| this.plain_in(field, &inner)).collect();
                        (variant.name.text.clone(), fields)
                    })
                    .collect(),
                drawn: None,
            })),
        });
        self.types_open.pop();
        self.sized(ty, span)
    }

    /// The type of an enum by its qualified name, its parameters as fresh holes.
    pub(super) fn enum_ty(&mut self, qualified: &str) -> Option<Rc<EnumTy>> {
        if let Some(ty) = self.drawn_ty(qualified) {
            return Some(ty);
        }
        let def = *self.types.get(qualified)?;
        let params: Params =
            def.decl.params.iter().map(|param| (param.text.clone(), self.program.holes.fresh())).collect();
        let ty = self.elsewhere(def.unit, |this| match &def.decl.body {
            ast::TypeBody::Alias(_) => None,
            ast::TypeBody::Enum(variants) => Some(
                variants
                    .iter()
                    .map(|variant| {
                        let fields = variant.fields.iter().map(|field| this.plain_in(field, &params)).collect();
                        (variant.name.text.clone(), fields)
                    })
                    .collect(),
            ),
        })?;
        Some(Rc::new(EnumTy { name: qualified.to_string(), variants: ty, drawn: None }))
    }

    pub(super) fn expect_args(&mut self, name: &str, args: &[TypeArg], wanted: usize, span: Span) -> bool {
        if args.len() == wanted {
            return true;
        }
        let wanted = match wanted {
            0 => "no argument".to_string(),
            1 => "one argument".to_string(),
            n => format!("{n} arguments"),
        };
        self.error(
            Code::E0202,
            span,
            format!("`{name}` takes {wanted} between `<` and `>`, and {} stand here", args.len()),
        );
        false
    }

    fn unknown_type(&mut self, name: &str, path: &[Name], span: Span) {
        if !self.unknown.insert(format!("type {name}")) {
            return;
        }
        if let [module, _] = path
            && self.module(&module.text).is_none()
        {
            self.error(Code::E0103, module.span, format!("there is no module `{}` here", module.text))
                .help
                .push(format!("write `use std.{0}` or `use \"{0}.lasp\"` first", module.text));
            return;
        }
        let mut candidates: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
        candidates.extend(CONSTRUCTORS.iter().map(|(name, _)| *name));
        candidates.extend(LATTICES.iter().map(|info| info.name).filter(|name| written(name).is_some()));
        let mut declared: Vec<&str> = self.types.keys().chain(self.lattices.keys()).map(String::as_str).collect();
        declared.sort_unstable();
        candidates.extend(declared);
        let habit = match name {
            "string" | "String" | "str" | "String8" => Some("text"),
            "integer" | "i64" | "i32" | "Int" | "number" | "long" => Some("int"),
            "u64" | "u32" | "uint" | "usize" | "Nat" => Some("nat"),
            "double" | "f64" | "real" | "Float" => Some("float"),
            "boolean" | "Bool" => Some("bool"),
            "datetime" | "timestamp" | "date" => Some("time"),
            _ => None,
        };
        let near = habit.map(Near::habit).or_else(|| nearest(name, candidates));
        let name_place = path.first().zip(path.last()).map_or(self.at(span), |(a, b)| self.at(a.span.to(b.span)));
        let diagnostic = self.error(Code::E0103, span, format!("there is no type `{name}`"));
        diagnostic.primary.text = "unknown type".to_string();
        if let Some(near) = near {
            diagnostic.did_you_mean(name_place, near);
        }
    }
}

pub(super) fn joined(path: &[Name]) -> String {
    path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}
