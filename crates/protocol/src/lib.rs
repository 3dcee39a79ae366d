//! What the browser and the gateway say to each other, and the rules both of them check.
//!
//! Plain data and pure functions: no I/O, no clock, no randomness. The day it is comes in as an argument.
//! The browser serialises what the gateway parses and the other way round, so each shape stands here once.

/// A small table by text keys.
pub mod by_key;
mod check_digit;
/// A person's name, e-mail address and telephone number.
pub mod contact;
/// The countries that can be chosen.
pub mod country;
/// A day of the calendar, which is what a date of purchase is.
pub mod date;
/// The form as the merchant's file describes it.
pub mod form;
/// Every limit, with its reason.
pub mod limits;
/// What a text has to look like.
pub mod pattern;
/// What is wrong, in RFC 9457's words.
pub mod problem;
/// Files people attach: allowed types, judged by content, and the upload's messages.
pub mod receipt;
/// A registration on its way in, and once it holds good values only.
pub mod registration;
/// Serial numbers as makers print them.
pub mod serial_number;
/// Opening and renewing a session.
pub mod session;
/// The rules a registration is checked against, by the form it was made with.
pub mod validate;
