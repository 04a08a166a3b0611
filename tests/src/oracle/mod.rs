//! Random programs and traces (in work).
