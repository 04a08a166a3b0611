//! What becomes of a type inside an `ormap`, when its key is removed while somebody updates it.

use lasp_lattice::Kind;

use crate::run::{self, Outcome};
use crate::scene::Scene;
use crate::written::{Type, Update, under_key};

/// The same value under a key; `None` and the reason if it cannot stand there.
pub fn outcome(scene: &Scene) -> Result<(Scene, Outcome), String> {
    let kind = Kind::OrMap(Box::new(scene.of.kind.clone()));
    if let Some(flaw) = kind.flaw() {
        return Err(flaw.to_string());
    }
    let of = Type { text: format!("ormap<text, {}>", scene.of.text), kind, parts: scene.of.parts.clone() };
    let below = |update: &Update| Update::read(&under_key(&update.written()), &of);
    let remove = Update::read("m.remove(k)", &of);
    let start = scene.start.iter().map(|(who, update)| (*who, below(update))).collect();
    let calls = vec![(below(&scene.calls[0].0), remove)];
    let inside = Scene { start, calls, also: Vec::new(), thousand: String::new(), of };
    let outcome = run::outcomes(&inside).remove(0);
    Ok((inside, outcome))
}
