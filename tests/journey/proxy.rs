//! What stands between browser and gateway: it notes everything, and holds back, loses or spoils what a test wants.

use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::http::{self, Message};

/// What befalls a request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It waits until the gate is opened.
    Held(watch::Receiver<bool>),
    /// It gets through; its answer does not.
    AnswerLost,
    /// Nothing of it gets through.
    Lost,
    /// It arrives with a token that is good no longer.
    StaleToken,
    /// Something on the way makes another answer of its answer.
    Changed(fn(Message) -> Message),
    /// It arrives at an upload's address that has run out.
    StaleAddress,
}

/// The proxy, at an address of its own.
#[derive(Clone)]
pub(crate) struct Proxy {
    authority: String,
    state: Arc<Mutex<State>>,
}

/// Lets a held request through when it is opened, or dropped.
pub(crate) struct Gate(watch::Sender<bool>);

/// A request and what the browser got for it.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Message,
    pub(crate) answer: Option<Message>,
}

#[derive(Default)]
struct State {
    gateway: String,
    down: bool,
    fates: Vec<Rule>,
    seen: Vec<Exchange>,
}

struct Rule {
    method: &'static str,
    path: &'static str,
    /// None for always.
    times: Option<u32>,
    fate: Fate,
}

impl Proxy {
    /// Takes an address; it has nowhere to pass anything on to yet.
    pub(crate) async fn open() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy { authority: listener.local_addr().unwrap().to_string(), state: Arc::default() };
        let state = Arc::clone(&proxy.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, Arc::clone(&state)));
            }
        });
        proxy
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// As a browser is told of it.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Where requests go from now on.
    pub(crate) fn lead_to(&self, gateway: &str) {
        gateway.trim_start_matches("http://").clone_into(&mut self.state.lock().unwrap().gateway);
    }

    /// Holds back every such request until the gate is opened.
    pub(crate) fn hold(&self, method: &'static str, path: &'static str) -> Gate {
        let (sender, gate) = watch::channel(false);
        self.rule(Rule { method, path, times: None, fate: Fate::Held(gate) });
        Gate(sender)
    }

    /// Lets this befall the next such request.
    pub(crate) fn once(&self, method: &'static str, path: &'static str, fate: Fate) {
        self.times(1, method, path, fate);
    }

    /// Lets this befall the next few such requests.
    pub(crate) fn times(&self, times: u32, method: &'static str, path: &'static str, fate: Fate) {
        self.rule(Rule { method, path, times: Some(times), fate });
    }

    /// From now on everything gets through.
    pub(crate) fn let_everything_through(&self) {
        let mut state = self.state.lock().unwrap();
        state.fates.clear();
        state.down = false;
    }

    /// Whether the gateway can be reached at all.
    pub(crate) fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
    }

    /// Every exchange with such a request, in the order they were asked for.
    pub(crate) fn seen(&self, method: &str, path: &str) -> Vec<Exchange> {
        let state = self.state.lock().unwrap();
        let fits = |request: &Message| fits(request, method, path);
        state.seen.iter().filter(|exchange| fits(&exchange.request)).cloned().collect()
    }

    /// That neither a request nor an answer holds this text.
    pub(crate) fn has_not_seen(&self, secret: &str) {
        for exchange in self.seen("", "") {
            for message in [Some(&exchange.request), exchange.answer.as_ref()].into_iter().flatten() {
                assert_eq!(message.header("transfer-encoding"), None, "what comes in pieces is not looked through");
                assert_eq!(message.header("content-encoding"), None, "what is packed is not looked through");
                let found = message.bytes().windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{}", exchange.request.first);
            }
        }
    }

    /// How many such requests there were.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.seen(method, path).len()
    }

    fn rule(&self, rule: Rule) {
        self.state.lock().unwrap().fates.push(rule);
    }
}

impl Gate {
    pub(crate) fn open(self) {
        drop(self);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

fn fits(request: &Message, method: &str, path: &str) -> bool {
    (method.is_empty() || request.method() == method) && request.target().contains(path)
}

async fn pass(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = http::request(&mut stream).await else { return };
    let Some((place, gateway, fate)) = note(&state, &request) else { return };
    // Answers are noted as they are read, so they are to come in plain text.
    let mut onward = request.without("accept-encoding");
    // A browser that was told of a proxy names the whole address.
    let mut gateway = gateway;
    if let Some((authority, path)) = onward.target().strip_prefix("http://").and_then(|rest| rest.split_once('/')) {
        let first = format!("{} /{path} HTTP/1.1", onward.method());
        gateway = authority.to_owned();
        onward.first = first;
    }
    match &fate {
        Some(Fate::Held(gate)) => {
            // A gate that is gone is open.
            drop(gate.clone().wait_for(|open| *open).await);
        }
        Some(Fate::Lost) => return,
        Some(Fate::StaleToken) => onward = onward.with("authorization", "Bearer v4.local.stale"),
        Some(Fate::StaleAddress) => onward.first = "PUT /v1/uploads/v4.local.stale HTTP/1.1".to_owned(),
        Some(Fate::AnswerLost | Fate::Changed(_)) | None => {}
    }
    let Some(mut answer) = http::exchange(&gateway, &onward).await else { return };
    match fate {
        Some(Fate::AnswerLost) => return,
        Some(Fate::Changed(change)) => answer = change(answer),
        Some(Fate::Held(_) | Fate::Lost | Fate::StaleToken | Fate::StaleAddress) | None => {}
    }
    state.lock().unwrap().seen[place].answer = Some(answer.clone());
    drop(stream.write_all(&answer.bytes()).await);
    drop(stream.shutdown().await);
}

/// Notes a request; answers its place, where it goes and what befalls it, or None if nothing can be reached.
fn note(state: &Mutex<State>, request: &Message) -> Option<(usize, String, Option<Fate>)> {
    let mut state = state.lock().unwrap();
    if state.down {
        return None;
    }
    state.seen.push(Exchange { request: request.clone(), answer: None });
    let rule = state.fates.iter_mut().find(|rule| rule.times != Some(0) && fits(request, rule.method, rule.path));
    let fate = rule.map(|rule| {
        rule.times = rule.times.map(|times| times - 1);
        rule.fate.clone()
    });
    Some((state.seen.len() - 1, state.gateway.clone(), fate))
}
