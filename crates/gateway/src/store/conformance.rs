//! Stories every store has to live up to.
