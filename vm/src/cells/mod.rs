//! Variables that are updated in place, and what the views have to be told of them.
//!
//! ```text
//! views["x"].inc(1)   ×1,000       entry 7 of the map: 5 … 1,005       touched: 7, told 5
//! tell                             ("x", 5) goes, ("x", 1005) comes    nothing is touched
//! ```
//!
//! A node that nobody takes deltas of needs none. Where all updates of a variable in a program have a way in place
//! ([`Quick`]), the variable has *cells*: itself, the entries of a map, or the elements of a set. An update changes its
//! cell and logs what was there; the views hear of a cell once per step, however often it was touched.
//!
//! Invariants: a variable has cells only while every update of it goes through here, so a cell's change is told once,
//! by the value that was told last; `touched` names each cell at most once (`marks`); undoing the log, last first,
//! gives back the states and what is to be told.
//!
//! Code map: `log` undoes, `lately` finds keys. Neighbours: [`crate::vars`] (owns the states; the way with deltas),
//! `node::batch` (undoes whole batches).

mod lately;
mod log;

use lasp_lattice::gmap::GMap;
use lasp_lattice::{Back, Counted, Kind, Leaf, Quick, Reading, ReplicaId, State, Unfit};
use lasp_plan::{Stmt, Update, Value, VarId, VarPlan};

use crate::diffs::Diff;
use crate::eval::{Fault, leaf_row};
use lately::{LATELY, is_same, place_of};
use log::{Count, Put};

pub(crate) use lately::Key;
pub(crate) use log::{Log, Logged, Vault};

/// The cells of one variable.
#[derive(Debug)]
pub(crate) struct Cells {
    var: VarId,
    form: Form,
    /// Whether a view reads the variable; else nothing is told.
    is_read: bool,
    /// A register that reads as its bare content.
    bare: bool,
    touched: Vec<Touched>,
    /// By number of the cell: the round in which it was touched last.
    marks: Vec<u32>,
    /// Grows with each telling.
    round: u32,
    /// Elements that are new since the last telling.
    added: Vec<Value>,
    /// Entries by where their keys were found last. A hint: it says nothing about what is there.
    lately: Box<[u32; LATELY]>,
    /// Up to which number entries are known to be there.
    entries: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The variable itself, a counter, a register or a flag.
    Whole,
    /// A grow-only map of such.
    Entries,
    /// A grow-only set.
    Elements,
}

/// A cell that has changed since the last telling.
#[derive(Debug)]
struct Touched {
    at: u32,
    /// What the views know of it; none: nothing, it is new.
    told: Option<Leaf<Value>>,
}

/// What an update in place does, with everything in it evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'a> {
    /// Counts by a number.
    Count(u64),
    /// Puts an element in.
    Put(&'a Value),
    /// Raises a flag.
    Nothing,
}

impl Cells {
    /// The cells of a variable that is updated in no other way than by these updates, if all have a way in place.
    pub(crate) fn of(id: VarId, var: &VarPlan, is_read: bool, updates: &[&Update]) -> Option<Cells> {
        let (form, kind) = match &var.kind {
            Kind::GMap(values) => (Form::Entries, &**values),
            Kind::GSet => (Form::Elements, &var.kind),
            kind => (Form::Whole, kind),
        };
        if form == Form::Entries && *kind == Kind::GSet {
            return None;
        }
        let keyed = |update: &Update| matches!(update.path[..], [lasp_plan::Step::Key(_)]);
        let fits = |update: &&Update| match form {
            Form::Entries => keyed(update) && Quick::of(kind, &update.method).is_some(),
            _ => update.path.is_empty() && Quick::of(kind, &update.method).is_some(),
        };
        let cells = Cells {
            var: id,
            form,
            is_read,
            bare: var.bare,
            touched: Vec::new(),
            marks: Vec::new(),
            round: 1,
            added: Vec::new(),
            lately: Box::new([0; LATELY]),
            entries: 0,
        };
        (!updates.is_empty() && updates.iter().all(fits)).then_some(cells)
    }

