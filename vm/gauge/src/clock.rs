//! Time spent by this thread. CPU time does not count while another process has the core, so two runs on a busy machine
//! compare better than by the clock on the wall, which is used only where there is no other.

/// What time is measured by, in words.
pub const CLOCK: &str =
    if cfg!(any(target_os = "linux", target_os = "macos")) { "CPU time of one thread" } else { "time on the wall" };

/// A reading of the clock.
#[derive(Clone, Copy, Debug)]
pub struct Watch(f64);

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn now_ns() -> f64 {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[allow(clippy::cast_precision_loss)] // Hours in nanoseconds fit 53 bits.
    let ns = time.tv_sec as f64 * 1e9 + time.tv_nsec as f64;
    ns
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn now_ns() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1e9
}

impl Watch {
    /// Starts.
    #[must_use]
    pub fn start() -> Watch {
        Watch(now_ns())
    }

    /// Nanoseconds since then.
    #[must_use]
    pub fn ns(self) -> f64 {
        now_ns() - self.0
    }
}
