//! What crosses crates: pipelines, oracles, command-line transcripts, tidiness.
