//! `lasp new NAME`: a small project that runs, to be changed into one's own.

use std::path::Path;

use anyhow::Context;

use crate::output::{BOLD, Output, PLAIN};
use crate::{Exit, Usage};

/// What a project consists of; `{name}` in a text becomes the project's name.
const FILES: &[(&str, &str)] = &[
    ("main.lasp", include_str!("../template/main.lasp")),
    ("visits.csv", include_str!("../template/visits.csv")),
    ("README.md", include_str!("../template/README.md")),
    (".gitignore", include_str!("../template/gitignore")),
];

/// The longest name.
const NAME_CHARS_MAX: usize = 64;

/// The arguments of `lasp new`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp new counter && cd counter && lasp run main.lasp")]
pub struct Args {
    /// The project's name, and that of its folder: letters, digits, `-` and `_`
    name: String,
}

impl Args {
    /// Makes the project.
    ///
    /// # Errors
    /// A name that is none or is taken; what the file system says.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        check(&self.name)?;
        let folder = Path::new(&self.name);
        // `create_dir` refuses what exists, so nothing is ever overwritten, not even in a race.
        std::fs::create_dir(folder).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => anyhow::Error::from(
                Usage::new(format!("`{}` exists already", self.name)).help("choose another name, nothing was changed"),
            ),
            _ => anyhow::Error::from(error).context(format!("making the folder `{}`", self.name)),
        })?;
        for (name, text) in FILES {
            let path = folder.join(name);
            std::fs::write(&path, text.replace("{name}", &self.name))
                .with_context(|| format!("writing `{}`", path.display()))?;
        }
        if output.is_json() {
            let files: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
            output.json(&serde_json::json!({ "created": self.name, "files": files }))?;
        } else {
            output.line(&format!("made {BOLD}{0}{PLAIN}; try: cd {0} && lasp run main.lasp", self.name))?;
        }
        Ok(Exit::Fine)
    }
}

fn check(name: &str) -> Result<(), Usage> {
    let help = "letters, digits, `-` and `_`, beginning with a letter, such as `page-counter`";
    let wrong = |why: &str| Err(Usage::new(format!("`{name}` cannot be a project's name: {why}")).help(help));
    if name.chars().count() > NAME_CHARS_MAX {
        return wrong("it is too long");
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return wrong("it does not begin with a letter");
    }
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')) {
        Some(c) => wrong(&format!("it contains `{}`", c.escape_default())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_folder() {
        for name in ["a", "page-counter", "A_1"] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in ["", ".", "..", "../a", "a/b", "-a", "1a", "a b", "é", "a\0", &"a".repeat(65)] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