    /// How many cells the views have something to hear of.
    #[inline]
    pub(crate) fn touched(&self) -> usize {
        self.touched.len() + self.added.len()
    }

    /// Makes an update and logs it. Gives the answer, true where the method has none.
    ///
    /// An error says that it is refused; nothing has changed.
    #[inline]
    pub(crate) fn apply(
        &mut self,
        state: &mut State<Value>,
        kind: &Kind,
        key: Option<&mut Key<'_>>,
        (quick, given): (Quick, Given<'_>),
        replica: ReplicaId,
        log: &mut Log,
    ) -> Result<bool, Unfit> {
        let (cell, at) = match key {
            None => (state, 0),
            Some(key) => {
                let State::GMap(map) = state else { return Err(Unfit) };
                match self.find(map, key) {
                    Some(at) => (map.entry_mut(at), at),
                    None => return self.make(map, kind, key.value, (quick, given), replica, log),
                }
            }
        };
        let Given::Count(n) = given else { return self.put(cell, at, (quick, given), log) };
        let first = self.is_untold(at);
        if first {
            self.watch(at, cell);
        }
        match cell.count(quick, n, replica) {
            Counted::From(old) => {
                log.counts.push(Count { old, var: self.var, at, quick, first, made: false });
                Ok(true)
            }
            unchanged => {
                if first {
                    self.unwatch();
                }
                match unchanged {
                    Counted::Unfit => Err(Unfit),
                    unchanged => Ok(unchanged == Counted::Same),
                }
            }
        }
    }

    /// The number of a key's entry: where it was found last if it was found lately, else by its hash.
    #[inline]
    fn find(&mut self, map: &GMap<Value>, key: &mut Key<'_>) -> Option<u32> {
        let place = place_of(key.value);
        if let Some(place) = place {
            let at = self.lately[place];
            if at < self.entries && is_same(map.entry(at).0, key.value) {
                return Some(at);
            }
        }
        let at = map.position(key.hash(), key.value)?;
        self.entries = self.entries.max(at + 1);
        if let Some(place) = place {
            self.lately[place] = at;
        }
        Some(at)
    }

    /// An update of something that is no counter.
    fn put(
        &mut self,
        cell: &mut State<Value>,
        at: u32,
        (quick, given): (Quick, Given<'_>),
        log: &mut Log,
    ) -> Result<bool, Unfit> {
        let Some(back) = put(cell, quick, given)? else { return Ok(true) };
        let first = match &back {
            Back::Without(element) => {
                self.added.extend(self.is_read.then(|| element.clone()));
                self.is_read
            }
            Back::Value(old) => self.touch_first(at, || Leaf::Option(old.clone())),
            Back::Lowered => self.touch_first(at, || Leaf::Bool(false)),
        };
        log.puts.push(Put { var: self.var, at, first, back: Some(back) });
        Ok(true)
    }

    /// Notes a cell that has changed, with what it was; whether that is the first time since the last telling.
    fn touch_first(&mut self, at: u32, told: impl FnOnce() -> Leaf<Value>) -> bool {
        let first = self.is_untold(at);
        if first {
            self.touch(at, Some(told()));
        }
        first
    }

    /// The first update under a key.
    #[cold]
    fn make(
        &mut self,
        map: &mut GMap<Value>,
        kind: &Kind,
        key: &Value,
        (quick, given): (Quick, Given<'_>),
        replica: ReplicaId,
        log: &mut Log,
    ) -> Result<bool, Unfit> {
        let Kind::GMap(values) = kind else { return Err(Unfit) };
        let mut value = State::bottom(values);
        let counts = matches!(given, Given::Count(_));
        match given {
            Given::Count(n) => match value.count(quick, n, replica) {
                Counted::From(_) | Counted::Same => {}
                Counted::Short => return Ok(false),
                Counted::Unfit => return Err(Unfit),
            },
            given => drop(put(&mut value, quick, given)?),
        }
        let at = map.push(key, value);
        let first = self.is_read;
        if first {
            self.touch(at, None);
        }
        if counts {
            log.counts.push(Count { old: 0, var: self.var, at, quick, first, made: true });
        } else {
            log.puts.push(Put { var: self.var, at, first, back: None });
        }
        Ok(true)
    }

    /// The cell of a number; an entry that was made is taken out instead.
    fn cell<'s>(&mut self, state: &'s mut State<Value>, at: u32, made: bool) -> Option<&'s mut State<Value>> {
        match state {
            State::GMap(map) if made => {
                map.pop();
                self.entries = self.entries.min(at);
                None
            }
            State::GMap(map) => Some(map.entry_mut(at)),
            state => Some(state),
        }
    }

    /// Whether the next change of a cell is its first since the last telling.
    #[inline]
    fn is_untold(&self, at: u32) -> bool {
        self.is_read && self.marks.get(at as usize) != Some(&self.round)
    }

    /// Notes a cell that is about to change, with what the views know of it: that has to be read before.
    #[inline(never)]
    fn watch(&mut self, at: u32, cell: &State<Value>) {
        self.touch(at, cell.leaf());
    }

    fn touch(&mut self, at: u32, told: Option<Leaf<Value>>) {
        if self.marks.len() <= at as usize {
            self.marks.resize(at as usize + 1, 0);
        }
        self.marks[at as usize] = self.round;
        self.touched.push(Touched { at, told });
    }

    /// The cell that was noted last has not changed.
    fn unwatch(&mut self) {
        if let Some(touched) = self.touched.pop() {
            self.marks[touched.at as usize] = 0;
        }
    }

    /// Tells what has changed since the last time, each cell once: what was told goes, what is there now comes.
    pub(crate) fn tell(&mut self, state: &State<Value>, tell: &mut dyn FnMut(Diff<'_>)) {
        let var = self.var;
        for element in self.added.drain(..) {
            tell(Diff { var, port: 0, row: &[element], weight: 1, outside: None });
        }
        let mut row = Vec::with_capacity(2);
        for Touched { at, told } in self.touched.drain(..) {
            row.clear();
            let now = match state {
                State::GMap(map) => {
                    let (key, value) = map.entry(at);
                    row.push(key.clone());
                    value.leaf()
                }
                state => state.leaf(),
            };
            if told == now {
                continue;
            }
            let bare = self.bare && self.form == Form::Whole;
            for (leaf, weight) in [(told, -1), (now, 1)] {
                let Some(leaf) = leaf else { continue };
                let outside = match leaf_row(leaf, bare) {
                    Ok(value) => {
                        row.push(value);
                        None
                    }
                    Err(Fault::Outside(n)) => Some(n),
                    // A register that reads as its bare content has no row before it has content.
                    Err(Fault::Unset | Fault::Conflict(_)) => continue,
                };
                tell(Diff { var, port: 0, row: &row, weight, outside });
                row.truncate(usize::from(self.form == Form::Entries));
            }
        }
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.marks.clear();
            1
        });
    }
}

/// Puts something in in place.
fn put(cell: &mut State<Value>, quick: Quick, given: Given<'_>) -> Result<Option<Back<Value>>, Unfit> {
    match given {
        Given::Put(element) => cell.put(quick, Some(element)),
        Given::Nothing => cell.put(quick, None),
        Given::Count(_) => Err(Unfit),
    }
}

/// All updates in a block, at any depth.
pub(crate) fn updates_of<'p>(body: &'p [Stmt], found: &mut Vec<&'p Update>) {
    for stmt in body {
        match stmt {
            Stmt::Update(update) | Stmt::LetUpdate(_, update) => found.push(update),
            Stmt::IfUpdate(update, yes, no) => {
                found.push(update);
                updates_of(yes, found);
                updates_of(no, found);
            }
            Stmt::If(_, yes, no) => {
                updates_of(yes, found);
                updates_of(no, found);
            }
            Stmt::For(_, _, body) => updates_of(body, found),
            Stmt::Let(..) | Stmt::Emit(_) => {}
        }
    }
}
