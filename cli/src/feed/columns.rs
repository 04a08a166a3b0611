//! What a feed reads from each row: the event's fields and the columns its options name.

use std::sync::Arc;

use lasp_plan::{EventPlan, Type};

use super::choose::Spec;

/// The names a feed reads, with what it makes of them.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The feed's name in messages.
    pub file: Arc<str>,
    /// The event's fields in the order declared.
    pub fields: Vec<(String, Type)>,
    /// The column that orders it in time.
    pub time: Option<String>,
    /// The column that names the node: only checked.
    pub node: Option<String>,
    /// The column with the source of a row.
    pub src: Option<String>,
    /// The column with its number within the source.
    pub seq: Option<String>,
    /// What stands for an absent source: event and file, as if a feed were its own source.
    pub own_src: Arc<str>,
}

impl Wanted {
    /// What `spec` reads for its event.
    #[must_use]
    pub fn new(spec: &Spec, event: &EventPlan) -> Wanted {
        Wanted {
            file: spec.label.as_str().into(),
            fields: event.fields.clone(),
            time: spec.time.clone(),
            node: spec.node.clone(),
            src: spec.src.clone(),
            seq: spec.seq.clone(),
            own_src: format!("{}\u{0}{}", event.name, spec.label).into(),
        }
    }

    /// Every column that must be there, each once, and why: `None` for a field of the event, else the option.
    #[must_use]
    pub fn required(&self) -> Vec<(&str, Option<&'static str>)> {
        let options = [("time", &self.time), ("node", &self.node), ("src", &self.src), ("seq", &self.seq)];
        let mut required: Vec<(&str, Option<&'static str>)> =
            self.fields.iter().map(|(name, _)| (name.as_str(), None)).collect();
        for (option, column) in options {
            if let Some(column) = column
                && !required.iter().any(|(name, _)| name == column)
            {
                required.push((column, Some(option)));
            }
        }
        required
    }

    /// Whether rows carry a pair that is applied once.
    #[must_use]
    pub fn has_pairs(&self) -> bool {
        self.src.is_some() || self.seq.is_some()
    }
}
