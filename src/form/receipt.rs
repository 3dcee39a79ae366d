//! A receipt: a file that was chosen, and how far it is on its way. What happens to it stands in `receipts`.

use super::Field;

/// One file of a receipt's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What it is.
    pub file: FileFacts,
    /// How far it is.
    pub way: Way,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is looked at; a picture is made smaller.
    Preparing,
    /// So many percent of it have left.
    Sending(u8),
    /// Nothing leaves just now.
    Waiting,
    /// It is stored; the registration names it by this.
    Stored(String),
    /// It could not be stored.
    Failed,
}

/// What is known of a file without looking into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Which of the card's files it is: the same file chosen again is another one.
    pub id: u32,
    /// As it is called at the customer's.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in milliseconds since 1970.
    pub modified: u64,
}

impl FileFacts {
    /// Whether both are the same file of the customer's.
    pub(super) fn is(&self, other: &FileFacts) -> bool {
        self.size == other.size && self.modified == other.modified && self.name == other.name
    }
}

impl Receipt {
    /// Whether it may still arrive by itself.
    pub fn is_under_way(&self) -> bool {
        match self.way {
            Way::Preparing | Way::Sending(_) | Way::Waiting => true,
            Way::Stored(_) | Way::Failed => false,
        }
    }

    /// Whether it could not be stored.
    pub fn has_failed(&self) -> bool {
        self.way == Way::Failed
    }
}

impl Field {
    /// The files, of a field that holds some.
    pub fn receipts(&self) -> &[Receipt] {
        match &self.answer {
            super::FieldAnswer::Receipts(receipts) => receipts,
            super::FieldAnswer::Text(_)
            | super::FieldAnswer::Ticked(_)
            | super::FieldAnswer::Chosen(_)
            | super::FieldAnswer::SerialNumbers(_)
            | super::FieldAnswer::Nothing => &[],
        }
    }

    /// How its files are on their way together, as the control's `data-upload` says it.
    pub fn upload(&self) -> &'static str {
        let receipts = self.receipts();
        if receipts.iter().any(Receipt::is_under_way) {
            "sending"
        } else if receipts.iter().any(Receipt::has_failed) {
            "failed"
        } else if receipts.is_empty() {
            "none"
        } else {
            "stored"
        }
    }
}
