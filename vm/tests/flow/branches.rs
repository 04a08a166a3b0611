//! Random `match`, `let`, enums, options and texts, of which the expressions of a case are made besides arithmetic.
//!
//! ```text
//! match (shape) { line(2) => 1 / 0, box(n, _) if n > 1 => n, dot => 0, line(n) => n, box(_, _) => 3 }
//! ```
//!
//! Arms that may not fit come first, with guards and constants in them; the last ones fit whatever is left, as the
//! checker asks. Names get the places behind the columns, the same ones in every branch.
//!
//! Neighbour: `generate` asks for these and gives the parts.

use lasp_plan::{Arm, BinaryOp, EnumType, Expr, ExprKind, Func, Pattern, TextPart, Type, Value};

use crate::generate::Ty::{self, Bool, Both, Float, Int, Maybe, Pair, Shape, Text};
use crate::generate::{Build, expr};

/// `dot | line(int) | box(int, text)`.
pub fn shape() -> Type {
    let variants = [("dot", vec![]), ("line", vec![Type::Int]), ("box", vec![Type::Int, Type::Text])];
    let variants = variants.into_iter().map(|(name, fields)| (name.to_string(), fields)).collect();
    Type::Enum(EnumType { name: "Shape".to_string(), variants })
}

/// The types of a variant's fields.
const FIELDS: [&[Ty]; 3] = [&[], &[Int], &[Int, Text]];

