//! A chain of filters, maps, new columns and unnestings in one pass, without state.
//!
//! ```text
//! [Filter(n < limit), Extend(limit - n), Map(ad, left)]
//! ("13", 4, 9) ─► passes ─► ("13", 4, 9, 5) ─► ("13", 5)
//! ```
//!
//! The chain is compiled to one program (see `code`); an unnesting, which makes many rows of one, ends a program and
//! begins the next. The pass is linear in the weights, so the batch of the output is the output of the batch: a removed
//! row walks the same way as when it was added and takes back exactly what it gave, failures included.

use lasp_plan::{Stage, Value};

use super::code::{Compiler, Machine};
use super::operator::{Inputs, Operator};
use super::repr::Repr;
use super::rows::{Layout, RowRef, Rows};
use super::work::Work;

/// The passes, each but the last followed by an unnesting.
pub(super) struct Fused {
    passes: Vec<Pass>,
    layout: Layout,
}

struct Pass {
    machine: Machine,
    /// What it gives.
    rows: Rows,
    /// The last column is a collection: rows with an element of it in its place.
    unnest: Option<Unnest>,
}

struct Unnest {
    element: Repr,
    rows: Rows,
}

impl Fused {
    /// Compiles stages over rows of a layout.
    pub(super) fn new(stages: &[Stage], input: &Layout) -> Fused {
        let mut passes = Vec::new();
        let mut compiler = Compiler::over(input);
        for stage in stages {
            let mut columns = compiler.columns();
            match stage {
                Stage::Filter(condition) => compiler.keep(condition),
                Stage::Map(exprs) => {
                    let columns = exprs.iter().map(|expr| compiler.value(expr)).collect();
                    compiler.enter(columns);
                }
                Stage::Extend(added) => {
                    columns.push(compiler.value(added));
                    compiler.enter(columns);
                }
                Stage::Unnest(of) => {
                    let of = compiler.value(of);
                    let element = match &of.repr {
                        Repr::Many(element) => (**element).clone(),
                        _ => Repr::Boxed,
                    };
                    let mut reprs: Vec<Repr> = columns.iter().map(|column| column.repr.clone()).collect();
                    columns.push(of);
                    let program = compiler.finish(columns);
                    let collection = program.reprs().pop().expect("the collection is the last column");
                    let given = Layout::new(reprs.iter().cloned().chain([collection]).collect());
                    reprs.push(element.clone());
                    let layout = Layout::new(reprs);
                    let unnest = Some(Unnest { element, rows: Rows::new(layout.size()) });
                    passes.push(Pass { machine: Machine::new(program), rows: Rows::new(given.size()), unnest });
                    compiler = Compiler::over(&layout);
                }
            }
        }
        let columns = compiler.columns();
        let machine = Machine::new(compiler.finish(columns));
        let layout = Layout::new(machine.reprs());
        passes.push(Pass { machine, rows: Rows::default(), unnest: None });
        Fused { passes, layout }
    }

    /// The same rows in other representations.
    pub(super) fn convert(input: &Layout, to: &[Repr]) -> Fused {
        let compiler = Compiler::over(input);
        let columns = compiler.columns();
        let machine = Machine::new(compiler.finish_as(columns, to));
        let layout = Layout::new(to.to_vec());
        Fused { passes: vec![Pass { machine, rows: Rows::default(), unnest: None }], layout }
    }

    /// What a [`Fused::convert`] makes of rows.
    pub(super) fn converted(&mut self, rows: &Rows) -> Rows {
        let mut converted = Rows::new(self.layout.size());
        let last = self.passes.last_mut().expect("there is a last pass");
        last.machine
            .run(rows, &mut converted, None, |failure, _| unreachable!("a conversion does not fail: {failure}"));
        converted
    }

    /// That of its output.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }
}

impl Operator for Fused {
    fn apply(&mut self, inputs: &Inputs<'_>, work: &mut Work<'_>) {
        let (last, unnesting) = self.passes.split_last_mut().expect("there is a last pass");
        let mut batch = inputs.port(0);
        for pass in unnesting {
            let unnest = pass.unnest.as_mut().expect("all passes but the last end in one");
            pass.rows.clear();
            unnest.rows.clear();
            work.run_into(&mut pass.machine, batch, &mut pass.rows, None);
            for (row, weight) in pass.rows.iter() {
                unnest.row(row, weight);
                if !work.may_produce(unnest.rows.len()) {
                    return;
                }
            }
            batch = &unnest.rows;
        }
        work.run(&mut last.machine, batch);
    }
}

impl Unnest {
    /// A row for each element of the collection that is its last object.
    fn row(&mut self, row: RowRef<'_>, weight: i64) {
        let (collection, objects) = row.objects.split_last().expect("a collection is an object");
        let words = &row.words[..row.words.len() - 1];
        let mut element = |element: &Value| {
            self.rows.words.extend_from_slice(words);
            self.rows.objects.extend_from_slice(objects);
            self.element.encode(element, &mut self.rows.words, &mut self.rows.objects);
            self.rows.weights.push(weight);
        };
        match collection {
            Value::Set(elements) | Value::List(elements) => elements.iter().for_each(element),
            Value::Map(entries) => {
                entries.iter().for_each(|(key, value)| element(&Value::tuple([key.clone(), value.clone()])));
            }
            other => unreachable!("the checker lets only collections be unnested, not {other:?}"),
        }
    }
}
