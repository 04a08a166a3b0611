//! Random traces over a program with every type: updates, messages lost and repeated, crashes, lost disks, old backups,
//! clones. `LASP_CASES` says how many, `LASP_SEED` which one alone.
//!
//! Checked, at the end and after a settling:
//! - all nodes show the same and have the same bytes; so has one that has just come;
//! - what is kept up to date by deltas is what is computed from the states;
//! - every entry on a disk that survived, or told to such a node, is there, and none that nobody made;
//! - each entry is counted once (one op does both), at any node at any time;
//! - no more was spent than there ever was.

use std::collections::{BTreeMap, BTreeSet};

use lasp_cli::replay::player::{Player, Say};
use lasp_cli::replay::trace;
use lasp_cli::session::Session;
use lasp_compiler::NoFiles;
use serde_json::{Value, json};

const CASES: u64 = 60;
const STEPS: u64 = 70;

const PROGRAM: &str = r#"
lattice Status { placed < paid < shipped < returned, placed < cancelled < returned }

var entries: gset<int>
var counted: gcounter
var os: orset<int>
var rs: rwset<int> = {1}
var ts: twopset<int>
var pn: pncounter = -2
var rc: rcounter
var quota: bcounter = 20
var high: max<int>
var low: min<int> = 50
var lit: flag
var ew: ewflag
var dw: dwflag
var title: lww<int>
var notes: mv<int>
var fixed: ivar<int>
var pairs: gmap<int, pncounter>
var carts: ormap<int, { n: gcounter, r: rcounter, s: orset<int>, t: lww<int>, m: gmap<int, max<int>> }>
var both: { a: gcounter, b: orset<int> }
var ranked: lex<max<int>, max<int>>
var best: topk<int, 2>
var ticks: vclock
var status: Status

let joined = os.intersect(rs).map(x => x * 2)
let sum = entries.sum(x => x)
show entries, counted, os, rs, ts, pn, rc, quota, high, low, lit, ew, dw, title, notes, fixed, pairs, carts, both
show ranked, best, ticks, status, joined, sum

event entered { x: int }
event act { kind: int, x: int, node: text }

on entered({ x }) {
  entries.add(x)
  counted.inc(1)
}

on act({ kind, x, node }) {
  if kind == 0 { os.add(x) }
  if kind == 1 { os.remove(x) }
  if kind == 2 { os.clear() }
  if kind == 3 { rs.add(x) }
  if kind == 4 { rs.remove(x) }
  if kind == 5 { rs.clear() }
  if kind == 6 { ts.add(x) }
  if kind == 7 { ts.remove(x) }
  if kind == 8 { pn.inc(3) }
  if kind == 9 { pn.dec(2) }
  if kind == 10 { rc.inc(2) }
  if kind == 11 { rc.dec(1) }
  if kind == 12 { rc.reset() }
  if kind == 13 {
    quota.inc(1)
    emit made { }
  }
  if kind == 14 or kind == 39 or kind == 40 { if quota.spend(2) { emit spent { } } }
  if kind == 15 { quota.transfer(3, to: node) }
  if kind == 16 { high.set(x) }
  if kind == 17 { low.set(x) }
  if kind == 18 { lit.enable() }
  if kind == 19 { ew.enable() }
  if kind == 20 { ew.disable() }
  if kind == 21 { dw.enable() }
  if kind == 22 { dw.disable() }
  if kind == 23 { title.set(x) }
  if kind == 24 { notes.set(x) }
  if kind == 25 { notes.clear() }
  if kind == 26 { fixed.set(x) }
  if kind == 27 { pairs[x].inc(1) }
  if kind == 28 { carts[x].n.inc(1) }
  if kind == 29 { carts[x].r.inc(2) }
  if kind == 30 { carts[x].r.reset() }
  if kind == 31 { carts[x].s.add(x) }
  if kind == 32 { carts.remove(x) }
  if kind == 33 { carts.clear() }
  if kind == 34 { carts[x].t.set(x) carts[x].m[x].set(x) }
  if kind == 35 { both.a.inc(1) both.b.add(x) }
  if kind == 36 { ranked.set((x, 2 - x)) }
  if kind == 37 { best.add(x) }
  if kind == 38 { ticks.tick() }
  if kind == 41 { status.set(if x == 0 then paid else if x == 1 then cancelled else shipped) }
}
"#;
const KINDS: u64 = 42;

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// What is certain about a run, without knowing how replicas work.
#[derive(Default)]
struct Model {
    /// Entries on each disk at least.
    known: BTreeMap<String, BTreeSet<i64>>,
    backups: BTreeMap<String, BTreeSet<i64>>,
    up: BTreeSet<String>,
    sent: BTreeSet<(String, String)>,
    /// All that was ever entered.
    entered: i64,
}

