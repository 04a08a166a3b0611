//! What is made of the figures: tables for the terminal and for a page, JSON for programs, a chart.

pub mod chart;
pub mod json;
pub mod markdown;
pub mod table;
