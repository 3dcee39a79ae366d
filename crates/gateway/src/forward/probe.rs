//! Looking whether a registration is upstream already. Reads lists page by page, one registration a page: a list of that API
//! which is longer has been seen to leave out the newest.

use tokio::time::timeout;

use super::judge::{Sought, Verdict, is_older, judge};
use super::parcel::Waiting;
use crate::limits;
use crate::upstream::{Client, Entry, Listed, Trouble};

/// A look that came to no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// What ended it.
    pub(super) trouble: Trouble,
    /// Whether any of the list had been seen by then.
    pub(super) begun: bool,
}

/// Looks for a registration.
pub(super) async fn probe(client: &Client<'_>, waiting: &Waiting, since: i64) -> Result<Verdict, Broken> {
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
    let mut begun = false;
    let looking = async {
        let of_form = walk(client, &email, form.as_deref(), &sought, &mut begun).await?;
        match of_form {
            // It is sent again if it is not there, so an upstream that has filed it under another form must not go unnoticed.
            Verdict::Absent | Verdict::CannotTell => walk(client, &email, None, &sought, &mut begun).await,
            Verdict::Found(_) => Ok(of_form),
        }
    };
    let looked = timeout(limits::PROBE_TOTAL, looking).await.unwrap_or(Err(Trouble::NoAnswer));
    looked.map_err(|trouble| Broken { trouble, begun })
}

async fn walk(client: &Client<'_>, email: &str, form: Option<&str>, sought: &Sought, begun: &mut bool) -> Result<Verdict, Trouble> {
    let mut seen = Seen::default();
    for page in 1..=limits::PROBE_PAGES {
        let listed = client.registrations(email, form, 1, page).await?;
        *begun = true;
        let ended = listed.entries.is_empty();
        let new = seen.add(listed);
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
        seen.add(client.registrations(email, form, limit, 1).await?);
    }
    Ok(judge(sought, &seen.entries, seen.is_whole(false)))
}

/// Everything that was listed, each once.
#[derive(Debug, Default)]
struct Seen {
    entries: Vec<Entry>,
    /// The most that was ever told: what is told later, of an empty page, is not less.
    total: Option<usize>,
    /// Whether more was told than the same page showed, so that it is no number of what is on the page.
    told_more: bool,
    repeats: usize,
}

impl Seen {
    /// Whether any of these is new.
    fn add(&mut self, listed: Listed) -> bool {
        self.told_more |= listed.total.is_some_and(|total| total > listed.entries.len());
        self.total = self.total.max(listed.total);
        let before = self.entries.len();
        for entry in listed.entries {
            let same = |other: &Entry| if entry.id.is_some() { other.id == entry.id } else { *other == entry };
            if !self.entries.iter().any(same) {
                self.entries.push(entry);
            }
        }
        self.entries.len() > before
    }

    /// Whether nothing is left out: as many as there are, or, where that is not told, up to the last page.
    fn is_whole(&self, ended: bool) -> bool {
        let all = self.total.is_none_or(|total| self.entries.len() >= total);
        all && (ended || self.told_more && self.total.is_some())
    }

    /// Whether the newest come first, so that what comes after an old one is older still. It takes two with different times to see that.
    fn is_sorted(&self) -> bool {
        let times: Option<Vec<i64>> = self.entries.iter().map(|entry| entry.created_at).collect();
        times.is_some_and(|times| times.is_sorted_by(|newer, older| newer >= older) && times.first() > times.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u32, created_at: Option<i64>) -> Entry {
        Entry { id: Some(id.to_string()), created_at, ..Entry::default() }
    }

    fn page(ids: &[u32], total: Option<usize>) -> Listed {
        Listed { entries: ids.iter().map(|id| entry(*id, None)).collect(), total }
    }

    /// Whether it is whole after these pages, of which the last is an empty one or not.
    fn whole(pages: Vec<Listed>) -> bool {
        let mut seen = Seen::default();
        let ended = pages.last().is_some_and(|last| last.entries.is_empty());
        for page in pages {
            seen.add(page);
        }
        seen.is_whole(ended)
    }

    #[test]
    fn a_total_counts_where_it_is_more_than_the_page_or_the_next_page_is_empty() {
        assert!(whole(vec![page(&[1], Some(2)), page(&[2], Some(2))]));
        assert!(whole(vec![page(&[1], Some(1)), page(&[], Some(1))]));
        assert!(!whole(vec![page(&[1], Some(1))]), "it may be the page's own");
        assert!(!whole(vec![page(&[1], Some(1)), page(&[2], Some(1))]));
        assert!(!whole(vec![page(&[1], None), page(&[2], None)]));
        assert!(whole(vec![page(&[1], None), page(&[], None)]));
    }

    #[test]
    fn a_total_never_gets_smaller() {
        assert!(!whole(vec![page(&[1], Some(3)), page(&[], Some(0))]));
        assert!(!whole(vec![page(&[], Some(1))]));
        assert!(whole(vec![page(&[], Some(0))]) && whole(vec![page(&[], None)]));
    }

    #[test]
    fn an_order_shows_in_two_that_differ() {
        let sorted = |times: &[Option<i64>]| {
            let entries = (0..).zip(times).map(|(id, time)| entry(id, *time)).collect();
            Seen { entries, ..Seen::default() }.is_sorted()
        };
        assert!(sorted(&[Some(5), Some(4)]) && sorted(&[Some(5), Some(5), Some(4)]));
        for times in [&[Some(5)][..], &[Some(5), Some(5)], &[Some(4), Some(5)], &[Some(5), Some(4), Some(6)], &[Some(5), None], &[]] {
            assert!(!sorted(times), "{times:?}");
        }
    }
}
