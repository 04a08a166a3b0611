//! Bytes held by this process: the high-water mark of the resident set, asked of the kernel. A counting allocator would
//! slow down exactly those systems that allocate.

/// Forgets the high-water mark of memory, and says how many bytes are resident now. `None` where there is no such file.
#[must_use]
pub fn reset_peak() -> Option<u64> {
    // "5" resets VmHWM (proc_pid_clear_refs(5)).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS:")
}

/// The most bytes that were resident since [`reset_peak`].
#[must_use]
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
