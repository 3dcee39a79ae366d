//! A mail server that is a process of its own, and the mails it was given.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use regcard_gateway::config;
use serde_json::Value;

use crate::scripted::binary;
use crate::until;

/// The process, until the story is over.
#[derive(Debug)]
pub(crate) struct Mailbox {
    address: String,
    child: Child,
    came: Arc<Mutex<Vec<Mail>>>,
}

/// A mail as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

impl Mailbox {
    pub(crate) fn start() -> Mailbox {
        let mut child = Command::new(binary("regcard-mailbox")).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        output.read_line(&mut said).unwrap();
        let address = said.trim_end().strip_prefix("listening: ").unwrap().to_owned();
        let came = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&came);
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let mail: Value = serde_json::from_str(&line).unwrap();
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let to = mail["to"].as_array().unwrap().iter().map(text).collect();
                kept.lock().unwrap().push(Mail { from: text(&mail["from"]), to, data: text(&mail["data"]) });
            }
        });
        Mailbox { address, child, came }
    }

    /// How a gateway is set up that sends by it.
    pub(crate) fn settings(&self) -> config::Mail {
        let reply_to = Some("help@shop.example".to_owned());
        config::Mail { smtp: format!("smtp://{}", self.address).into(), from: "Gateway <register@shop.example>".to_owned(), reply_to }
    }

    /// Everything that was taken.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.came.lock().unwrap().clone()
    }

    /// Everything that was taken, once it is so many.
    pub(crate) async fn until(&self, count: usize) -> Vec<Mail> {
        until("so many mails", || self.mails().len() >= count).await;
        self.mails()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Mail {
    /// A header as it stands, unfolded. Nothing if there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let wanted = format!("{}: ", name.to_lowercase());
        head.lines().find(|line| line.to_lowercase().starts_with(&wanted)).map(|line| line[wanted.len()..].to_owned()).unwrap_or_default()
    }

    /// The names of all headers before the first blank line.
    pub(crate) fn names(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        head.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_owned()).collect()
    }

    /// A part of it, decoded: `plain` or `html`.
    pub(crate) fn part(&self, kind: &str) -> String {
        let start = self.data.find(&format!("Content-Type: text/{kind}")).unwrap();
        let part = &self.data[start..];
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        let kind = self.header("Content-Type");
        let boundary = kind.split_once("boundary=").unwrap().1.trim_matches('"');
        let body = body.split(&format!("\r\n--{boundary}")).next().unwrap();
        if head.contains("base64") {
            base64(body)
        } else if head.contains("quoted-printable") {
            quoted(body)
        } else {
            body.to_owned()
        }
    }

    /// The private link, as the text has it.
    pub(crate) fn link(&self) -> String {
        let text = self.part("plain");
        text.split_whitespace().find(|word| word.contains("/s/v4.local.")).unwrap().to_owned()
    }
}

fn quoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn base64(text: &str) -> String {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.chars().filter_map(|character| digits.find(character)) {
        bits = (bits << 6 | u32::try_from(digit).unwrap()) & 0xFF_FFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}
