//! What is kept, as plain data.

mod budget;
mod key;
mod merchant;
mod registration;
mod serial;
mod submit;
mod upload;

pub use budget::{Counted, InTurn, Once, Spent, Takes};
pub use key::{AccessKey, KeptKey, Key, KeyKind};
pub use merchant::{Keeping, Merchant, MerchantSettings, Mode, Upstream};
pub use registration::{
    Address, Change, Changing, FileReference, LateReceipt, NewBatch, NewReceipts, NewRegistration, Page, Query, Record, RecordReceipts,
    RecordSerial, Refusal, Registering,
};
pub use serial::{Checked, LoadedSerial, NewSerial, Serial, SerialRules};
pub use submit::{Interface, NewSubmit, Outcome, Submit, SubmitKey, SubmitState};
pub use upload::{Erasure, NewUpload, Stored, Upload, UploadState};
