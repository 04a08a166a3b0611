//! The advertisement counter: 1,000 clients show 100 ads; an ad is exhausted when it has been seen often enough.
//!
//! The limit is a hundredth of all impressions, so about half of the ads get exhausted while batches come. What is
//! shown is the set of active ads; which ads are reported as exhausted, each once, is compared as well.

use lasp_plan::Value;

use crate::bench::script::{Kind, Mode, SINGLES, Script, Step, set};
use lasp_gauge::{drawn, elems};

const ADS: usize = 100;
const CLIENTS: usize = 1_000;

/// So many impressions in batches, and some one at a time.
pub fn script(n: usize) -> Script {
    let ads = elems(ADS, 8);
    let limit = i64::try_from(n / ADS).unwrap_or(i64::MAX).max(1);
    let signed = ads.iter().flat_map(|ad| [Value::Int(*ad), Value::Int(limit)]).collect();
    let mut views = vec![0; ADS];
    let mut step = |mode: Mode, event: usize, fields: Vec<Value>, seen: &[usize]| {
        let mut emitted = Vec::new();
        for at in seen {
            views[*at] += 1;
            if views[*at] == limit {
                emitted.push(Value::tuple([Value::Int(ads[*at])]));
            }
        }
        emitted.sort();
        let active = ads.iter().zip(&views).filter(|(_, views)| **views < limit).map(|(ad, _)| Value::Int(*ad));
        let events = vec![event; fields.len() / 2];
        Step { kind: Kind::Insert, mode, events, fields, shown: set(active), emitted }
    };
    let mut steps = vec![step(Mode::Before, 0, signed, &[])];
    for (mode, range) in [(Mode::Batches, 0..n), (Mode::Singles, n..n + SINGLES.min(n))] {
        let seen: Vec<usize> = range.clone().map(|i| drawn(i, 9, ADS)).collect();
        let client = |i: usize| Value::Int(i64::try_from(drawn(i, 10, CLIENTS)).unwrap_or(0));
        let fields = range.zip(&seen).flat_map(|(i, at)| [Value::Int(ads[*at]), client(i)]).collect();
        steps.push(step(mode, 1, fields, &seen));
    }
    Script { events: vec!["signed", "impression"], steps }
}
