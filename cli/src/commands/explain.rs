//! `lasp explain CODE`: the page of a rule. The pages are the compiler's (`compiler/explain/`).

use lasp_compiler::codes::Code;

use super::later::not_yet;
use crate::names::nearest;
use crate::output::{BOLD, CYAN, GREY, Output, PLAIN};
use crate::{Exit, Usage};

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
  lasp explain E0301     what the rule is, why, a program that breaks it and one that keeps it
  lasp explain           the list of all codes")]
pub struct Args {
    /// A code such as E0301; without one, all codes are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
    #[arg(value_name = "NAME", hide = true)]
    name: Option<String>,
}

impl Args {
    /// Prints the page.
    ///
    /// # Errors
    /// An unknown code.
    pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
        if self.name.is_some() {
            return Err(not_yet("lasp explain FILE NAME").into());
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

fn unknown(text: &str) -> Usage {
    let usage = Usage::new(format!("there is no code `{text}`"));
    match nearest(text, Code::ALL.iter().map(|code| code.as_str())) {
        Some(near) => usage.help(format!("did you mean `{near}`?\n{}", families())),
        None => usage.help(format!("`lasp explain` lists all codes\n{}", families())),
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
