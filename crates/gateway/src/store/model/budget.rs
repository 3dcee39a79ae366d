//! A budget, as it is kept for several gateways.

/// A budget that something is counted in.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// By the hash of its name.
    pub name: [u8; 32],
    /// How much there is of it.
    pub limit: u64,
    /// When it begins anew, if it begins now. Seconds since 1970.
    pub ends: i64,
}

/// How counting something that costs once went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// It was counted before.
    Before,
    /// It is counted now, in each of its budgets.
    Now,
    /// This budget has no more of it; nothing is counted.
    Over(usize, Spent),
}

/// How much of a budget is used, and until when that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// How much.
    pub used: u64,
    /// When it begins anew. Seconds since 1970.
    pub ends: i64,
}
