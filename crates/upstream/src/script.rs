//! What a story tells the API to do: `POST /script` with any of `rules`, `shape`, `token`, `oneTime`, `knows`, `registrations` and
//! `cors`.
//!
//! A rule is for one kind of request, as often as it says; the first that is left is taken. Without one the API behaves.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::Request;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Call {
    Register,
    List,
    Change,
    Delete,
    Check,
    AddSerials,
    Sign,
    Put,
    Other,
}

impl Call {
    pub(crate) fn of(request: &Request) -> Call {
        let below = |path: &str| request.path().strip_prefix("/api/").is_some_and(|rest| rest.starts_with(path));
        match request.method.as_str() {
            "POST" if below("registrations") => Call::Register,
            "GET" if below("registrations") => Call::List,
            "PUT" if below("registrations/") => Call::Change,
            "DELETE" if below("registrations/") => Call::Delete,
            "GET" if below("serial_number") => Call::Check,
            "POST" if below("serial_numbers") => Call::AddSerials,
            "GET" if below("upload_fi") => Call::Sign,
            "PUT" if request.path().starts_with("/files/") => Call::Put,
            _ => Call::Other,
        }
    }
}

/// How one kind of request is treated.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    /// Of which kind.
    pub(crate) on: Call,
    /// Only a request whose body holds this.
    #[serde(default)]
    pub(crate) containing: Option<String>,
    /// How often; without it, always.
    #[serde(default)]
    pub(crate) times: Option<u32>,
    #[serde(flatten)]
    pub(crate) manner: Manner,
}

/// How a request is treated.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manner {
    /// Milliseconds before anything is done.
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// Whether what is asked for is done.
    #[serde(default = "yes")]
    pub(crate) commits: bool,
    /// Whether it is done only once the story says so, with `POST /release`; it is answered before.
    #[serde(default)]
    pub(crate) holds: bool,
    /// Milliseconds after it is done.
    #[serde(default)]
    pub(crate) delay_after_ms: u64,
    /// And then.
    #[serde(default)]
    pub(crate) then: Then,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner { delay_ms: 0, commits: true, holds: false, delay_after_ms: 0, then: Then::Answer }
    }
}

/// What is said once it is done, or not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Then {
    /// What the API says.
    #[default]
    Answer,
    /// Nothing: the connection is closed.
    Drop,
    /// Nothing, for as long as anybody waits.
    Hang,
    /// Half of it.
    Truncate,
    /// Very much.
    Huge { megabytes: usize },
    /// Something else.
    Say {
        status: u16,
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default)]
        body: String,
    },
}

impl Then {
    /// Whether the connection is closed afterwards.
    pub(crate) fn ends(&self) -> bool {
        match self {
            Then::Answer | Then::Say { .. } | Then::Huge { .. } => false,
            Then::Drop | Then::Hang | Then::Truncate => true,
        }
    }
}

/// In which shape registrations are shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Shape {
    /// What stands around a list.
    pub(crate) around: Around,
    /// Numbers in place of texts as ids.
    pub(crate) number_ids: bool,
    /// Without these fields of a registration, such as the caller's reference.
    pub(crate) without: Vec<String>,
    /// Extra fields beside the others in place of under `fieldData`.
    pub(crate) flat: bool,
    /// These fields of a registration are shown so, whatever was sent.
    pub(crate) shows: Map<String, Value>,
    /// The oldest come first.
    pub(crate) ascending: bool,
    /// Lists of more than one leave out as many of the newest.
    pub(crate) drops_newest: usize,
    /// Every page is the first.
    pub(crate) ignores_page: bool,
    /// `total` stands in `meta`, or nowhere, or counts the page alone.
    pub(crate) total: Total,
    /// A registration that was stored is not told.
    pub(crate) says_nothing: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Around {
    #[default]
    Data,
    Registrations,
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Total {
    #[default]
    Beside,
    Meta,
    Nowhere,
    Page,
}

/// What `POST /script` takes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Script {
    /// Replace those that are left.
    pub(crate) rules: Option<Vec<Rule>>,
    pub(crate) shape: Option<Shape>,
    /// The only access token that is good. Until one is said, every one is.
    pub(crate) token: Option<String>,
    /// Whether a serial number is registered once only.
    pub(crate) one_time: Option<bool>,
    /// Whether serial numbers are known that nobody has loaded.
    pub(crate) knows: Option<bool>,
    /// Registrations that came some other way, added to those that are there; `createdAt` in milliseconds since 1970.
    pub(crate) registrations: Vec<Map<String, Value>>,
    /// The origins that may send files from a page.
    pub(crate) cors: Option<Vec<String>>,
}

fn yes() -> bool {
    true
}
