//! The CRDTs alone.
#![forbid(unsafe_code)]
