//! The body of a form's post, as the reader of its parts gets it: a piece at a time, and no more than a part's head may have while a head is
//! looked for. That reader takes whatever it is given into its memory until it has found what it looks for.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use thiserror::Error;

use crate::limits;

/// A part's head goes on and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the head of a part is too long")]
pub(super) struct HeadTooLong;

/// How much may come before the next part's head is found.
#[derive(Clone, Debug)]
pub(super) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// A head is looked for.
    pub(super) fn head(&self) {
        self.0.store(limits::HEADER_BYTES, Ordering::Relaxed);
    }

    /// It is found; what comes now is taken as it comes.
    pub(super) fn content(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }
}

/// The body, and how it is told what is looked for.
pub(super) fn in_pieces(body: Body) -> (Body, Allowance) {
    let allowance = Allowance(Arc::new(AtomicUsize::new(limits::HEADER_BYTES)));
    let pieces = Pieces { body: body.into_data_stream(), rests: false, allowance: allowance.clone() };
    (Body::from_stream(pieces), allowance)
}

struct Pieces {
    body: BodyDataStream,
    /// A piece was given: whoever got it is to look at it before the next one comes.
    rests: bool,
    allowance: Allowance,
}

impl Stream for Pieces {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        if self.rests {
            self.rests = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let left = self.allowance.0.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(Some(Err(axum::Error::new(HeadTooLong))));
        }
        let piece = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.allowance.0.store(left.saturating_sub(bytes.len()), Ordering::Relaxed);
            self.rests = true;
        }
        piece
    }
}
