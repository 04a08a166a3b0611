//! What any lattice becomes inside an `ormap`, where removing the key takes back what was seen of the value: a dot
//! store.
//!
//! | type | inside an `ormap` |
//! |---|---|
//! | `orset`, `rwset`, `ewflag`, `dwflag`, `mv`, `rcounter`, `ormap` | the same store, under the map's past instead of its own |
//! | `gset`, `flag`, `gmap` | `orset`, `ewflag`, `ormap`, without their removals |
//! | `twopset` | `rwset`, where an addition does not answer a removal |
//! | `gcounter`, `pncounter`; `vclock` | running sums: [`crate::rcounter`], [`crate::removable::Clock`] |
//! | `max`, `min`, `lww`, `ivar`, `lex`, drawn lattices | the writes that may still matter: [`crate::register`] |
//! | `topk` | all elements, of which the greatest show: [`crate::top::Top`] |
//! | products | part by part |
//! | `bcounter` | not allowed: see [`KindFlaw::RightsRemoved`](crate::kind::KindFlaw) |
//!
//! So a type that only grows does not pay for dots where nothing is removed, and keeps its meaning where something is:
//! which updates count is what its row says, of those no removal has seen.
//!
//! Invariant: the store of a kind is the one the table names.
//!
//! Neighbours: [`crate::ormap`] (whose values these are), [`crate::dot_store`].

use crate::change::{Leaf, PortRow, Report};
use crate::codec::{DecodeError, Reader, Writer};
use crate::dot::{Dot, ReplicaId};
use crate::dot_store::{DotStore, Dots, Draft, Fates, Incoming};
use crate::element::Element;
use crate::hlc::Hlc;
use crate::kind::Kind;
use crate::past::Past;
use crate::reading::Reading;
use crate::registry::LatticeInfo;
use crate::sums::Sum;
use crate::update::{Answer, Call, Step, UpdateError};

