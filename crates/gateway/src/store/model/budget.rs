//! A budget, as it is kept for several gateways.

/// How much of a budget is used, and until when that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// How much.
    pub used: u64,
    /// When it begins anew. Seconds since 1970.
    pub ends: i64,
}
