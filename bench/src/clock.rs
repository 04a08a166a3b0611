//! Time spent by this thread, and bytes held by this process.
//!
//! Thread CPU time does not count while another process has the core, so two runs on a busy machine compare better than
//! by the clock on the wall; everything measured here runs on one thread. Memory is the high-water mark of the resident
//! set, asked of the kernel: a counting allocator would slow down exactly those systems that allocate.

use rustix::time::{ClockId, clock_gettime};

/// A reading of the thread's clock.
#[derive(Clone, Copy)]
pub struct Watch(f64);

fn now_ns() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[allow(clippy::cast_precision_loss)] // Hours in nanoseconds fit 53 bits.
    let ns = time.tv_sec as f64 * 1e9 + time.tv_nsec as f64;
    ns
}

impl Watch {
    /// Starts.
    #[must_use]
    pub fn start() -> Watch {
        Watch(now_ns())
    }

    /// Nanoseconds of this thread since then.
    #[must_use]
    pub fn ns(self) -> f64 {
        now_ns() - self.0
    }
}

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