/// The names of a trace as it grows, and its lines.
fn trace_of(rng: &mut Rng, model: &mut Model, faults: &mut BTreeMap<&'static str, u64>) -> Vec<Value> {
    let mut lines: Vec<Value> = vec![json!({"sync": ["a", "b"]}), json!({"sync": ["b", "c"]})];
    for name in ["a", "b", "c"] {
        model.known.insert(name.to_string(), BTreeSet::new());
        model.up.insert(name.to_string());
    }
    for (from, to) in [("a", "b"), ("b", "c")] {
        model.sent.insert((from.to_string(), to.to_string()));
    }
    for _ in 0..STEPS {
        let up: Vec<String> = model.up.iter().cloned().collect();
        let down: Vec<String> = model.known.keys().filter(|name| !model.up.contains(*name)).cloned().collect();
        let at = up[rng.below(up.len() as u64) as usize].clone();
        let to = up[rng.below(up.len() as u64) as usize].clone();
        let mut fault = |name| *faults.entry(name).or_default() += 1;
        match rng.below(100) {
            0..24 => {
                model.entered += 1;
                model.known.entry(at.clone()).or_default().insert(model.entered);
                lines.push(json!({"at": at, "event": "entered", "data": {"x": model.entered}}));
            }
            24..50 => {
                let data = json!({"kind": rng.below(KINDS), "x": rng.below(3), "node": to});
                lines.push(json!({"at": at, "event": "act", "data": data}));
            }
            50..66 if at != to => {
                let news = model.known[&at].clone();
                model.known.entry(to.clone()).or_default().extend(news);
                // A sync that has nothing to say sends nothing; the first between two always does.
                model.sent.insert((at.clone(), to.clone()));
                lines.push(json!({"sync": [at, to], "full": rng.below(8) == 0}));
            }
            66..71 if at != to => {
                fault("drop");
                // One that says something, so that it can be delivered.
                lines.push(json!({"drop": [at, to], "full": !model.sent.contains(&(at.clone(), to.clone()))}));
                model.sent.insert((at, to));
            }
            71..78 => {
                let ways: Vec<_> = model.sent.iter().filter(|(_, to)| model.up.contains(to)).cloned().collect();
                if !ways.is_empty() {
                    fault("deliver");
                    let (from, to) = &ways[rng.below(ways.len() as u64) as usize];
                    lines.push(json!({"deliver": [from, to], "repeat": 1 + rng.below(2)}));
                    lines.push(json!({"at": to, "show": "entries"}));
                    lines.push(json!({"at": to, "show": "counted"}));
                }
            }
            78..84 if up.len() > 2 => {
                fault("crash");
                model.up.remove(&at);
                lines.push(json!({"crash": at}));
            }
            84..88 => {
                model.backups.insert(at.clone(), model.known[&at].clone());
                lines.push(json!({"backup": at}));
            }
            88..90 if model.known.len() < 5 => {
                fault("clone");
                let clone = format!("{at}{}", model.known.len());
                model.known.insert(clone.clone(), model.known[&at].clone());
                model.up.insert(clone.clone());
                lines.push(json!({"clone": at, "as": clone}));
            }
            90..98 if !down.is_empty() => {
                let name = down[rng.below(down.len() as u64) as usize].clone();
                model.up.insert(name.clone());
                match (rng.below(4), model.backups.get(&name).cloned()) {
                    (0, _) => {
                        fault("lost disk");
                        model.known.insert(name.clone(), BTreeSet::new());
                        lines.push(json!({"restart": name, "disk": "lost"}));
                    }
                    (1 | 2, Some(backup)) => {
                        fault("old backup");
                        model.known.insert(name.clone(), backup);
                        lines.push(json!({"restart": name, "disk": "backup"}));
                    }
                    _ => {
                        fault("restart");
                        lines.push(json!({"restart": name}));
                    }
                }
            }
            _ => {
                for name in up {
                    lines.push(json!({"at": name, "show": "entries"}));
                    lines.push(json!({"at": name, "show": "counted"}));
                }
            }
        }
    }
    let down: Vec<String> = model.known.keys().filter(|name| !model.up.contains(*name)).cloned().collect();
    lines.extend(down.iter().map(|name| json!({"restart": name})));
    lines.push(json!({"settle": true}));
    lines
}

