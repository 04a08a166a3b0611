//! W7: the advertisement counter. 1,000 clients show 100 ads; an ad is exhausted when it has been seen often enough.
//!
//! ```text
//! A  one node       impression {ad, client} ─► views[ad] + 1 ─► active ads, exhausted ads
//! B  apart          a replica per client ─ every 10 or 100 impressions of a client ─► server        (`apart`)
//! ```
//!
//! The limit is a hundredth of all impressions, so about half of the ads get exhausted. The result is the set of active
//! ads; every machine also makes sure that the right ads were reported as exhausted, each once.

mod apart;
#[cfg(feature = "dfir")]
mod dfir;
#[cfg(feature = "differential")]
mod differential;

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use lasp_plan::{Plan, Value};

use super::Sizes;
use crate::digest::{Digest, Sum, of_value};
use crate::element::{Element, Map, map, slot};
use crate::measure::{Case, Entrant, Machine, Mode, Script, Step, System};
use crate::ours::{self, Lasp};
use lasp_gauge::{elems, mix};

/// How many ads there are.
pub const ADS: usize = 100;
/// How many clients show them.
pub const CLIENTS: usize = 1_000;

/// An ad is shown.
pub struct Impression<K> {
    /// Which.
    pub ad: K,
    /// By whom.
    pub client: i64,
}

/// The ads.
#[must_use]
pub fn ads<K: Element>() -> Vec<K> {
    elems(ADS, 8).into_iter().map(K::of).collect()
}

/// How many impressions of each kind count, as an expression of Lasp and in Rust.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Each counts.
    One,
    /// Each counts three times, and the limit is on twice the views plus one.
    Other,
}

impl Worth {
    fn by(self) -> i64 {
        match self {
            Worth::One => 1,
            Worth::Other => 3,
        }
    }

    fn reading(self, views: i64) -> i64 {
        match self {
            Worth::One => views,
            Worth::Other => views * 2 + 1,
        }
    }

    fn lasp(self) -> (&'static str, &'static str) {
        match self {
            Worth::One => ("views[ad].inc(1)", "views[c.ad]"),
            Worth::Other => ("views[ad].inc(3)", "views[c.ad] * 2 + 1"),
        }
    }

    fn limit(self, impressions: usize) -> i64 {
        let limit = impressions as i64 / ADS as i64;
        match self {
            Worth::One => limit,
            Worth::Other => limit * 6 + 1,
        }
    }
}

/// The program; `key` is the type of ads.
#[must_use]
pub fn program(key: &str, worth: Worth) -> Arc<Plan> {
    let (update, reading) = worth.lasp();
    ours::plan(&format!(
        "role server, client
         type Contract = {{ ad: {key}, limit: int }}
         var contracts: gset<Contract>
         var views: gmap<{key}, gcounter>
         event signed {{ ad: {key}, limit: int }}
         event impression {{ ad: {key}, client: int }}
         on signed({{ ad, limit }}) at server {{ contracts.add({{ ad: ad, limit: limit }}) }}
         on impression({{ ad }}) at client {{ {update} }}
         let active = from c in contracts where {reading} < c.limit select c.ad
         for c in contracts when {reading} >= c.limit at server {{ emit exhausted {{ ad: c.ad }} }}
         show active, views"
    ))
}

struct Ours {
    lasp: Lasp,
    event: u32,
    exhausted: Sum,
    signed: u64,
}

impl Ours {
    fn start<K: Element>(plan: &Arc<Plan>, limit: i64) -> Ours {
        let mut lasp = Lasp::start(plan);
        let signed = ours::event_of(plan, "signed");
        let ads = ads::<K>();
        lasp.apply(ads.iter().map(|ad| (signed, [ad.value(), Value::Int(limit)])));
        let signed = ads.iter().map(Digest::digest).fold(0, u64::wrapping_add);
        Ours { lasp, event: ours::event_of(plan, "impression"), exhausted: Sum::default(), signed }
    }
}

impl<K: Element> Machine<Impression<K>> for Ours {
    fn listen(&mut self) {
        self.lasp.listen();
    }

