//! Lists as spreadsheets write them: read whatever their encoding, delimiter and line ends are, and written so that no cell becomes a
//! formula. What the columns mean is said by those who read and write them.

mod decode;
mod quotes;
mod read;
mod write;

pub use read::{Line, List, ListError, keeps};
pub use write::{Writer, guarded};
