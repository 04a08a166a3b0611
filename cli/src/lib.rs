//! The lasp program.
