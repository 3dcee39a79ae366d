//! Whether a registration is among those that an upstream lists. Pure: entries in, a verdict out.
//!
//! A verdict that it is not there leads to its being sent again. So it is given only where the list shows everything that could
//! be it; in doubt a person has to look.

use regcard_protocol::serial_number::SerialNumber;

use crate::limits;
use crate::serial_fold::Folded;
use crate::upstream::Entry;

/// The registration that is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Sought {
    pub(super) reference: String,
    pub(super) serial_numbers: Vec<String>,
    pub(super) product_name: Option<String>,
    pub(super) purchase_date: Option<String>,
    pub(super) customer_name: Option<String>,
    /// When it was taken on here, in milliseconds since 1970.
    pub(super) since: i64,
}

/// How it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is there, under this number if there is one.
    Found(Option<String>),
    /// It is not there.
    Absent,
    /// Nobody can tell.
    CannotTell,
}

/// Looks for a registration among all that were listed. `whole`: nothing that could be it has been left out.
pub(super) fn judge(sought: &Sought, entries: &[Entry], whole: bool) -> Verdict {
    if let Some(found) = entries.iter().find(|entry| entry.references.contains(&sought.reference)) {
        return Verdict::Found(found.id.clone());
    }
    let mut doubtful = false;
    for entry in entries {
        match likeness(sought, entry) {
            Likeness::Same => return Verdict::Found(entry.id.clone()),
            Likeness::Perhaps => doubtful = true,
            Likeness::Another => {}
        }
    }
    if whole && !doubtful { Verdict::Absent } else { Verdict::CannotTell }
}

/// Whether an entry is so old that those after it, older still, cannot be it. The clocks of two houses differ.
pub(super) fn is_older(sought: &Sought, entry: &Entry) -> bool {
    entry.created_at.is_some_and(|then| then < sought.since - limits::UPSTREAM_CLOCK_MILLIS)
}

enum Likeness {
    Same,
    Perhaps,
    Another,
}

/// For upstreams that drop the reference: the same serial numbers, product and date are the same registration.
fn likeness(sought: &Sought, entry: &Entry) -> Likeness {
    // One that carries another reference is another one, and so is one that was there before.
    if !entry.references.is_empty() || is_older(sought, entry) {
        return Likeness::Another;
    }
    let differ = |ours: &Option<String>, theirs: &Option<String>| matches!((ours, theirs), (Some(ours), Some(theirs)) if ours != theirs);
    if differ(&sought.product_name, &entry.product_name) || differ(&sought.purchase_date, &entry.purchase_date) {
        return Likeness::Another;
    }
    let (ours, theirs) = (folded(&sought.serial_numbers), folded(&entry.serial_numbers));
    match (ours.is_empty(), theirs.is_empty()) {
        (false, false) if ours == theirs => Likeness::Same,
        (true, true) if differ(&sought.customer_name, &entry.customer_name) => Likeness::Another,
        // Two purchases of the same thing on one day look alike, and so does an entry that shows no serial numbers.
        (true, true) | (false, true) => Likeness::Perhaps,
        (false, false) | (true, false) => Likeness::Another,
    }
}

fn folded(serials: &[String]) -> Vec<String> {
    let fold = |text: &String| SerialNumber::parse(text).map_or_else(|_| text.clone(), |serial| Folded::of(&serial).folded);
    let mut all: Vec<String> = serials.iter().map(fold).collect();
    all.sort();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: i64 = 1_795_604_400_000;

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn sought() -> Sought {
        Sought {
            reference: "regcard-1".to_owned(),
            serial_numbers: vec!["SN-1".to_owned()],
            product_name: text("Espresso Duo"),
            purchase_date: text("2026-11-14"),
            customer_name: text("Mara"),
            since: SINCE,
        }
    }

    /// As an upstream lists it that drops the reference.
    fn listed() -> Entry {
        Entry {
            id: text("up-1"),
            references: Vec::new(),
            serial_numbers: vec!["sn-1".to_owned()],
            product_name: text("Espresso Duo"),
            purchase_date: text("2026-11-14"),
            customer_name: text("Mara"),
            created_at: Some(SINCE),
        }
    }

    #[test]
    fn a_reference_is_proof_whatever_else_stands_there() {
        let entry = Entry { id: text("up-7"), references: vec!["regcard-1".to_owned()], ..Entry::default() };
        assert_eq!(judge(&sought(), &[listed(), entry], false), Verdict::Found(text("up-7")));
    }

    #[test]
    fn without_references_serial_number_product_and_date_tell() {
        assert_eq!(judge(&sought(), &[listed()], true), Verdict::Found(text("up-1")));
        for change in [
            |entry: &mut Entry| entry.serial_numbers = vec!["SN-2".to_owned()],
            |entry: &mut Entry| entry.product_name = text("Mono"),
            |entry: &mut Entry| entry.purchase_date = text("2026-11-13"),
            |entry: &mut Entry| entry.references = vec!["regcard-2".to_owned()],
            |entry: &mut Entry| entry.created_at = Some(SINCE - limits::UPSTREAM_CLOCK_MILLIS - 1),
        ] {
            let mut entry = listed();
            change(&mut entry);
            assert_eq!(judge(&sought(), &[entry], true), Verdict::Absent);
        }
    }

    #[test]
    fn where_nothing_tells_two_apart_nobody_can_tell() {
        let without = Sought { serial_numbers: Vec::new(), ..sought() };
        let entry = Entry { serial_numbers: Vec::new(), ..listed() };
        assert_eq!(judge(&without, std::slice::from_ref(&entry), true), Verdict::CannotTell);
        assert_eq!(judge(&sought(), std::slice::from_ref(&entry), true), Verdict::CannotTell, "an entry that shows no serial numbers");
        let other = Entry { customer_name: text("Tom"), ..entry };
        assert_eq!(judge(&without, &[other], true), Verdict::Absent);
    }

    #[test]
    fn a_list_that_may_lack_something_is_no_proof() {
        assert_eq!(judge(&sought(), &[], true), Verdict::Absent);
        assert_eq!(judge(&sought(), &[], false), Verdict::CannotTell);
    }
}
