//! Whether a registration is among those that an upstream lists. Pure: entries in, a verdict out.
//!
//! A verdict that it is not there leads to its being sent again. So it is given only where the list shows everything that could
//! be it; in doubt a person has to look.

use jiff::SignedDuration;
use jiff::civil::Date;
use regcard_protocol::serial_number::SerialNumber;

use crate::limits;
use crate::serial_fold::Folded;
use crate::upstream::Entry;

/// The difference that a time zone makes.
const ONE_DAY: SignedDuration = SignedDuration::from_hours(24);

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    Same,
    Perhaps,
    Another,
}

/// For upstreams that drop the reference: the same serial numbers, product and day are the same registration. An upstream may write a
/// product or a day in its own way, so that it is another one only where the serial numbers say so, or, without any, most of the rest.
fn likeness(sought: &Sought, entry: &Entry) -> Likeness {
    // One that carries another reference is another one, and so is one that was there before.
    if !entry.references.is_empty() || is_older(sought, entry) {
        return Likeness::Another;
    }
    let (product, day, name) = (
        of_words(sought.product_name.as_deref(), entry.product_name.as_deref()),
        of_days(sought.purchase_date.as_deref(), entry.purchase_date.as_deref()),
        of_words(sought.customer_name.as_deref(), entry.customer_name.as_deref()),
    );
    let (ours, theirs) = (folded(&sought.serial_numbers), folded(&entry.serial_numbers));
    if ours.is_empty() || theirs.is_empty() {
        // Two purchases of the same thing on one day look alike, and so does an entry that shows no serial numbers.
        let differing = [product, day, name].into_iter().filter(|one| *one == Likeness::Another).count();
        return if differing >= 2 { Likeness::Another } else { Likeness::Perhaps };
    }
    if ours == theirs && product == Likeness::Same && day == Likeness::Same {
        Likeness::Same
    } else if ours.iter().any(|serial| theirs.contains(serial)) {
        Likeness::Perhaps
    } else {
        Likeness::Another
    }
}

/// Whether two texts are the same, or have any word in common. What is not shown is no difference.
fn of_words(ours: Option<&str>, theirs: Option<&str>) -> Likeness {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Likeness::Same;
    };
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (ours, theirs) = (words(ours), words(theirs));
    if ours == theirs {
        Likeness::Same
    } else if ours.iter().any(|word| theirs.contains(word)) {
        Likeness::Perhaps
    } else {
        Likeness::Another
    }
}

/// Whether two days are the same. An instant in another time zone is a day early or late.
fn of_days(ours: Option<&str>, theirs: Option<&str>) -> Likeness {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Likeness::Same;
    };
    match (ours.parse::<Date>(), theirs.parse::<Date>()) {
        (Ok(ours), Ok(theirs)) if ours.duration_until(theirs).abs() <= ONE_DAY => Likeness::Same,
        (Ok(_), Ok(_)) => Likeness::Another,
        // Written in a way of its own.
        (Err(_), _) | (_, Err(_)) => {
            if ours == theirs {
                Likeness::Same
            } else {
                Likeness::Perhaps
            }
        }
    }
}

/// Serial numbers to be compared, each of them also where several stand in one text.
fn folded(serials: &[String]) -> Vec<String> {
    let fold = |text: &str| SerialNumber::parse(text).map_or_else(|_| text.to_owned(), |serial| Folded::of(&serial).folded);
    let single = serials.iter().flat_map(|text| text.split([',', ';', '|', '\n']));
    let mut all: Vec<String> = single.map(str::trim).filter(|text| !text.is_empty()).map(fold).collect();
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

    type Change = fn(&mut Entry);

    /// The verdict about a list of one that differs in this.
    fn changed(sought: &Sought, entry: Entry, change: Change) -> Verdict {
        let mut entry = entry;
        change(&mut entry);
        judge(sought, &[entry], true)
    }

    #[test]
    fn without_references_serial_number_product_and_date_tell() {
        let same: [Change; 6] = [
            |_| {},
            |entry| entry.purchase_date = text("2026-11-13"),
            |entry| entry.purchase_date = text("2026-11-15"),
            |entry| entry.product_name = text("espresso duo"),
            |entry| (entry.product_name, entry.purchase_date, entry.created_at) = (None, None, None),
            |entry| entry.created_at = Some(SINCE - limits::UPSTREAM_CLOCK_MILLIS),
        ];
        for (number, change) in same.into_iter().enumerate() {
            assert_eq!(changed(&sought(), listed(), change), Verdict::Found(text("up-1")), "{number}");
        }
        let another: [Change; 3] = [
            |entry| entry.serial_numbers = vec!["SN-2".to_owned()],
            |entry| entry.references = vec!["regcard-2".to_owned()],
            |entry| entry.created_at = Some(SINCE - limits::UPSTREAM_CLOCK_MILLIS - 1),
        ];
        for (number, change) in another.into_iter().enumerate() {
            assert_eq!(changed(&sought(), listed(), change), Verdict::Absent, "{number}");
        }
    }

    #[test]
    fn with_the_same_serial_number_nothing_else_makes_it_another_one() {
        let perhaps: [Change; 7] = [
            |entry| entry.product_name = text("Mono"),
            |entry| entry.product_name = text("Espresso Duo (2026)"),
            |entry| entry.purchase_date = text("2026-11-12"),
            |entry| entry.purchase_date = text("14/11/2026"),
            |entry| (entry.product_name, entry.purchase_date, entry.customer_name) = (text("Mono"), text("2025-01-01"), text("Tom")),
            |entry| entry.serial_numbers = vec!["SN-1".to_owned(), "SN-2".to_owned()],
            |entry| entry.serial_numbers = vec!["SN-2, SN-1".to_owned()],
        ];
        for (number, change) in perhaps.into_iter().enumerate() {
            assert_eq!(changed(&sought(), listed(), change), Verdict::CannotTell, "{number}");
        }
    }

    #[test]
    fn where_nothing_tells_two_apart_nobody_can_tell() {
        let without = Sought { serial_numbers: Vec::new(), ..sought() };
        let entry = Entry { serial_numbers: Vec::new(), ..listed() };
        let perhaps: [Change; 5] = [
            |_| {},
            |entry| entry.product_name = text("Mono"),
            |entry| entry.purchase_date = text("2026-11-01"),
            |entry| entry.customer_name = text("Tom"),
            |entry| (entry.product_name, entry.purchase_date) = (text("Duo, blue"), text("2026-11-01")),
        ];
        for (number, change) in perhaps.into_iter().enumerate() {
            assert_eq!(changed(&without, entry.clone(), change), Verdict::CannotTell, "{number}");
            assert_eq!(changed(&sought(), entry.clone(), change), Verdict::CannotTell, "an entry that shows no serial numbers: {number}");
            assert_eq!(changed(&without, listed(), change), Verdict::CannotTell, "one that shows some: {number}");
        }
        let another: Change = |entry| (entry.product_name, entry.purchase_date) = (text("Mono"), text("2026-11-01"));
        assert_eq!(changed(&without, entry.clone(), another), Verdict::Absent);
        assert_eq!(changed(&sought(), entry, another), Verdict::Absent);
    }

    #[test]
    fn a_list_that_may_lack_something_is_no_proof() {
        assert_eq!(judge(&sought(), &[], true), Verdict::Absent);
        assert_eq!(judge(&sought(), &[], false), Verdict::CannotTell);
    }
}
