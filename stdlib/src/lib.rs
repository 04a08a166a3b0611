//! The Lasp modules that come with the compiler.
