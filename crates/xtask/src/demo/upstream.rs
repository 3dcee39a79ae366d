//! The registration API behind the gateway in `--forward`: another gateway, which can be stopped and started again, to see what
//! becomes of a form meanwhile.

use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::Result;

use crate::gateway::{Gateway, Listen, Running};
use crate::run::say;

/// It, and whoever stops and starts it by a line on standard input.
#[derive(Debug)]
pub(super) struct Upstream {
    gateway: Gateway,
    url: String,
    port: u16,
    running: Option<Running>,
    lines: Receiver<()>,
}

impl Upstream {
    /// Starts it.
    pub(super) fn start(gateway: Gateway, port: u16, assets: &Path) -> Result<Upstream> {
        let running = serve(&gateway, port, assets)?;
        let url = running.url.clone();
        // Where a free port was asked for it comes back at the one it got: the gateway in front knows it by that.
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(port);
        Ok(Upstream { gateway, url, port, running: Some(running), lines: lines() })
    }

    /// Its address, whether it is there or not.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Stops or starts it if that was asked for. That it ends by itself is told, and no failure of the demo's.
    pub(super) fn look_after(&mut self, assets: &Path) -> Result<()> {
        if let Some(Err(error)) = self.running.as_mut().map(Running::check) {
            say(&format!("{error}; a line on standard input (Enter) starts it again"));
            self.running = None;
        }
        if self.lines.try_recv().is_ok() {
            self.running = match self.running.take() {
                Some(running) => {
                    drop(running);
                    say("The upstream is stopped: what is registered now waits. Enter starts it again.");
                    None
                }
                None => {
                    let running = serve(&self.gateway, self.port, assets)?;
                    say("The upstream is there again.");
                    Some(running)
                }
            };
        }
        Ok(())
    }

    /// Tells it to end, without waiting.
    pub(super) fn ask_to_end(&self) {
        self.running.iter().for_each(Running::ask_to_end);
    }
}

fn serve(gateway: &Gateway, port: u16, assets: &Path) -> Result<Running> {
    gateway.serve(&Listen { port, assets: Some(assets), private_upstreams: false, bucket: None })
}

/// A sign for each line on standard input; none where nobody writes there.
fn lines() -> Receiver<()> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    lines
}
