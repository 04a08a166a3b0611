//! Drawings of a plan's dataflow. One picture of it, in four notations.
//!
//! A picture holds the operators that something reads, what reads them (views, reactions), and for each the words a
//! person uses: `hash join`, the part of the program it came from, whether what it gives may be taken back; and, after
//! a run that was measured, what each of them did.

pub mod ascii;
pub mod figures;
pub mod formal;
pub mod picture;

pub use picture::Picture;