struct Run {
    player: Player,
    number: u64,
}

impl Run {
    /// Plays lines and gives what is printed.
    fn play(&mut self, lines: &[Value], seed: u64) -> Vec<Value> {
        let mut said = Vec::new();
        for line in lines {
            self.number += 1;
            let text = line.to_string();
            let read = trace::read(&text);
            let step = read[0].1.as_ref().unwrap_or_else(|slip| panic!("seed {seed}: {text}: {slip:?}"));
            let done = self.player.step(self.number, step, &mut NoFiles, &mut |say| {
                if let Say::Line(line) = say {
                    said.push(serde_json::from_str(&line).expect("JSON"));
                }
            });
            done.unwrap_or_else(|stop| panic!("seed {seed}, line {}: {text}: {stop:?}", self.number));
        }
        said
    }

    fn show(&mut self, at: &str, what: &str, seed: u64) -> Value {
        let mut line = self.play(&[json!({"at": at, "show": what})], seed).pop().expect("a show prints a line");
        line.as_object_mut().map(|line| (line.remove("at"), line.remove("show")));
        line
    }
}

fn case(seed: u64, faults: &mut BTreeMap<&'static str, u64>) {
    let mut rng = Rng(seed);
    let mut model = Model::default();
    let lines = trace_of(&mut rng, &mut model, faults);
    let mut session = Session::new();
    session.compile("every.lasp", PROGRAM, &mut NoFiles);
    let texts: Vec<String> = lines.iter().map(Value::to_string).collect();
    let found = &session.compiled().diagnostics;
    assert!(session.plan().is_some(), "{found:?}");
    let player = Player::new(session, &trace::read(&texts.join("\n"))).expect("it can run");
    let mut run = Run { player, number: 0 };
    let said = run.play(&lines, seed);

    let count = |name: &str| said.iter().filter(|line| line["emit"] == name).count();
    assert!(count("spent") * 2 <= 20 + count("made"), "seed {seed}: more was spent than there was");
    for pair in said.windows(2).filter(|pair| pair[0]["show"] == "entries" && pair[1]["show"] == "counted") {
        let entries = pair[0]["value"].as_array().map(Vec::len);
        assert_eq!(entries.map(Value::from), Some(pair[1]["value"].clone()), "seed {seed}: each entry counts once");
    }

    let names: Vec<String> = run.player.fleet().names().map(str::to_string).collect();
    let certain: BTreeSet<i64> = model.known.values().flatten().copied().collect();
    let shown = run.show("a", "entries", seed);
    let entries = shown["value"].as_array().expect("a set").iter().filter_map(Value::as_i64);
    let entries: BTreeSet<i64> = entries.collect();
    assert!(certain.is_subset(&entries), "seed {seed}: lost are {:?}", certain.difference(&entries));
    assert!(entries.iter().all(|x| (1..=model.entered).contains(x)), "seed {seed}: nobody made some of {entries:?}");
    assert_eq!(run.show("a", "counted", seed)["value"], entries.len(), "seed {seed}");

    // One who comes now and hears of everything at once is like those who heard of it bit by bit.
    run.play(&[json!({"sync": ["a", "newcomer"], "full": true})], seed);
    let bytes = |run: &Run, name: &str| run.player.fleet().replica(name).expect("it is up").states_encoded();
    let first = bytes(&run, "a");
    let table: Vec<&str> =
        PROGRAM.lines().filter_map(|line| line.strip_prefix("show ")).flat_map(|line| line.split(", ")).collect();
    for name in names.iter().map(String::as_str).chain(["newcomer"]) {
        assert_eq!(bytes(&run, name), first, "seed {seed}: {name} and a know the same and differ");
        for what in &table {
            let here = run.show(name, what, seed);
            assert_eq!(here, run.show("a", what, seed), "seed {seed}: {what} at {name} and at a");
            let computed = run.show(name, &format!("({what})"), seed);
            assert_eq!(here["value"], computed["value"], "seed {seed}: {what} at {name}, kept and computed");
        }
    }
}

#[test]
fn random_traces_lose_nothing_and_converge() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut faults = BTreeMap::new();
    if let Some(seed) = number("LASP_SEED") {
        return case(seed, &mut faults);
    }
    for seed in 0..number("LASP_CASES").unwrap_or(CASES) {
        case(seed, &mut faults);
    }
    for fault in ["drop", "deliver", "crash", "restart", "lost disk", "old backup", "clone"] {
        assert!(faults.get(fault).is_some_and(|times| *times > 0), "no {fault} has happened");
    }
}
