//! What bytes are, found out while they pass: counted, judged by the first of them, hashed. None are held but those first ones.

use regcard_protocol::limits as shared;
use regcard_protocol::receipt::FileType;

use crate::problem::GatewayError;

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// Bytes, to the byte.
    pub size: u64,
    /// The type, judged by content.
    pub file_type: FileType,
}

/// What bytes that come have to be.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// What was signed.
    Signed(Signed),
    /// Any file that is taken: a form's post says nothing of its files beforehand.
    Any,
}

/// What bytes turned out to be.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// How many.
    pub size: u64,
    /// Of which type, by content.
    pub file_type: FileType,
    /// Their hash.
    pub hash: [u8; 32],
}

/// What has passed of a file so far.
#[derive(Debug)]
pub(super) struct Passed {
    wanted: Wanted,
    count: u64,
    first: Vec<u8>,
    judged: Option<FileType>,
    hasher: blake3::Hasher,
}

impl Passed {
    pub(super) fn new(wanted: Wanted) -> Passed {
        Passed { wanted, count: 0, first: Vec::new(), judged: None, hasher: blake3::Hasher::new() }
    }

    pub(super) fn take(&mut self, piece: &[u8]) -> Result<(), GatewayError> {
        self.count += piece.len() as u64;
        let whole = match self.wanted {
            Wanted::Signed(signed) if self.count > signed.size => return Err(GatewayError::LengthMismatch),
            Wanted::Any if self.count > shared::FILE_BYTES => return Err(GatewayError::FileTooLarge),
            Wanted::Signed(signed) => self.count == signed.size,
            Wanted::Any => false,
        };
        self.hasher.update(piece);
        if self.judged.is_none() {
            let missing = shared::SNIFF_BYTES - self.first.len();
            self.first.extend_from_slice(&piece[..missing.min(piece.len())]);
            if self.first.len() == shared::SNIFF_BYTES || whole {
                self.judge()?;
            }
        }
        Ok(())
    }

    /// By the first bytes, as soon as there are enough of them.
    fn judge(&mut self) -> Result<FileType, GatewayError> {
        let found = FileType::of_content(&self.first);
        let file_type = match self.wanted {
            Wanted::Signed(signed) => found.filter(|found| *found == signed.file_type).ok_or(GatewayError::ContentMismatch)?,
            Wanted::Any => found.ok_or(GatewayError::TypeNotAllowed)?,
        };
        self.judged = Some(file_type);
        Ok(file_type)
    }

    pub(super) fn end(mut self) -> Result<Judged, GatewayError> {
        if let Wanted::Signed(signed) = self.wanted
            && self.count < signed.size
        {
            return Err(GatewayError::LengthMismatch);
        }
        let file_type = match self.judged {
            Some(file_type) => file_type,
            None => self.judge()?,
        };
        Ok(Judged { size: self.count, file_type, hash: self.hasher.finalize().into() })
    }
}