    fn apply(&mut self, changes: &[Impression<K>]) {
        let event = self.event;
        let events = changes.iter().map(|it| (event, [it.ad.value(), Value::Int(it.client)]));
        for emitted in self.lasp.apply(events) {
            let Value::Tuple(fields) = &emitted else { panic!("an emit is a record") };
            self.exhausted.0 = self.exhausted.0.wrapping_add(of_value(&fields[0]));
        }
    }

    fn check(&mut self) -> u64 {
        let active = self.lasp.check();
        assert_eq!(active.wrapping_add(self.exhausted.0), self.signed, "an ad is active, or was reported as exhausted");
        active
    }
}

struct Hand<K: Element> {
    views: Map<K, (i64, i64)>,
    worth: Worth,
    active: Sum,
    exhausted: Vec<K>,
}

impl<K: Element> Hand<K> {
    fn new(worth: Worth, limit: i64) -> Hand<K> {
        let mut views = map::<K, (i64, i64)>(ADS);
        let mut active = Sum::default();
        for ad in ads::<K>() {
            active.add(&ad);
            views.insert(ad, (0, limit));
        }
        Hand { views, worth, active, exhausted: Vec::new() }
    }
}

impl<K: Element> Machine<Impression<K>> for Hand<K> {
    fn apply(&mut self, changes: &[Impression<K>]) {
        for it in changes {
            let (views, limit) = slot(&mut self.views, &it.ad, (0, i64::MAX));
            let was = self.worth.reading(*views) < *limit;
            *views += self.worth.by();
            if was && self.worth.reading(*views) >= *limit {
                self.active.take(&it.ad);
                self.exhausted.push(it.ad.clone());
            }
        }
    }

    fn check(&mut self) -> u64 {
        std::hint::black_box(&self.exhausted);
        self.active.0
    }
}

/// How many single impressions are timed.
const SINGLES: usize = 10_000;

#[allow(clippy::cast_possible_truncation)] // Small numbers.
fn impression<K: Element>(i: usize, ads: &[K]) -> Impression<K> {
    let drawn = mix(i as u64 ^ (9 << 40));
    let client = (drawn >> 32) % CLIENTS as u64;
    Impression { ad: ads[(drawn & 0xffff_ffff) as usize % ADS].clone(), client: client as i64 }
}

fn together<K: Element>(impressions: usize, worth: Worth) -> Case {
    let reading = worth.lasp().1;
    let variant = format!("A, one node; {}; {}; {reading}", K::NAME, worth.lasp().0);
    Case::new("W7", variant, impressions, move || {
        let ads = ads::<K>();
        let limit = worth.limit(impressions);
        let shown = |from: usize, count: usize| (from..from + count).map(|i| impression(i, &ads)).collect::<Vec<_>>();
        let scripts = Rc::new(vec![Script(vec![
            Step::new("impression", Mode::Batches, shown(0, impressions)),
            Step::new("impression", Mode::Singles, shown(impressions, SINGLES)),
        ])]);
        let plan = program(K::LASP, worth);
        vec![
            Entrant::machine(System::Hand, &scripts, move || Hand::<K>::new(worth, limit)),
            Entrant::machine(System::Lasp, &scripts, move || Ours::start::<K>(&plan, limit)),
            #[cfg(feature = "differential")]
            Entrant::machine(System::Differential, &scripts, move || differential::Ads::<K>::new(worth, limit)),
            #[cfg(feature = "dfir")]
            Entrant::machine(System::Dfir, &scripts, move || dfir::Ads::<K>::new(worth, limit)),
        ]
    })
}

/// See the module.
#[must_use]
pub fn cases(sizes: Sizes) -> Vec<Case> {
    let impressions = sizes.choose(100_000, 1_000_000);
    let mut cases = vec![
        together::<i64>(sizes.choose(100_000, 10_000_000), Worth::One),
        together::<CompactString>(impressions, Worth::One),
        together::<i64>(impressions, Worth::Other),
    ];
    for every in [10, 100] {
        cases.push(apart::case::<i64>(impressions, every));
        cases.push(apart::case::<CompactString>(impressions, every));
    }
    cases
}
