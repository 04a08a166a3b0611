//! An update that is made and joined at once is the update that is made, imaged, joined and sent: the short ways that
//! some types have do what the long way does.

use lasp_lattice::{Call, Keep, State, Undo, Unobserved};

use crate::codec::OneByte;
use crate::generate::{op, schedule};
use crate::rows::Recorder;
use crate::runner::{for_every_row, same};
use crate::world::{REPLICAS, T, World};

#[test]
fn at_once_is_one_after_the_other() {
    for_every_row("at_once", schedule, |kind, schedule, rng| {
        let world = World::run(kind, schedule);
        let at = rng.below(REPLICAS);
        let mut long: State<T> = State::clone(&world.states[at]);
        let mut short = long.clone();
        // What was sent before is known here, and so is all that a group holds.
        let mut long_group = State::bottom(kind);
        if rng.chance(1, 2) {
            long_group = State::clone(&long);
        }
        let mut short_group = long_group.clone();
        let mut undos: Vec<(State<T>, Undo<T>)> = Vec::new();
        for _ in 0..1 + rng.below(6) {
            let op = op(kind, rng);
            let stamp = op.stamp(at);
            let call = Call { method: op.method, args: &op.args, stamp: &stamp };
            let before = short.clone();
            let (mut undo, mut heard, mut told) = (None, Recorder::default(), Recorder::default());
            let keep = Keep { undo: Some(&mut undo), group: Some(&mut short_group) };
            let applied = short.apply(kind, &op.path, &call, keep, &mut heard);
            let made = op.made_at(&long, kind, at);
            match (&applied, &made) {
                (Ok(applied), Ok((delta, answer))) => {
                    long.join(delta, &mut told);
                    long_group.join(delta, &mut Unobserved);
                    same("the answer", &applied.answer, answer)?;
                    same("whether there is a delta", &applied.changed, &!delta.is_bottom())?;
                }
                (applied, made) => {
                    same("the refusal", &applied.as_ref().err(), &made.as_ref().err())?;
                    same("nothing has changed", &short, &before)?;
                }
            }
            same("the state", &short, &long)?;
            same("to the byte", &short.encode_body(&OneByte), &long.encode_body(&OneByte))?;
            same("the group", &short_group, &long_group)?;
            same("its bytes", &short_group.encode_body(&OneByte), &long_group.encode_body(&OneByte))?;
            same("the report", &heard.events, &told.events)?;
            undos.extend(undo.map(|undo| (before, undo)));
            if rng.chance(1, 4) {
                // Sent: a new group begins.
                (long_group, short_group) = (State::bottom(kind), State::bottom(kind));
            }
        }
        while let Some((before, undo)) = undos.pop() {
            short.restore(undo);
            same("what was before", &short, &before)?;
            same("its bytes", &short.encode_body(&OneByte), &before.encode_body(&OneByte))?;
        }
        Ok(())
    });
}

#[test]
fn without_anybody_to_tell_the_effect_is_the_same() {
    for_every_row("at_once_alone", schedule, |kind, schedule, rng| {
        let at = rng.below(REPLICAS);
        let mut long: State<T> = State::clone(&World::run(kind, schedule).states[at]);
        let mut short = long.clone();
        for _ in 0..4 {
            let op = op(kind, rng);
            let stamp = op.stamp(at);
            let call = Call { method: op.method, args: &op.args, stamp: &stamp };
            let _ = short.apply(kind, &op.path, &call, Keep::nothing(), &mut Unobserved);
            if let Ok((delta, _)) = op.made_at(&long, kind, at) {
                long.join(&delta, &mut Unobserved);
            }
            same("the state", &short, &long)?;
        }
        Ok(())
    });
}
