//! Looking whether a registration is upstream already. Reads lists page by page, one registration a page: a list of that API
//! which is longer has been seen to leave out the newest.

use tokio::time::timeout;

use super::judge::{Sought, Verdict, is_older, judge};
use super::parcel::Waiting;
use crate::limits;
use crate::upstream::{Client, Entry, Trouble};

/// Looks for a registration.
pub(super) async fn probe(client: &Client<'_>, waiting: &Waiting, since: i64) -> Result<Verdict, Trouble> {
    let text = |key: &str| waiting.body.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    let serials = waiting.body.get("serialNumbers").and_then(serde_json::Value::as_array);
    let sought = Sought {
        reference: waiting.reference.clone(),
        serial_numbers: serials.into_iter().flatten().filter_map(serde_json::Value::as_str).map(str::to_owned).collect(),
        product_name: text("productName"),
        purchase_date: text("purchaseDate"),
        customer_name: text("customerName"),
        since,
    };
    let (email, form) = (text("customerEmail").unwrap_or_default(), text("type"));
    let looking = async {
        let of_form = walk(client, &email, form.as_deref(), &sought).await?;
        match of_form {
            // It is sent again if it is not there, so an upstream that has filed it under another form must not go unnoticed.
            Verdict::Absent | Verdict::CannotTell => walk(client, &email, None, &sought).await,
            Verdict::Found(_) => Ok(of_form),
        }
    };
    timeout(limits::PROBE_TOTAL, looking).await.unwrap_or(Err(Trouble::NoAnswer))
}

async fn walk(client: &Client<'_>, email: &str, form: Option<&str>, sought: &Sought) -> Result<Verdict, Trouble> {
    let mut seen = Seen::default();
    for page in 1..=limits::PROBE_PAGES {
        let listed = client.registrations(email, form, 1, page).await?;
        seen.total = listed.total.or(seen.total);
        let ended = listed.entries.is_empty();
        let new = seen.add(listed.entries);
        if let found @ Verdict::Found(_) = judge(sought, &seen.entries, false) {
            return Ok(found);
        }
        if seen.is_whole(ended) || seen.is_sorted() && seen.entries.last().is_some_and(|last| is_older(sought, last)) {
            return Ok(judge(sought, &seen.entries, true));
        }
        // A page more than once: pages are not heeded, or others registered meanwhile and moved them.
        seen.repeats = if new { 0 } else { seen.repeats + 1 };
        if ended || seen.repeats == limits::PROBE_REPEATS {
            break;
        }
    }
    // Whoever heeds no pages may show everything in longer lists, which together with the newest can be whole.
    for limit in [10, 100] {
        let listed = client.registrations(email, form, limit, 1).await?;
        seen.total = listed.total.or(seen.total);
        seen.add(listed.entries);
    }
    let whole = seen.total.is_some_and(|total| seen.entries.len() >= total);
    Ok(judge(sought, &seen.entries, whole))
}

/// Everything that was listed, each once.
#[derive(Default)]
struct Seen {
    entries: Vec<Entry>,
    total: Option<usize>,
    repeats: usize,
}

impl Seen {
    /// Whether any of these is new.
    fn add(&mut self, listed: Vec<Entry>) -> bool {
        let before = self.entries.len();
        for entry in listed {
            let same = |other: &Entry| if entry.id.is_some() { other.id == entry.id } else { *other == entry };
            if !self.entries.iter().any(same) {
                self.entries.push(entry);
            }
        }
        self.entries.len() > before
    }

    /// Whether nothing is left out: as many as there are, or, where that is not told, up to the last page.
    fn is_whole(&self, ended: bool) -> bool {
        self.total.map_or(ended, |total| self.entries.len() >= total)
    }

    /// Whether the newest come first, so that what comes after an old one is older still.
    fn is_sorted(&self) -> bool {
        let times: Option<Vec<i64>> = self.entries.iter().map(|entry| entry.created_at).collect();
        times.is_some_and(|times| times.is_sorted_by(|newer, older| newer >= older))
    }
}