impl Build<'_> {
    /// A value of any type by the first arm that fits.
    pub fn matched(&mut self, ty: Ty, columns: &[Ty], depth: usize) -> Expr {
        let of = self.choices.pick(&[Shape, Shape, Maybe, Both, Pair, Int, Text]);
        let subject = self.expr(of, columns, depth);
        let mut arms = Vec::new();
        for _ in 0..self.choices.below(3) {
            let mut bound = columns.to_vec();
            let pattern = self.pattern(of, &mut bound);
            let guard = (self.choices.below(2) == 0).then(|| self.expr(Bool, &bound, depth));
            arms.push(Arm { pattern, guard, body: self.expr(ty, &bound, depth) });
        }
        let rest = self.choices.below(4);
        let last: Vec<fn(&mut Vec<Ty>) -> Pattern> = match of {
            _ if rest == 0 => vec![|_| Pattern::Wildcard],
            Shape => {
                let mut last: Vec<fn(&mut Vec<Ty>) -> Pattern> = vec![|_| Pattern::Variant(0, vec![])];
                last.push(|bound| Pattern::Variant(1, vec![bind(Int, bound)]));
                last.push(|bound| Pattern::Variant(2, vec![bind(Int, bound), bind(Text, bound)]));
                last.rotate_left(rest - 1);
                last
            }
            Maybe if rest == 1 => vec![|_| Pattern::Const(Value::None), |bound| Pattern::Some(bind(Int, bound).into())],
            Maybe => vec![|bound| Pattern::Some(bind(Int, bound).into()), |_| Pattern::Wildcard],
            Pair => vec![|bound| Pattern::Slots(vec![(1, bind(Int, bound))])],
            _ => vec![|_| Pattern::Wildcard],
        };
        for pattern in last {
            let mut bound = columns.to_vec();
            let pattern = pattern(&mut bound);
            arms.push(Arm { pattern, guard: None, body: self.expr(ty, &bound, depth) });
        }
        expr(ExprKind::Match(Box::new(subject), arms))
    }

    /// A name for a value, or for its parts.
    pub fn named(&mut self, ty: Ty, columns: &[Ty], depth: usize) -> Expr {
        let of = self.choices.pick(&[Int, Pair, Shape, Maybe, Text]);
        let value = self.expr(of, columns, depth);
        let mut bound = columns.to_vec();
        let pattern = match of {
            Pair => Pattern::Slots(vec![(1, bind(Int, &mut bound)), (0, bind(Int, &mut bound))]),
            _ => bind(of, &mut bound),
        };
        let body = self.expr(ty, &bound, depth);
        expr(ExprKind::Let(pattern, Box::new(value), Box::new(body)))
    }

    /// A pattern that may not fit; what it binds is added.
    fn pattern(&mut self, ty: Ty, bound: &mut Vec<Ty>) -> Pattern {
        match self.choices.below(5) {
            0 => return bind(ty, bound),
            1 => return Pattern::Wildcard,
            2 => return Pattern::Const(self.constant(ty)),
            _ => {}
        }
        match ty {
            Shape => {
                let variant = self.choices.pick(&[1, 2, 0]);
                let fields = FIELDS[variant].iter().map(|field| self.pattern(*field, bound)).collect();
                Pattern::Variant(variant as u32, fields)
            }
            Maybe => Pattern::Some(self.pattern(Int, bound).into()),
            Pair => Pattern::Slots(vec![(0, self.pattern(Int, bound)), (1, self.pattern(Int, bound))]),
            Both => Pattern::Slots(vec![(1, self.pattern(Maybe, bound)), (0, self.pattern(Shape, bound))]),
            _ => Pattern::Const(self.constant(ty)),
        }
    }

    /// An enum value.
    pub fn shape(&mut self, columns: &[Ty], depth: usize) -> Expr {
        let variant = self.choices.pick(&[1, 2, 0]);
        let fields = FIELDS[variant].iter().map(|field| self.expr(*field, columns, depth)).collect();
        expr(ExprKind::Variant(variant as u32, fields))
    }

    /// A text put together or made of another.
    pub fn words(&mut self, columns: &[Ty], depth: usize) -> Expr {
        let of = |this: &mut Self| this.expr(Text, columns, depth);
        let call = |func, args| expr(ExprKind::Call(func, args));
        match self.choices.below(5) {
            0 => expr(ExprKind::Const(self.constant(Text))),
            1 => call(self.choices.pick(&[Func::Upper, Func::Trim]), vec![of(self)]),
            2 => call(Func::Min, vec![of(self), of(self)]),
            _ => {
                let ty = self.choices.pick(&[Text, Int, Float, Shape, Maybe, Pair, Both, Bool]);
                let hole = TextPart::Hole(self.expr(ty, columns, depth), ty.of_source());
                let more = TextPart::Hole(of(self), Type::Text);
                expr(ExprKind::Text(vec![hole, TextPart::Literal("b".to_string()), more]))
            }
        }
    }

    /// What texts tell as a truth value.
    pub fn asked(&mut self, columns: &[Ty], depth: usize) -> Expr {
        let func = self.choices.pick(&[Func::StartsWith, Func::EndsWith, Func::TextContains]);
        expr(ExprKind::Call(func, vec![self.expr(Text, columns, depth), self.expr(Text, columns, depth)]))
    }

    /// Functions that give a number.
    pub fn computed(&mut self, columns: &[Ty], depth: usize) -> Expr {
        let mut of = |ty| self.expr(ty, columns, depth);
        let (func, args) = match of(Int) {
            first if matches!(first.kind, ExprKind::Const(_)) => (Func::Length, vec![of(Text)]),
            first => match self.choices.below(4) {
                0 => (Func::Abs, vec![first]),
                1 => (Func::Max, vec![first, self.expr(Int, columns, depth)]),
                2 => {
                    let bounds = [self.expr(Int, columns, depth), self.expr(Int, columns, depth)];
                    (Func::Clamp, [vec![first], bounds.to_vec()].concat())
                }
                _ => (Func::Or, vec![self.expr(Maybe, columns, depth), first]),
            },
        };
        expr(ExprKind::Call(func, args))
    }

    /// A comparison of options, of which unset is false, or of enum values.
    pub fn compared(&mut self, columns: &[Ty], depth: usize) -> Expr {
        let ty = self.choices.pick(&[Maybe, Shape, Both]);
        let (left, right) = (self.expr(ty, columns, depth), self.expr(ty, columns, depth));
        let (left, right) = (Box::new(left), Box::new(right));
        let op = self.choices.pick(&[BinaryOp::Eq, BinaryOp::Lt, BinaryOp::Ne]);
        expr(match ty {
            Maybe => ExprKind::CompareSet(op, left, right),
            _ => ExprKind::Binary(op, left, right),
        })
    }
}

/// A name for a value of a type.
fn bind(ty: Ty, bound: &mut Vec<Ty>) -> Pattern {
    bound.push(ty);
    Pattern::Bind(bound.len() as u32 - 1)
}
