//! Which of the things that are only supposed of an upstream hold: asked with the merchant's own token. Harmless questions alone, unless
//! writing is wanted. What is said about a registration is the names of its fields, never what they hold.

use reqwest::Method;
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName, ORIGIN,
};
use serde_json::{Value, json};

use super::success::{self, Success};
use super::{Client, Listed, REFERENCE, REGISTRATIONS, Said, Trouble, Upstreams, read};
use crate::origin::Origin;

/// What was found out about one thing.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The thing.
    pub about: String,
    /// Whether it is as the gateway needs it; nothing if that does not matter, or could not be seen.
    pub good: Option<bool>,
    /// What was seen.
    pub seen: String,
}

/// Bytes that begin as a JPEG does.
const PICTURE: [u8; 4] = [0xFF, 0xD8, 0xFF, 0xE0];
/// Nobody's address: `.invalid` is nobody's.
const EMAIL: &str = "regcard-probe@example.invalid";

/// What everything that is written there is called, with an identifier after it.
pub const NAME: &str = "REGCARD-PROBE-";

/// Asks everything.
pub async fn survey(upstreams: &Upstreams, client: &Client<'_>, origins: &[Origin], form: &str, name: &str, write: bool) -> Vec<Finding> {
    let mut survey = Survey { upstreams, client, found: Vec::new() };
    if survey.token().await {
        survey.list(form).await;
        survey.refusal().await;
        survey.unknown_serial(name).await;
        survey.upload(origins, name, write).await;
        if write {
            survey.serials(name).await;
            survey.registration(form, name).await;
        }
    }
    survey.found
}

struct Survey<'a> {
    upstreams: &'a Upstreams,
    client: &'a Client<'a>,
    found: Vec<Finding>,
}

