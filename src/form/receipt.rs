//! A receipt on its way: which files are refused before anything is sent, and what becomes of one that is sent.
//!
//! Reading the file and sending it are effects. Each try has a number, and news of an older one is not heard.

use regcard_protocol::limits;
use regcard_protocol::receipt::FileType;

use super::Message;
use crate::text::Text;

/// What a receipt's field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// No file.
    None,
    /// A file on its way.
    Sending {
        /// What it is.
        file: FileFacts,
        /// Which of the card's uploads it is.
        attempt: u32,
        /// Bytes that have left.
        sent: u64,
    },
    /// A file that is stored.
    Stored {
        /// What it is.
        file: FileFacts,
        /// What the registration names it by.
        upload_id: String,
    },
    /// A file that could not be stored.
    Failed {
        /// What it is.
        file: FileFacts,
    },
}

/// What is known of a file without looking at all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// As it is called at the customer's.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Judged by its first bytes; `None` for what is not taken.
    pub kind: Option<FileType>,
}

impl Receipt {
    /// As the control's `data-upload` says it.
    pub fn word(&self) -> &'static str {
        match self {
            Receipt::None => "none",
            Receipt::Sending { .. } => "sending",
            Receipt::Stored { .. } => "stored",
            Receipt::Failed { .. } => "failed",
        }
    }

    /// The file, if there is one.
    pub fn file(&self) -> Option<&FileFacts> {
        match self {
            Receipt::None => None,
            Receipt::Sending { file, .. } | Receipt::Stored { file, .. } | Receipt::Failed { file, .. } => Some(file),
        }
    }
}

impl FileFacts {
    /// Why the file is not taken, if it is not. The gateway judges by the same rule.
    pub fn refused(&self) -> Option<Message> {
        if self.size == 0 {
            Some(Text::FileEmpty)
        } else if self.size > limits::FILE_BYTES {
            Some(Text::FileTooLarge)
        } else if self.kind.is_none() {
            Some(Text::FileType)
        } else {
            None
        }
    }
}
