//! The faulty sources and targets as those that are polled have them, and who polls.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::faults::{Fault, Source};

/// How many polls a call may take before it is known to be stuck.
const STUCK: usize = 100;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls until it is ready. Whoever is not ready without having seen to it that it is woken would
/// sleep for ever.
pub fn ready<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    for _ in 0..STUCK {
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        if let Poll::Ready(done) = poll(&mut Context::from_waker(&waker)) {
            return done;
        }
        let woken = wakes.0.load(Ordering::Relaxed);
        assert!(woken > 0, "it is not ready, and nobody will wake it");
    }
    panic!("it is never ready");
}

/// What a poll of a source gives: a chunk, an error, or a wait that ends at once.
fn poll_source<'t>(
    source: &mut Source<'t>,
    room: usize,
    context: &mut Context<'_>,
) -> Poll<Result<&'t [u8], std::io::Error>> {
    match source.next(room) {
        Ok(chunk) => Poll::Ready(Ok(chunk)),
        Err(Fault::Pending) => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Err(fault) => Poll::Ready(Err(fault.error())),
    }
}

#[cfg(feature = "tokio")]
mod tokio {
    use std::io;

    use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::*;
    use crate::support::faults::Target;

    impl AsyncRead for Source<'_> {
        fn poll_read(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let room = buffer.remaining();
            poll_source(self.get_mut(), room, context).map_ok(|chunk| buffer.put_slice(chunk))
        }
    }

    fn waking<T>(done: Poll<T>, context: &mut Context<'_>) -> Poll<T> {
        if done.is_pending() {
            context.waker().wake_by_ref();
        }
        done
    }

    impl AsyncWrite for Target {
        fn poll_write(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            waking(self.get_mut().take(bytes), context)
        }

        fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            waking(self.get_mut().pass(), context)
        }

        fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            waking(self.get_mut().pass(), context)
        }
    }
}

#[cfg(feature = "stream")]
impl futures_core::Stream for Source<'static> {
    type Item = std::io::Result<masker::Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = poll_source(self.get_mut(), usize::MAX, context);
        chunk.map(|chunk| match chunk {
            Ok([]) => None,
            chunk => Some(chunk.map(masker::Bytes::from_static)),
        })
    }
}
