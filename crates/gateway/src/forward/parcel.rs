//! What stands in the outbox of a submit that goes upstream: its registrations, each with its reference, and how far it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::secrets::{hex, unhex};
use crate::store::{Interface, Outcome, SubmitKey};

/// A submit on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    /// Of the idempotency key it came with, in hexadecimal.
    key: String,
    /// In the order they were sent.
    pub(super) items: Vec<Item>,
}

/// One registration of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Item {
    /// Not upstream, as far as is known.
    Waiting(Box<Waiting>),
    /// Upstream, under this number if it was told. Nothing else is kept of it.
    Arrived(Option<String>),
}

/// A registration that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// By which it is known again.
    pub(super) reference: String,
    /// As it is sent.
    pub(super) body: Value,
    /// In which language its customer is sent a confirmation, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    /// Its serial numbers, if they still have to be looked up, and by which rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unchecked: Option<Unchecked>,
    /// Whether a page is told what is wrong with a serial number, or only that it cannot be registered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) discreet: bool,
    /// What has been tried without finding out whether it is there.
    #[serde(default, skip_serializing_if = "InVain::is_nothing")]
    pub(super) in_vain: InVain,
}

/// How often something was tried in vain: a person looks before it is tried for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InVain {
    /// Looks into a list that came to no end, or that is none.
    pub(super) endless: u32,
    /// Looks that were not answered at all.
    pub(super) unanswered: u32,
    /// Sends that were answered with what is no answer.
    pub(super) unclear: u32,
}

impl InVain {
    fn is_nothing(&self) -> bool {
        *self == InVain::default()
    }
}

/// Serial numbers that could not be looked up yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Unchecked {
    /// Only known ones.
    pub(super) validate: bool,
    /// Once each.
    pub(super) one_time: bool,
    /// As they were typed.
    pub(super) serial_numbers: Vec<String>,
}

impl Parcel {
    pub(super) fn new(key: &SubmitKey, items: Vec<Item>) -> Parcel {
        Parcel { key: hex(&key.hash), items }
    }

    /// What it was written as; nothing if it is not this version's.
    pub(super) fn read(text: &str) -> Option<Parcel> {
        serde_json::from_str(text).ok()
    }

    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the submit is found by. Only pages' submits are passed on.
    pub(super) fn submit(&self, merchant: &str) -> Option<SubmitKey> {
        Some(SubmitKey { merchant: merchant.to_owned(), interface: Interface::Browser, hash: unhex(&self.key)? })
    }

    /// The first registration that is not upstream yet, and its position.
    pub(super) fn next(&self) -> Option<(usize, &Waiting)> {
        self.items.iter().enumerate().find_map(|(position, item)| match item {
            Item::Waiting(waiting) => Some((position, waiting.as_ref())),
            Item::Arrived(_) => None,
        })
    }

    /// The registrations that are not upstream.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.items.iter().filter_map(|item| match item {
            Item::Waiting(waiting) => Some(waiting.as_ref()),
            Item::Arrived(_) => None,
        })
    }

    /// Notes that a registration is upstream. What the customer typed is gone with that.
    pub(super) fn arrived(&mut self, position: usize, id: Option<String>) {
        if let Some(item) = self.items.get_mut(position) {
            *item = Item::Arrived(id);
        }
    }

    /// The serial numbers of this one need not be looked up again.
    pub(super) fn checked(&mut self, position: usize) {
        if let Some(Item::Waiting(waiting)) = self.items.get_mut(position) {
            waiting.unchecked = None;
        }
    }

    /// Notes what was tried with this one in vain.
    pub(super) fn tried(&mut self, position: usize, in_vain: InVain) {
        if let Some(Item::Waiting(waiting)) = self.items.get_mut(position) {
            waiting.in_vain = in_vain;
        }
    }

    /// Whether any of it is upstream.
    pub(super) fn has_begun(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Arrived(_)))
    }

    /// What is told of it: the numbers, as far as there are any.
    pub(super) fn outcome(&self) -> Outcome {
        let number = |item: &Item| match item {
            Item::Waiting(_) => None,
            Item::Arrived(id) => id.clone(),
        };
        Outcome { ids: self.items.iter().map(number).collect(), ..Outcome::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_arrived_leaves_nothing_but_its_number() {
        let key = SubmitKey { merchant: "shop".to_owned(), interface: Interface::Browser, hash: [7; 32] };
        let waiting = |name: &str| {
            let body = json!({ "customerName": name });
            Item::Waiting(Box::new(Waiting {
                reference: format!("regcard-{name}"),
                body,
                language: None,
                unchecked: None,
                discreet: false,
                in_vain: InVain::default(),
            }))
        };
        let mut parcel = Parcel::new(&key, vec![waiting("Mara"), waiting("Tom")]);
        assert!(!parcel.has_begun());
        parcel.arrived(0, Some("up-1".to_owned()));
        let again = Parcel::read(&parcel.written()).unwrap();
        assert_eq!(again.items, parcel.items);
        assert!(!parcel.written().contains("Mara") && parcel.written().contains("Tom"));
        assert_eq!(again.next().unwrap().0, 1);
        assert_eq!(again.outcome().ids, [Some("up-1".to_owned()), None]);
        assert_eq!(again.submit("shop"), Some(key));
    }
}
