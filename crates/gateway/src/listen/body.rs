//! A body that has to come on: a kilobyte a second on average, and never nothing for long. Only waiting for the sender counts.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use thiserror::Error;
use tokio::time::{Instant, Sleep, sleep_until};

use super::pace::Pace;

/// The body does not come on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the body comes too slowly")]
pub struct TooSlow;

impl TooSlow {
    /// Whether that is why something else failed.
    pub fn is_behind(error: &(dyn Error + 'static)) -> bool {
        is_behind::<TooSlow>(error)
    }
}

/// Whether such an error is why something else failed.
pub fn is_behind<Cause: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Cause>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Why a body is not read to its end.
pub(super) type BodyError = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub(super) struct PacedBody<B> {
    body: B,
    pace: Pace,
    bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl<B> PacedBody<B> {
    pub(super) fn new(body: B, pace: Pace) -> PacedBody<B> {
        PacedBody { body, pace, bytes: 0, waited: Duration::ZERO, waiting_since: None, timer: Box::pin(sleep_until(Instant::now())) }
    }

    /// How long it may still be waited for.
    fn patience(&self) -> Duration {
        let earned = Duration::from_millis(self.bytes.saturating_mul(1_000) / self.pace.body_rate.max(1));
        earned.max(self.pace.body_rate_from).saturating_sub(self.waited).min(self.pace.body_idle)
    }
}

impl<B: Body<Data = Bytes, Error: Into<BodyError>> + Unpin> Body for PacedBody<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waited += this.waiting_since.take().map_or(Duration::ZERO, |since| since.elapsed());
            if let Some(Ok(frame)) = &frame {
                this.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if this.waiting_since.is_none() {
            let now = Instant::now();
            this.waiting_since = Some(now);
            let deadline = now + this.patience();
            this.timer.as_mut().reset(deadline);
        }
        this.timer.as_mut().poll(context).map(|()| Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
