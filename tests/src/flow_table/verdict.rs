//! Tries a law on random states: the claim must hold in every case, and what claims less than `through` must show why.
//!
//! | claim | must hold | must be found broken |
//! |---|---|---|
//! | through | f(a ⊔ b) = f(a) ⊔ f(b), of all inputs together | |
//! | meet | the same of each input with the others fixed | of all inputs together |
//! | gather | a ⊑ b gives f(a) ⊑ f(b) | f(a ⊔ b) = f(a) ⊔ f(b) |
//! | owned | | monotone, and antitone, in the visible order |

use lasp_compiler::flow::Flow;
use lasp_compiler::operators::table::Case;

use super::laws::{Law, is_up};
use super::state::{Shown, State};
use super::world::Variable;
use crate::oracle::rng::Rng;

/// Why a case claims no more than it does: the shortest example found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// In words; empty for `through`.
    pub reason: String,
}

/// An example that is rare is looked for so much longer than the claim is tried.
const EXAMPLES_FACTOR: u64 = 50;

struct World {
    a: Vec<State>,
    b: Vec<State>,
    both: Vec<State>,
    shown: [Vec<Shown>; 3],
}

fn world(law: &Law, seed: u64) -> Result<World, String> {
    let mut rng = Rng::new(seed);
    let mut world = World { a: vec![], b: vec![], both: vec![], shown: [vec![], vec![], vec![]] };
    for (port, source) in (0..).zip(&law.sources) {
        let variable = Variable::random(*source, port, &mut rng);
        let cuts: [&[usize]; 3] = [&[0], &[1], &[0, 1]];
        for (at, cut) in cuts.into_iter().enumerate() {
            let (shown, specified) = (variable.shown(cut), variable.specified(cut));
            if shown != specified {
                return Err(format!(
                    "seed {seed}: the model of {source:?} shows {shown}, the specification {specified}"
                ));
            }
            world.shown[at].push(shown);
        }
        let (a, b, both) = (variable.state(&[0]), variable.state(&[1]), variable.state(&[0, 1]));
        if a.join(&b) != both {
            return Err(format!("seed {seed}: joining is not having seen both: {a:?} ⊔ {b:?} ≠ {both:?}"));
        }
        world.a.push(a);
        world.b.push(b);
        world.both.push(both);
    }
    Ok(world)
}

fn listed(shown: &[Shown]) -> String {
    shown.iter().map(Shown::to_string).collect::<Vec<_>>().join(" and ")
}

/// Tries a law of a case.
///
/// # Errors
/// The seed and the states that break the claim, or the lack of an example why no more is claimed.
pub fn judge(law: &Law, case: &Case, cases: u64) -> Result<Verdict, String> {
    let up = is_up(case.mark);
    let natural =
        |states: &[State], up: bool| (law.plain)(&states.iter().map(State::shown).collect::<Vec<_>>()).natural(up);
    let apply = |states: &[State]| match &law.lattices {
        Some(lattices) => lattices(states),
        None => natural(states, up),
    };
    let mut reasons: [Option<String>; 2] = [None, None];
    let note = |reasons: &mut [Option<String>; 2], which: usize, text: String| {
        let known = &mut reasons[which];
        if known.as_ref().is_none_or(|known| (text.len(), &text) < (known.len(), known)) {
            *known = Some(text);
        }
    };
    for seed in 0..cases * EXAMPLES_FACTOR {
        let explained =
            case.flow == Flow::Through || (reasons[0].is_some() && (case.flow != Flow::Owned || reasons[1].is_some()));
        if seed >= cases && explained {
            break;
        }
        let World { a, b, both, shown } = world(law, seed)?;
        let broken = |text: &str| Err(format!("{:?}, seed {seed}: {text}\na = {a:?}\nb = {b:?}", law.case));
        let (fa, fb, whole) = (apply(&a), apply(&b), apply(&both));
        for (state, shown) in [(&fa, &shown[0]), (&fb, &shown[1]), (&whole, &shown[2])] {
            let (read, plain) = ((law.read)(state), (law.plain)(shown));
            if law.lattices.is_some() && read != plain {
                return broken(&format!("reads {read}, and from what is seen {plain} would follow"));
            }
        }
        let merged = fa.join(&fb);
        // An example is one that a reader would notice.
        let noticed = (law.read)(&merged) != (law.read)(&whole);
        let unequal = || {
            let [x, y, z, w] = [&fa, &fb, &merged, &whole].map(|state| (law.read)(state));
            format!(
                "One replica sees {} and gets {x}, another sees {} and gets {y}: joined {z}. Both inputs joined are {}, \
                 which gives {w}",
                listed(&shown[0]),
                listed(&shown[1]),
                listed(&shown[2]),
            )
        };
        match case.flow {
            Flow::Through if merged != whole => return broken("not a join-morphism"),
            Flow::Through => {}
            Flow::Meet => {
                for input in 0..a.len() {
                    let (mut one, mut other, mut full) = (both.clone(), both.clone(), both.clone());
                    one[input] = a[input].clone();
                    other[input] = b[input].clone();
                    full[input] = both[input].clone();
                    if apply(&one).join(&apply(&other)) != apply(&full) {
                        return broken(&format!("not a morphism of input {input}"));
                    }
                }
                if noticed {
                    note(&mut reasons, 0, unequal());
                }
            }
            Flow::Gather => {
                if !fa.is_below(&whole) || !fb.is_below(&whole) {
                    return broken("not monotone");
                }
                if noticed {
                    note(&mut reasons, 0, unequal());
                }
            }
            Flow::Owned => {
                for (part, small) in [(&a, &shown[0]), (&b, &shown[1])] {
                    let text = || {
                        let (x, y) = ((law.plain)(small), (law.plain)(&shown[2]));
                        format!("From {} to {}: {x}, then {y}", listed(small), listed(&shown[2]))
                    };
                    let growing = natural(part, true).is_below(&natural(&both, true));
                    let shrinking = natural(&both, true).is_below(&natural(part, true));
                    match (growing, shrinking) {
                        (false, true) => note(&mut reasons, 0, text()),
                        (true, false) => note(&mut reasons, 1, text()),
                        (false, false) => (0..2).for_each(|which| note(&mut reasons, which, text())),
                        (true, true) => {}
                    }
                }
            }
        }
    }
    let missing =
        |what: &str| format!("{:?} over {:?}: no example that {what}: it could claim more", law.case, law.sources);
    let [first, second] = reasons;
    let reason = match case.flow {
        Flow::Through => String::new(),
        Flow::Owned => {
            let (down, up) = (first.ok_or(missing("it goes back"))?, second.ok_or(missing("it grows"))?);
            if down == up { down } else { format!("{down}. {up}") }
        }
        _ => first.ok_or(missing("parts do not combine"))?,
    };
    Ok(Verdict { reason })
}
