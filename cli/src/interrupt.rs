//! Ctrl-C, as something a loop can ask about between two rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether Ctrl-C was pressed. Must be made inside a tokio runtime with signals enabled.
#[derive(Clone, Default)]
pub struct Interrupt {
    pressed: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Interrupt {
    /// Listens from now on. Pressed a second time, Ctrl-C ends the process at once: whatever hangs then, hangs in us.
    #[must_use]
    pub fn listen() -> Interrupt {
        let interrupt = Interrupt::default();
        let Interrupt { pressed, notify } = interrupt.clone();
        tokio::spawn(async move {
            // Without signals there is nothing to listen to; the loop then ends with its input.
            while tokio::signal::ctrl_c().await.is_ok() {
                if pressed.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
                notify.notify_one();
            }
        });
        interrupt
    }

    /// Whether it was pressed.
    #[must_use]
    pub fn pressed(&self) -> bool {
        self.pressed.load(Ordering::Relaxed)
    }

    /// Waits until it is pressed.
    pub async fn wait(&self) {
        while !self.pressed() {
            self.notify.notified().await;
        }
    }
}
