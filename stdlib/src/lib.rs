//! The Lasp modules that come with the compiler: `use std.math`.
//!
//! Each is a `.lasp` file beside this one, embedded as text and read like any other module; its doc examples are tests.
//! Nothing here knows the compiler.
#![forbid(unsafe_code)]

/// Every module: its name behind `std.`, and its text.
pub const MODULES: &[(&str, &str)] =
    &[("math", include_str!("../math.lasp")), ("windows", include_str!("../windows.lasp"))];

/// The text of a module.
///
/// ```
/// assert!(lasp_stdlib::module("math").is_some());
/// assert!(lasp_stdlib::module("nothing").is_none());
/// ```
#[must_use]
pub fn module(name: &str) -> Option<&'static str> {
    MODULES.iter().find(|(module, _)| *module == name).map(|(_, text)| *text)
}
