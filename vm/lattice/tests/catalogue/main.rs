//! The catalogue of the types, `docs/catalogue.md`: generated from the registry and by running it, and compared.
//!
//! | module | what it does |
//! |---|---|
//! | `page` | the page, section by section |
//! | `scene` | what is shown of each type: an instance, a start, and what two replicas then do |
//! | `run` | does it, on two replicas |
//! | `under_removal` | the same under a key of an `ormap` that is removed |
//! | `cost` | counts bytes and comparisons |
//! | `written`, `shown`, `word` | updates from text, values to text, elements |
//!
//! `UPDATE_PAGES=1 cargo test -p lasp-lattice --test catalogue` rewrites the page.

mod cost;
mod page;
mod run;
mod scene;
mod shown;
mod under_removal;
mod word;
mod written;

use std::path::{Path, PathBuf};

fn page_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/catalogue.md")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test that keeps a page of the repository true")]
fn the_page_says_what_the_types_do() {
    let page = page::page();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(page_path(), &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(page_path()).unwrap_or_default();
    let differs = kept.lines().zip(page.lines()).find(|(kept, now)| kept != now);
    assert_eq!(differs, None, "UPDATE_PAGES=1 rewrites docs/catalogue.md; left what it says, right what is so");
    assert_eq!(kept.len(), page.len(), "UPDATE_PAGES=1 rewrites docs/catalogue.md");
}

#[test]
fn every_update_of_every_type_is_shown() {
    let scenes = scene::scenes();
    for scene in &scenes {
        for method in scene.row().methods {
            if let (true, Some(single)) = (scene.is_plural(method), method.name.strip_suffix("_all")) {
                run::plural_is_each(scene, method.name, single);
            } else {
                let shown = scenes.iter().any(|other| other.row() == scene.row() && other.shows(method.name));
                assert!(shown, "scene.rs should show `{}` of `{}`", method.name, scene.of.text);
            }
        }
    }
}