impl Survey<'_> {
    fn note(&mut self, about: &str, good: impl Into<Option<bool>>, seen: impl Into<String>) {
        self.found.push(Finding { about: about.to_owned(), good: good.into(), seen: seen.into() });
    }

    async fn token(&mut self) -> bool {
        let said = self.client.ask(Method::GET, &format!("{REGISTRATIONS}?email={EMAIL}&limit=1&page=1"), None).await;
        let (good, seen) = match &said {
            Ok(said) if said.is_success() => (true, format!("status {}", said.status)),
            Ok(said) => (false, format!("status {}", said.status)),
            Err(trouble) => (false, trouble.to_string()),
        };
        self.note("the token opens the list of registrations", good, seen);
        if let Ok(said) = said {
            let empty = said.listed().is_ok_and(|listed| listed.entries.is_empty());
            self.note("nobody's list is an empty one", good.then_some(empty), shape(&said.text));
        }
        good
    }

    async fn list(&mut self, form: &str) {
        let said = match self.client.ask(Method::GET, &format!("{REGISTRATIONS}?formSlug={form}&limit=1&page=1"), None).await {
            Ok(said) => said,
            Err(trouble) => return self.note("a list of registrations is understood", false, trouble.to_string()),
        };
        let Ok(listed) = said.listed() else {
            return self.note("a list of registrations is understood", false, format!("status {}, {}", said.status, shape(&said.text)));
        };
        self.note("a list of registrations is understood", true, shape(&said.text));
        self.note("a list tells how many there are", listed.total.is_some(), listed.total.map_or("no total", |_| "total"));
        let Some(first) = listed.entries.first() else {
            return self.note("a registration's number and date are found", None, "there is none yet");
        };
        let good = first.id.is_some() && first.created_at.is_some();
        self.note("a registration's number and date are found", good, fields(&said.text));
        let Some(second) = self.second(form).await else {
            return self.note("lists heed the page", None, "there is one page alone");
        };
        let next = second.entries.first();
        self.note("lists heed the page", next.map(|next| next != first), "pages of one");
        // By the first old one in such a list it is known that those after it are too old to be what is looked for.
        let times = next.and_then(|next| first.created_at.zip(next.created_at)).filter(|(first, next)| first != next);
        let order = times.map_or("no two dates to compare", |(first, next)| if first > next { "newest first" } else { "oldest first" });
        self.note("lists have the newest first", times.map(|(first, next)| first > next), order);
        // One that counts the page says the same of a list of one and of a list of many.
        let counted = listed.total.filter(|_| next.is_some_and(|next| next != first)).map(|total| total > listed.entries.len());
        let counts = match counted {
            Some(true) => "total is that of the list",
            Some(false) => "total is that of the page alone",
            None => "no second page to see it by",
        };
        self.note("a list's total counts all of its pages", counted, counts);
    }

    /// The second page, of one; nothing if that is not understood.
    async fn second(&self, form: &str) -> Option<Listed> {
        let said = self.client.ask(Method::GET, &format!("{REGISTRATIONS}?formSlug={form}&limit=1&page=2"), None).await.ok()?;
        said.listed().ok()
    }

    async fn refusal(&mut self) {
        let said = self.client.ask_as("regcard-probe-no-token", &format!("{REGISTRATIONS}?email={EMAIL}&limit=1")).await;
        let (good, seen) = match said {
            Ok(said) => {
                let message = if read::message(&said.text).is_some() { "with a message" } else { "without a message" };
                (matches!(said.status, 401 | 403), format!("status {}, {}, {message}", said.status, shape(&said.text)))
            }
            Err(trouble) => (false, trouble.to_string()),
        };
        self.note("a wrong token is refused with 401 or 403", good, seen);
    }

    async fn unknown_serial(&mut self, name: &str) {
        let seen = self.client.ask(Method::GET, &format!("serial_numbers/{name}-NOBODYS"), None).await;
        let good = seen.as_ref().is_ok_and(|said| matches!(said.status, 204 | 404));
        self.note("an unknown serial number is 204 or 404", good, status(&seen));
    }

    async fn upload(&mut self, origins: &[Origin], name: &str, write: bool) {
        let asked = self.client.upload_file(&format!("{name}.jpg"), "image/jpeg", PICTURE.len() as u64).await;
        let signed = match asked {
            Ok(signed) => signed,
            Err(trouble) => return self.note("an address for a file is given", false, trouble.to_string()),
        };
        let host = signed.origin.as_ref().map_or("unknown", Origin::as_str).to_owned();
        self.note("an address for a file is given", true, format!("signedRequest at {host}"));
        for origin in origins {
            let (good, seen) = self.preflight(&signed.signed_request, origin).await;
            self.note(&format!("files may be sent from {origin}"), good, seen);
        }
        if write {
            let request = self.upstreams.raw(Method::PUT, &signed.signed_request);
            let put = match request {
                Some(request) => request.header(CONTENT_TYPE, "image/jpeg").body(PICTURE.to_vec()).send().await.ok(),
                None => None,
            };
            let seen = put.as_ref().map_or("no answer".to_owned(), |answer| format!("status {}", answer.status().as_u16()));
            self.note("a file of the signed type is taken", put.is_some_and(|answer| answer.status().is_success()), seen);
        }
    }

    /// What a browser asks before it sends a file from a page of this origin.
    async fn preflight(&self, address: &str, origin: &Origin) -> (bool, String) {
        let Some(request) = self.upstreams.raw(Method::OPTIONS, address) else {
            return (false, "the address is a private one".to_owned());
        };
        let request = request.header(ORIGIN, origin.as_str()).header(ACCESS_CONTROL_REQUEST_METHOD, "PUT");
        let Ok(answer) = request.header(ACCESS_CONTROL_REQUEST_HEADERS, "content-type").send().await else {
            return (false, "no answer".to_owned());
        };
        let header = |name: HeaderName| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase();
        let lists = |name: HeaderName, word: &str| header(name).split(',').any(|one| matches!(one.trim(), "*") || one.trim() == word);
        let allowed = lists(ACCESS_CONTROL_ALLOW_ORIGIN, origin.as_str());
        let good = answer.status().is_success()
            && allowed
            && lists(ACCESS_CONTROL_ALLOW_METHODS, "put")
            && lists(ACCESS_CONTROL_ALLOW_HEADERS, "content-type");
        let seen = if allowed { "allowed" } else { "not allowed" };
        (good, format!("status {}, {seen}", answer.status().as_u16()))
    }

    async fn serials(&mut self, name: &str) {
        let entry = json!({ "serialNumber": name, "sku": "REGCARD-PROBE" });
        for (wrapper, body) in [
            ("serialNumbers", json!({ "serialNumbers": [entry] })),
            ("serial_numbers", json!({ "serial_numbers": [entry] })),
            ("a bare list", json!([entry])),
        ] {
            let said = self.client.ask(Method::POST, "serial_numbers", Some(&body)).await;
            let there = self.client.ask(Method::GET, &format!("serial_numbers/{name}"), None).await;
            if let Ok(there) = there.as_ref()
                && there.status == 200
            {
                self.note("serial numbers are added", wrapper == "serialNumbers", format!("as {wrapper}, {}", status(&said)));
                let known = there.json().ok().as_ref().and_then(read::serial);
                return self.note("a serial number's entry is understood", known.is_some(), fields(&there.text));
            }
        }
        self.note("serial numbers are added", false, "in none of the three shapes");
    }

    /// Registers, looks it up, and deletes it again.
    async fn registration(&mut self, form: &str, name: &str) {
        let reference = super::reference(name.trim_start_matches(NAME));
        let body = json!({ REGISTRATIONS: [{
            "type": form, "customerEmail": EMAIL, "customerName": "regcard probe", "productName": "regcard probe",
            "serialNumbers": [name], "purchaseDate": "2026-01-01", REFERENCE: reference,
        }] });
        let said = self.client.ask(Method::POST, REGISTRATIONS, Some(&body)).await;
        let id = said.as_ref().ok().filter(|said| said.is_success()).and_then(|said| match success::posted(&said.text) {
            Success::Registered(id) => id,
            Success::Refused(_) | Success::Contradiction | Success::Nonsense => None,
        });
        let text = said.as_ref().map_or(String::new(), |said| shape(&said.text));
        self.note("a registration is answered with its number", id.is_some(), format!("{}, {text}", status(&said)));
        let listed = self.client.registrations(EMAIL, Some(form), 1, 1).await;
        let there = listed.ok().and_then(|listed| listed.entries.into_iter().next());
        self.note("a registration is listed at once", there.is_some(), "by e-mail address and form");
        let kept = there.as_ref().is_some_and(|entry| entry.references.contains(&reference));
        let seen = if kept { "it comes back" } else { "it is dropped: serial number, product and day have to do" };
        self.note("the gateway's reference is kept", kept, seen);
        match id.or_else(|| there.and_then(|entry| entry.id)) {
            Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) => {
                let deleted = self.client.ask(Method::DELETE, &format!("{REGISTRATIONS}/{id}"), None).await;
                self.note("a registration is deleted", deleted.as_ref().is_ok_and(Said::is_success), status(&deleted));
            }
            Some(_) | None => self.note("a registration is deleted", false, "it has no number; please delete the one of \"regcard probe\""),
        }
    }
}

fn status(said: &Result<Said, Trouble>) -> String {
    said.as_ref().map_or_else(ToString::to_string, |said| format!("status {}", said.status))
}

/// What an answer looks like from outside.
fn shape(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) => format!("an object of {}", members.keys().cloned().collect::<Vec<_>>().join(", ")),
        Ok(Value::Array(_)) => "a list".to_owned(),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => "a value".to_owned(),
        Err(_) if text.trim().is_empty() => "nothing".to_owned(),
        Err(_) => "no JSON".to_owned(),
    }
}

/// The names of the fields of the first thing in an answer.
fn fields(text: &str) -> String {
    let answer = serde_json::from_str::<Value>(text).unwrap_or_default();
    let inner = ["data", REGISTRATIONS].into_iter().find_map(|name| answer.get(name)).unwrap_or(&answer);
    let first = inner.get(0).unwrap_or(inner);
    first.as_object().map_or_else(|| "no object".to_owned(), |members| members.keys().cloned().collect::<Vec<_>>().join(", "))
}
