//! Work that blocks, on threads that may block, within a time.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::state::State;

/// What is kept could not be read or written, or not in time: in words for the log.
#[derive(Clone, Debug)]
pub(super) struct Unavailable(pub(super) String);

impl Unavailable {
    /// The store has said so, and perhaps why.
    pub(super) fn down(error: &(dyn Error + 'static)) -> Unavailable {
        match error.source() {
            Some(cause) => Unavailable(format!("down: {cause}")),
            None => Unavailable("down".to_owned()),
        }
    }

    fn slow(limit: Duration) -> Unavailable {
        Unavailable(format!("slow: nothing within {limit:?}"))
    }

    fn bug() -> Unavailable {
        Unavailable("a bug".to_owned())
    }
}

/// Does what blocks. If the time is over before, the work goes on and its result is dropped.
async fn blocking<R: Send + 'static>(
    permits: &Arc<Semaphore>,
    limit: Duration,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Unavailable> {
    let done = async {
        let permit = permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Unavailable::bug())?;
        let task = spawn_blocking(move || {
            // Given back when the work has ended, not when nobody waits for it any more.
            let _permit = permit;
            work()
        });
        task.await.map_err(|_| Unavailable::bug())
    };
    let slow = |_| Err(Unavailable::slow(limit));
    timeout(limit, done).await.unwrap_or_else(slow)
}

impl State {
    /// A look-up for a decision.
    pub(super) async fn look_up<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Unavailable> {
        blocking(&self.lookups, self.options.decision_timeout, work).await
    }

    /// What an operator does.
    pub(super) async fn work<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Unavailable> {
        blocking(&self.works, self.options.work_timeout, work).await
    }
}
