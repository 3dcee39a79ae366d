//! Serial numbers that merchants load.

use regcard_protocol::serial_number::SerialNumber;

use crate::serial_fold::Folded;

/// A serial number that a merchant loads. Of one that is there already, what is `None` stays as it is, and an empty text takes it away.
#[derive(Clone, Debug)]
pub struct NewSerial {
    /// As it is printed.
    pub serial: SerialNumber,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Tags for the customer who registers it, separated by commas.
    pub customer_tags: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
}

/// A serial number of a long list, made ready before the store is held up.
#[derive(Clone, Debug)]
pub struct LoadedSerial {
    /// As it is printed.
    pub(in crate::store) new: NewSerial,
    /// As it is looked up.
    pub(in crate::store) folded: Folded,
}

impl LoadedSerial {
    /// In the order of the indexes: neighbours lie on one page. Of one that is there twice the last counts, as it came.
    pub fn in_order(new: Vec<NewSerial>) -> Vec<LoadedSerial> {
        let mut all: Vec<LoadedSerial> = new.into_iter().map(|new| LoadedSerial { folded: Folded::of(&new.serial), new }).collect();
        all.sort_by(|one, other| one.folded.folded.cmp(&other.folded.folded));
        all
    }
}

/// A serial number that a merchant has loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial {
    /// As it was loaded.
    pub serial: String,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Tags for the customer who registers it.
    pub customer_tags: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
    /// Whether any registration names it.
    pub registered: bool,
}

/// What a check finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The number.
    Known(Serial),
    /// No such number; a few that look like it.
    Unknown(Vec<SerialNumber>),
}

/// A form's rules for serial numbers, as far as the store has to keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialRules {
    /// Only loaded ones.
    pub validate: bool,
    /// Once each.
    pub one_time: bool,
}
