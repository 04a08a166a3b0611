//! `lasp explain CODE`: the page of a rule; `lasp explain FILE NAME`: why a result is final or not.
//!
//! The pages of rules are the compiler's (`compiler/explain/`); what is said of a program is made in
//! [`crate::explain`]. A word that is a code is a code, whatever files there are.

use std::path::Path;

use lasp_compiler::codes::Code;
use lasp_compiler::explanation::Explainer;

use crate::explain::{answer, find, lines, page};
use crate::names::nearest;
use crate::output::{BOLD, CYAN, GREY, Output, PLAIN};
use crate::sources::{Files, read_program};
use crate::{Exit, Usage, report};

/// The families of codes.
const FAMILIES: &[(&str, &str)] = &[
    ("E00", "text"),
    ("E01", "names"),
    ("E02", "types"),
    ("E03", "stability"),
    ("E04", "flow and placement"),
    ("E05", "invariants"),
    ("E06", "laws"),
    ("E08", "known to the language but not to this version"),
    ("W05", "warnings"),
    ("R07", "at run time"),
];

/// The arguments of `lasp explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lasp explain E0301               what the rule is, why, a program that breaks it, one that does not
  lasp explain                     the list of all codes
  lasp explain main.lasp           all variables, views, `when`s and invariants: final or not, and why,
                                   in a line
  lasp explain main.lasp total     what `total` reads, what can take it back, what may be merged,
                                   what has to be agreed on
  lasp explain main.lasp when@14   the `when` in line 14; also by what it emits (big_cart) or by how
                                   its condition begins (\"cart.count()\")
  lasp explain main.lasp invariant@6   why the invariant in line 6 holds, or what breaks it
  lasp explain main.lasp total --format json")]
pub struct Args {
    /// A code such as E0301, or a program; without one, all codes are listed
    #[arg(value_name = "CODE|FILE")]
    code: Option<String>,
    /// Of a program: a variable, a view, or a `when` or invariant by its line (when@14) or by how it begins
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl Args {
    /// Prints the page.
    ///
    /// # Errors
    /// An unknown code or name; a file that cannot be read.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        if let Some(file) = self.code.as_ref().filter(|text| self.name.is_some() || is_file(text)) {
            return explain(Path::new(file), self.name.as_deref(), output);
        }
        let Some(text) = self.code else {
            list(output)?;
            return Ok(Exit::Fine);
        };
        let Some(code) = Code::parse(&text) else {
            return Err(unknown(&text).into());
        };
        if output.is_json() {
            #[derive(serde::Serialize)]
            struct Page {
                code: &'static str,
                title: &'static str,
                page: &'static str,
            }
            output.json(&Page { code: code.as_str(), title: code.title(), page: code.page() })?;
        } else {
            output.line(colored(code.page()).trim_end())?;
        }
        Ok(Exit::Fine)
    }
}

/// Whether a word is meant as a program. What does not exist is one too, if it ends like one.
fn is_file(text: &str) -> bool {
    Code::parse(text).is_none() && (text == "-" || text.ends_with(".lasp") || Path::new(text).exists())
}

fn explain(path: &Path, wanted: Option<&str>, output: &mut Output) -> anyhow::Result<Exit> {
    let name = path.display().to_string();
    let compiled = match read_program(path)? {
        Ok(text) => match Explainer::new(&name, &text, &mut Files) {
            (_, Some(explainer)) => return told(&explainer, &name, wanted, output),
            (compiled, None) => compiled,
        },
        Err(compiled) => *compiled,
    };
    report::print_all(&compiled.diagnostics, &compiled.files, output);
    let message = format!("nothing in {name} can be explained while it has errors like these");
    output.error(None, &message, Some("errors about stability alone do not stand in the way"));
    Ok(Exit::Problems)
}

fn told(explainer: &Explainer, name: &str, wanted: Option<&str>, output: &mut Output) -> anyhow::Result<Exit> {
    let files = explainer.files();
    let Some(wanted) = wanted else {
        let all: Vec<_> = explainer.topics().iter().map(|topic| explainer.explain(topic)).collect();
        if output.is_json() {
            all.iter().try_for_each(|explanation| output.json(&lines::short(explanation, files)))?;
        } else if !all.is_empty() {
            output.line(&page::overview(&all))?;
        }
        return Ok(Exit::Fine);
    };
    for (n, topic) in find(explainer, name, wanted)?.into_iter().enumerate() {
        let answer = answer(explainer, topic);
        if output.is_json() {
            output.json(&lines::line(&answer, files))?;
            continue;
        }
        if n > 0 {
            output.line("")?;
        }
        output.line(&page::page(&answer, files))?;
    }
    Ok(Exit::Fine)
}

fn unknown(text: &str) -> Usage {
    let usage = Usage::new(format!("there is no code `{text}`"));
    match nearest(text, Code::ALL.iter().map(|code| code.as_str())) {
        Some(near) => usage.help(format!("did you mean `{near}`?\n{}", families())),
        None => usage.help(format!(
            "`lasp explain` lists all codes, `lasp explain FILE NAME` is about a program\n{}",
            families()
        )),
    }
}

fn families() -> String {
    let lines: Vec<String> = FAMILIES.iter().map(|(prefix, about)| format!("          {prefix}…  {about}")).collect();
    lines.join("\n")
}

fn list(output: &mut Output) -> std::io::Result<()> {
    for (prefix, about) in FAMILIES {
        let mut codes = Code::ALL.iter().filter(|code| code.as_str().starts_with(prefix)).peekable();
        if codes.peek().is_none() {
            continue;
        }
        if !output.is_json() {
            output.line(&format!("{BOLD}{prefix}…{PLAIN} {about}"))?;
        }
        for code in codes {
            if output.is_json() {
                output.json(&serde_json::json!({ "code": code.as_str(), "title": code.title() }))?;
            } else {
                output.line(&format!("  {CYAN}{}{PLAIN}  {}", code.as_str(), code.title()))?;
            }
        }
    }
    Ok(())
}

// Headings, code and inline code stand out; the text stays Markdown, so that it reads the same in a pipe.
fn colored(page: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            out.push_str(&format!("{GREY}{line}{PLAIN}"));
        } else if in_code {
            out.push_str(&format!("{CYAN}{line}{PLAIN}"));
        } else if line.starts_with('#') {
            out.push_str(&format!("{BOLD}{line}{PLAIN}"));
        } else {
            out.push_str(&inline(line));
        }
        out.push('\n');
    }
    out
}

fn inline(line: &str) -> String {
    // A code span that does not end on its line is left alone.
    if !line.matches('`').count().is_multiple_of(2) {
        return line.to_string();
    }
    line.split('`')
        .enumerate()
        .map(|(i, part)| if i % 2 == 1 { format!("{CYAN}`{part}`{PLAIN}") } else { part.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_family() {
        for code in Code::ALL {
            assert_eq!(FAMILIES.iter().filter(|(prefix, _)| code.as_str().starts_with(prefix)).count(), 1, "{code:?}");
        }
    }

    #[test]
    fn without_colours_a_page_is_itself() {
        let page = "# E0301\n\nA `when` acts.\n\n```lasp\nwhen x { }\n```\nodd ` one\n";
        assert_eq!(anstream::adapter::strip_str(&colored(page)).to_string(), page);
    }
}
