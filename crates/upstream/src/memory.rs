//! What the API holds, and what came.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::http::Request;
use crate::script::{Call, Manner, Rule, Script, Shape};

/// Everything.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Where this API is.
    pub(crate) origin: String,
    /// The oldest first.
    pub(crate) registrations: Vec<Registration>,
    pub(crate) serials: BTreeMap<String, Value>,
    pub(crate) files: BTreeSet<String>,
    pub(crate) shape: Shape,
    pub(crate) token: Option<String>,
    pub(crate) one_time: bool,
    pub(crate) knows: bool,
    pub(crate) cors: Vec<String>,
    /// What is done once the story says so.
    pub(crate) held: Vec<Request>,
    rules: Vec<Rule>,
    seen: Vec<Seen>,
    made: u64,
}

/// A registration that was stored.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) id: u64,
    pub(crate) created_at: u128,
    /// As they were sent.
    pub(crate) members: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct Seen {
    at: u128,
    #[serde(flatten)]
    request: Request,
}

impl Memory {
    pub(crate) fn new(origin: String) -> Memory {
        Memory {
            origin,
            registrations: Vec::new(),
            serials: BTreeMap::new(),
            files: BTreeSet::new(),
            shape: Shape::default(),
            token: None,
            one_time: false,
            knows: true,
            cors: Vec::new(),
            held: Vec::new(),
            rules: Vec::new(),
            seen: Vec::new(),
            made: 0,
        }
    }

    /// Notes a request, and says how it is treated.
    pub(crate) fn arrived(&mut self, request: &Request) -> Manner {
        self.seen.push(Seen { at: now(), request: request.clone() });
        let call = Call::of(request);
        let fits = |rule: &Rule| {
            rule.on == call
                && rule.times != Some(0)
                && rule.containing.as_ref().is_none_or(|text| request.body.contains(text) || request.target.contains(text))
        };
        let Some(rule) = self.rules.iter_mut().find(|rule| fits(rule)) else {
            return Manner::default();
        };
        rule.times = rule.times.map(|left| left - 1);
        rule.manner.clone()
    }

    pub(crate) fn follow(&mut self, script: Script) {
        if let Some(rules) = script.rules {
            self.rules = rules;
        }
        if let Some(shape) = script.shape {
            self.shape = shape;
        }
        if let Some(token) = script.token {
            self.token = Some(token);
        }
        self.one_time = script.one_time.unwrap_or(self.one_time);
        self.knows = script.knows.unwrap_or(self.knows);
        for mut members in script.registrations {
            let created_at = members.remove("createdAt").and_then(|millis| millis.as_u64()).map_or_else(now, u128::from);
            let id = self.number();
            self.registrations.push(Registration { id, created_at, members });
        }
        if let Some(cors) = script.cors {
            self.cors = cors;
        }
    }

    /// A number that nothing else has.
    pub(crate) fn number(&mut self) -> u64 {
        self.made += 1;
        1_000 + self.made
    }

    /// Whether a registration names this serial number.
    pub(crate) fn is_registered(&self, serial: &str) -> bool {
        let named =
            |one: &Registration| one.members.get("serialNumbers").and_then(Value::as_array).is_some_and(|all| all.contains(&json!(serial)));
        self.registrations.iter().any(named)
    }

    /// What came, and how many registrations there are by the value of one of their fields.
    pub(crate) fn told(&self, field: Option<&str>) -> Value {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for one in &self.registrations {
            let value =
                field.and_then(|field| one.members.get(field)).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            *counts.entry(value.unwrap_or_default()).or_default() += 1;
        }
        json!({ "requests": self.seen, "registrations": counts, "total": self.registrations.len(), "files": self.files })
    }

    pub(crate) fn forget_what_came(&mut self) {
        self.seen.clear();
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}