macro_rules! define_store {
    ($($(#[$doc:meta])* $variant:ident: $store:ty = $($kind:ident)|+),+ $(,)?) => {
        /// The live part of a value inside an `ormap`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Store<T: Element> {
            $($(#[$doc])* $variant($store)),+
        }

        /// The before-image of a join.
        #[derive(Debug)]
        pub enum StoreUndo<T: Element> {
            $($(#[$doc])* $variant(<$store as Dots>::Undo)),+
        }

        /// `match` on every variant with the same body.
        macro_rules! each {
            ($value:expr, $inner:ident => $body:expr) => {
                match $value {
                    $(Store::$variant($inner) => $body),+
                }
            };
        }

        /// The same where the body makes a store again.
        macro_rules! within {
            ($value:expr, $inner:ident => $body:expr) => {
                match $value {
                    $(Store::$variant($inner) => Store::$variant($body)),+
                }
            };
        }

        impl<T: Element> Store<T> {
            /// Nothing alive.
            ///
            /// # Panics
            /// For a kind that cannot stand there ([`Kind::flaw`]).
            pub fn empty(kind: &Kind) -> Self {
                match kind {
                    $($(Kind::$kind { .. })|+ => Self::$variant(<$store as DotStore<T>>::empty(kind)),)+
                    other => unfit(other),
                }
            }

            pub(crate) fn read(kind: &Kind, input: &mut Reader<'_, T>) -> Result<Self, DecodeError> {
                Ok(match kind {
                    $($(Kind::$kind { .. })|+ => Self::$variant(<$store as DotStore<T>>::read(kind, input)?),)+
                    other => unfit(other),
                })
            }

            /// Whether it is what a value of this kind is kept as.
            pub fn conforms(&self, kind: &Kind) -> bool {
                match (self, kind) {
                    $((Self::$variant(store), $(Kind::$kind { .. })|+) => DotStore::<T>::conforms(store, kind),)+
                    _ => false,
                }
            }

            /// Joins a delta, reports what became of the visible value, and says whether anything changed.
            pub fn join(&mut self, incoming: &Incoming<'_, Self>, fates: &mut Fates, report: &mut Report<'_, T>) -> bool {
                match (self, incoming.theirs) {
                    $((Self::$variant(mine), None) => DotStore::<T>::join(mine, &incoming.to(None), fates, report),
                    (Self::$variant(mine), Some(Self::$variant(theirs))) => {
                        DotStore::<T>::join(mine, &incoming.to(Some(theirs)), fates, report)
                    })+
                    _ => panic!("joining values of two kinds under one key"),
                }
            }
        }

        impl<T: Element> Dots for Store<T> {
            type Undo = StoreUndo<T>;

            fn empty_like(&self) -> Self {
                within!(self, store => store.empty_like())
            }

            fn is_dead(&self) -> bool {
                each!(self, store => store.is_dead())
            }

            fn holds(&self, dot: Dot) -> bool {
                each!(self, store => store.holds(dot))
            }

            fn hit(&self, past: &Past, live: &mut Vec<Dot>) {
                each!(self, store => store.hit(past, live));
            }

            fn all(&self, live: &mut Vec<Dot>) {
                each!(self, store => store.all(live));
            }

            fn greatest(&self, replica: ReplicaId) -> u64 {
                each!(self, store => store.greatest(replica))
            }

            fn kill(&self, draft: &mut Draft) {
                each!(self, store => store.kill(draft));
            }

            fn before(&self, incoming: &Incoming<'_, Self>) -> Self::Undo {
                match (self, incoming.theirs) {
                    $((Self::$variant(mine), None) => StoreUndo::$variant(mine.before(&incoming.to(None))),
                    (Self::$variant(mine), Some(Self::$variant(theirs))) => {
                        StoreUndo::$variant(mine.before(&incoming.to(Some(theirs))))
                    })+
                    _ => panic!("joining values of two kinds under one key"),
                }
            }

            fn restore(&mut self, undo: Self::Undo, fates: &mut Fates) {
                match (self, undo) {
                    $((Self::$variant(mine), StoreUndo::$variant(undo)) => mine.restore(undo, fates),)+
                    _ => panic!("restoring a value of another kind"),
                }
            }

            fn decompose(&self, piece: &mut dyn FnMut(Self, Past)) {
                match self {
                    $(Self::$variant(store) => store.decompose(&mut |part, past| piece(Self::$variant(part), past)),)+
                }
            }

            fn novel(&self, local: Option<&Self>, past: &Past, news: &mut Past) -> Self {
                match (self, local) {
                    $((Self::$variant(store), None) => Self::$variant(store.novel(None, past, news)),
                    (Self::$variant(store), Some(Self::$variant(local))) => {
                        Self::$variant(store.novel(Some(local), past, news))
                    })+
                    _ => panic!("comparing values of two kinds under one key"),
                }
            }

            fn has_cancelled(&self, dot: Dot, sum: Sum) -> bool {
                each!(self, store => store.has_cancelled(dot, sum))
            }

            fn fits(&self, past: &Past) -> bool {
                each!(self, store => store.fits(past))
            }
        }
    };
}

define_store! {
    /// Sets whose elements have dots.
    Set: crate::orset::OrSet<T> = GSet | OrSet,
    /// Sets whose removals have dots too.
    Marks: crate::rwset::RwSet<T> = RwSet | TwoPSet,
    /// Enablings.
    Enabled: crate::ewflag::EwFlag = Flag | EwFlag,
    /// Enablings and disablings.
    Votes: crate::dwflag::DwFlag = DwFlag,
    /// Concurrent values.
    Values: crate::mv::Mv<T> = Mv,
    /// Running sums, read as one number.
    Count: crate::rcounter::RCounter = GCounter | PnCounter | RCounter,
    /// Running sums, read one by one.
    Clock: crate::removable::Clock = VClock,
    /// Writes that may still matter.
    Register: crate::register::Register<T> = Max | Min | Lww | Ivar | Lex | User,
    /// Elements of which the greatest show.
    Top: crate::top::Top<T> = TopK,
    /// A map in a map.
    Map: crate::ormap::OrMap<T> = GMap | OrMap,
    /// Part by part.
    Parts: crate::removable::Parts<T> = Product,
}

impl<T: Element> Store<T> {
    /// Makes the delta of an update. A call the kind does not have is refused, even if its store would know it.
    pub fn mutate(
        &self,
        kind: &Kind,
        path: &[Step<T>],
        call: &Call<'_, T>,
        draft: &mut Draft,
    ) -> Result<(Self, Answer), UpdateError> {
        let info: LatticeInfo = kind.info();
        if path.is_empty() && info.method(call.method).is_none() {
            return Err(call.refuse(&info));
        }
        match self {
            Self::Set(store) => wrap(store.mutate(kind, path, call, draft), Self::Set),
            Self::Marks(store) => wrap(store.mutate(kind, path, call, draft), Self::Marks),
            Self::Enabled(store) => wrap(store.mutate(kind, path, call, draft), Self::Enabled),
            Self::Votes(store) => wrap(store.mutate(kind, path, call, draft), Self::Votes),
            Self::Values(store) => wrap(store.mutate(kind, path, call, draft), Self::Values),
            Self::Count(store) => wrap(store.mutate(kind, path, call, draft), Self::Count),
            Self::Clock(store) => wrap(store.mutate(kind, path, call, draft), Self::Clock),
            Self::Register(store) => wrap(store.mutate(kind, path, call, draft), Self::Register),
            Self::Top(store) => wrap(store.mutate(kind, path, call, draft), Self::Top),
            Self::Map(store) => wrap(store.mutate(kind, path, call, draft), Self::Map),
            Self::Parts(store) => wrap(store.mutate(kind, path, call, draft), Self::Parts),
        }
    }

    /// The greatest hybrid clock in here.
    pub fn latest(&self) -> Option<Hlc> {
        each!(self, store => DotStore::<T>::latest(store))
    }

    pub(crate) fn write(&self, out: &mut Writer<'_, T>) {
        each!(self, store => DotStore::<T>::write(store, out));
    }
}

fn wrap<S, T: Element>(
    made: Result<(S, Answer), UpdateError>,
    variant: impl FnOnce(S) -> Store<T>,
) -> Result<(Store<T>, Answer), UpdateError> {
    made.map(|(store, answer)| (variant(store), answer))
}

fn unfit(kind: &Kind) -> ! {
    panic!("a {} below an ormap; kinds from outside are checked with `flaw` first", kind.name())
}

impl<T: Element> Reading<T> for Store<T> {
    fn row(&self) -> PortRow {
        each!(self, store => Reading::<T>::row(store))
    }

    fn visible(&self, weight: i64, report: &mut Report<'_, T>) {
        each!(self, store => store.visible(weight, report));
    }

    fn contains(&self, x: &T) -> bool {
        each!(self, store => store.contains(x))
    }

    fn len(&self) -> usize {
        each!(self, store => Reading::<T>::len(store))
    }

    fn leaf(&self) -> Option<Leaf<T>> {
        each!(self, store => store.leaf())
    }

    fn get(&self, key: &T) -> Option<&dyn Reading<T>> {
        each!(self, store => store.get(key))
    }

    fn part(&self, part: usize) -> Option<&dyn Reading<T>> {
        each!(self, store => store.part(part))
    }

    fn elements(&self) -> Box<dyn Iterator<Item = &T> + '_> {
        each!(self, store => store.elements())
    }

    fn entries(&self) -> Box<dyn Iterator<Item = (&T, &dyn Reading<T>)> + '_> {
        each!(self, store => store.entries())
    }
}
