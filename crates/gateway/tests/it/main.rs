//! Stories about a whole gateway: the real router over a real socket, or the real binary, and a shop that talks to it.
//!
//! A file a story. `gateway`, `process`, `shop`, `answer` and `upstream` are what the stories are told with.

mod answer;
mod gateway;
mod shop;

mod registration;
