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

/// What is taken of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// So much of it.
    Some(u64),
    /// Nothing: it is only looked whether there is any left.
    Nothing,
}

/// What was taken of some budgets, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InTurn {
    /// How much is used of each that it came to.
    pub spent: Vec<Spent>,
    /// Whether the last of these has none left. Nothing was taken of those after it.
    pub over: bool,
}

/// How counting something that costs once went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// It was counted before.
    Before,
    /// It is counted now, in each of its budgets. So much is used of the first.
    Now(Spent),
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
