//! Decisions in the journal of a store, written in batches beside the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::log::{Decided, DecisionLog, TracedDecisions};
use crate::token::journal::Decision;
use crate::token::store::Store;

/// The most decisions that wait to be written.
const WAITING: usize = 10_000;
/// The most that are written in one transaction. Jobs may wait for one to end, so it is short.
const BATCH: usize = 128;
/// How long a batch waits to grow, where no more are waiting.
const GATHERING: Duration = Duration::from_millis(100);

/// Traces each decision as [`TracedDecisions`] does, and writes it into the journal of a store.
///
/// Another thread writes, up to 128 at once, so no answer waits for it. It is some tenth of a second
/// behind. Where the store is slower than decisions are made, or fails, the journal has gaps and an error
/// is traced; the trace has all of them. Dropping this writes what waits, and blocks until then.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use masker::http::WrittenDecisions;
/// use masker::token::lifecycle::Lifecycle;
/// use masker::token::store::MemoryStore;
///
/// let store = Arc::new(MemoryStore::new(Lifecycle::default()));
/// let log = WrittenDecisions::begin(store)?;
/// # drop(log);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WrittenDecisions {
    writing: Option<(SyncSender<Decision>, JoinHandle<()>)>,
    has_gap: Arc<AtomicBool>,
}

impl WrittenDecisions {
    /// Starts the thread that writes.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn begin(store: Arc<dyn Store>) -> std::io::Result<WrittenDecisions> {
        let (queue, waiting) = mpsc::sync_channel(WAITING);
        let has_gap = Arc::new(AtomicBool::new(false));
        let of_thread = Arc::clone(&has_gap);
        let thread = thread::Builder::new().name("journal".to_owned());
        let thread = thread.spawn(move || write(&waiting, &*store, &of_thread))?;
        Ok(WrittenDecisions {
            writing: Some((queue, thread)),
            has_gap,
        })
    }
}

impl DecisionLog for WrittenDecisions {
    fn decided(&self, decided: &Decided) {
        TracedDecisions.decided(decided);
        let Some((queue, _)) = &self.writing else {
            return;
        };
        let is_left_out = queue.try_send(decided.written_down()).is_err();
        if is_left_out && !self.has_gap.swap(true, Ordering::Relaxed) {
            tracing::error!(target: "masker::journal", "too slow; decisions are left out");
        }
    }
}

impl Drop for WrittenDecisions {
    fn drop(&mut self) {
        if let Some((queue, thread)) = self.writing.take() {
            drop(queue);
            // It says itself what went wrong.
            thread.join().ok();
        }
    }
}

fn write(waiting: &Receiver<Decision>, store: &dyn Store, has_gap: &AtomicBool) {
    let mut is_failing = false;
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(BATCH - 1));
        if batch.len() < BATCH {
            // It has caught up.
            if has_gap.swap(false, Ordering::Relaxed) {
                tracing::info!(target: "masker::journal", "decisions are written again");
            }
            thread::sleep(GATHERING);
            batch.extend(waiting.try_iter().take(BATCH - batch.len()));
        }
        let failed = store.record(&batch).err();
        if let (Some(error), false) = (&failed, is_failing) {
            tracing::error!(target: "masker::journal", %error, "decisions cannot be written");
        }
        is_failing = failed.is_some();
    }
}
