//! A connection that has to get on: with the head of a request, between two requests, with taking an answer.
//!
//! hyper has one time limit for a head and for the pause before it; here they are two. For writing it has none.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::limits;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From a request's first byte to the end of its head; from the beginning of the connection for the first one.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// Without a byte of the answer being taken.
    pub stall: Duration,
    /// Bytes of a body a second, on average.
    pub body_rate: u64,
    /// Waiting for a body that is looked at only then.
    pub body_rate_from: Duration,
    /// Between two pieces of a body.
    pub body_idle: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            head: limits::HEADER_READ,
            idle: limits::KEEP_ALIVE,
            stall: limits::WRITE_STALL,
            body_rate: limits::BODY_RATE,
            body_rate_from: limits::BODY_RATE_FROM,
            body_idle: limits::BODY_IDLE,
        }
    }
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing since then.
    Idle(Instant),
    /// A head has been coming since then.
    Head(Instant),
    /// A request is being worked on; its body has a pace of its own.
    Working,
}

/// What a connection is doing, told by those who know: the socket knows bytes, the service requests.
#[derive(Clone, Debug)]
pub(super) struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    phase: Phase,
    /// The connection, which hyper does not read from by itself once it has answered: time has to begin to run.
    reader: Option<Waker>,
}

impl Progress {
    pub(super) fn begun() -> Progress {
        Progress(Arc::new(Mutex::new(State { phase: Phase::Head(Instant::now()), reader: None })))
    }

    /// A request's head is complete.
    pub(super) fn working(&self) {
        self.change(|_| Phase::Working);
    }

    /// Its answer is on the way.
    pub(super) fn answered(&self) {
        self.change(|_| Phase::Idle(Instant::now()));
        if let Some(reader) = self.state().reader.take() {
            reader.wake();
        }
    }

    fn came(&self) {
        self.change(|phase| match phase {
            Phase::Idle(_) => Phase::Head(Instant::now()),
            Phase::Head(_) | Phase::Working => phase,
        });
    }

    fn went(&self) {
        self.change(|phase| match phase {
            Phase::Idle(_) => Phase::Idle(Instant::now()),
            Phase::Head(_) | Phase::Working => phase,
        });
    }

    fn change(&self, next: impl FnOnce(Phase) -> Phase) {
        let mut state = self.state();
        state.phase = next(state.phase);
    }

    /// When what is waited for has to be there. While a request is worked on there is no such time; who waits is woken afterwards.
    fn deadline(&self, pace: &Pace, context: &Context<'_>) -> Option<Instant> {
        let mut state = self.state();
        match state.phase {
            Phase::Idle(since) => Some(since + pace.idle),
            Phase::Head(since) => Some(since + pace.head),
            Phase::Working => {
                state.reader = Some(context.waker().clone());
                None
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that ends the connection when it does not get on.
#[derive(Debug)]
pub(super) struct Paced<I> {
    socket: I,
    pace: Pace,
    progress: Progress,
    reading: Pin<Box<Sleep>>,
    writing: Pin<Box<Sleep>>,
    stalled: bool,
}

impl<I> Paced<I> {
    pub(super) fn new(socket: I, pace: Pace, progress: Progress) -> Paced<I> {
        let timer = || Box::pin(sleep_until(Instant::now()));
        Paced { socket, pace, progress, reading: timer(), writing: timer(), stalled: false }
    }

    /// Judges a try to write: without room for a byte, time runs.
    fn written(&mut self, tried: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if tried.is_ready() {
            self.stalled = false;
            self.progress.went();
            return tried;
        }
        if !self.stalled {
            self.stalled = true;
            self.writing.as_mut().reset(Instant::now() + self.pace.stall);
        }
        self.writing.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Paced<I> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.socket).poll_read(context, buffer);
        if buffer.filled().len() > before {
            this.progress.came();
        }
        if read.is_ready() {
            return read;
        }
        let Some(deadline) = this.progress.deadline(&this.pace, context) else {
            return Poll::Pending;
        };
        if this.reading.deadline() != deadline {
            this.reading.as_mut().reset(deadline);
        }
        this.reading.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Paced<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let tried = Pin::new(&mut this.socket).poll_write(context, bytes);
        this.written(tried, context)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let tried = Pin::new(&mut this.socket).poll_write_vectored(context, bytes);
        this.written(tried, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}
