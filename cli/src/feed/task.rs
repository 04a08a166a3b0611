//! Reads a feed in a task of its own and hands its rows over in bounded pieces.
//!
//! Reading and decoding block, so they run on tokio's threads for blocking work; the channel's bound is what keeps a
//! fast file from filling the memory while the program is slow.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::open::OpenFeed;
use super::{Item, Rows};

/// Rows per piece: enough to make the hand-over and a step of the program cheap, few enough that a signal is soon
/// heard.
pub const PIECE_ROWS: usize = 512;
/// Pieces that may wait.
const PIECES_WAITING_MAX: usize = 16;

/// Some rows.
#[derive(Debug)]
pub struct Piece {
    /// In the order of the file.
    pub items: Vec<Item>,
    /// How much of the file they and all before them took, in bytes.
    pub bytes: u64,
}

/// A feed being read.
pub struct Reading {
    /// The position of its event in the plan.
    pub event: u32,
    /// Its name in messages.
    pub label: String,
    pieces: mpsc::Receiver<Piece>,
    task: JoinHandle<()>,
}

impl Reading {
    /// Starts to read. Needs a tokio runtime.
    #[must_use]
    pub fn start(feed: OpenFeed) -> Reading {
        let (sender, pieces) = mpsc::channel(PIECES_WAITING_MAX);
        let rows_per_piece = if feed.live { 1 } else { PIECE_ROWS };
        let mut rows = feed.rows;
        let task = tokio::task::spawn_blocking(move || {
            while let Some(piece) = piece(&mut *rows, rows_per_piece) {
                // Nobody listens any more: the run has ended early.
                if sender.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        Reading { event: feed.event, label: feed.label, pieces, task }
    }

    /// The next rows; `None` at the end.
    pub async fn next(&mut self) -> Option<Piece> {
        if let Some(piece) = self.pieces.recv().await {
            return Some(piece);
        }
        // A reader that panicked must not look like one that came to its end.
        if let Err(error) = (&mut self.task).await
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
        None
    }
}

fn piece(rows: &mut dyn Rows, rows_max: usize) -> Option<Piece> {
    let mut items = Vec::with_capacity(rows_max);
    while items.len() < rows_max
        && let Some(item) = rows.next_item()
    {
        items.push(item);
    }
    if items.is_empty() { None } else { Some(Piece { items, bytes: rows.bytes() }) }
}
