//! What is made of the figures: a table for people, JSON for programs, a chart.

pub mod chart;
pub mod json;
pub mod table;
