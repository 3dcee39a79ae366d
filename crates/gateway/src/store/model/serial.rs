//! Serial numbers that merchants load.

use regcard_protocol::serial_number::SerialNumber;

/// A serial number that a merchant loads.
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
    /// Whether a registration owns it alone.
    pub owned: bool,
}

/// A form's rules for serial numbers, as far as the store has to keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialRules {
    /// Only loaded ones.
    pub validate: bool,
    /// Once each.
    pub one_time: bool,
}
