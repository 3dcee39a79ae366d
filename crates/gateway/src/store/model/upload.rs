//! Files that are uploaded.

/// A file that may be uploaded.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Its number.
    pub id: String,
    /// Its receipt's address: 128 random bits.
    pub receipt: String,
    /// Whose.
    pub merchant: String,
    /// The session it belongs to.
    pub sid: Option<String>,
    /// What it is called.
    pub file_name: String,
    /// Media type.
    pub file_type: String,
    /// Bytes.
    pub file_size: u64,
    /// Where an upstream keeps it.
    pub upstream_url: Option<String>,
}

/// A file that was, or may be, uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// As it was noted.
    pub about: NewUpload,
    /// How far it is.
    pub state: UploadState,
    /// Of its bytes, once they are here.
    pub hash: Option<Vec<u8>>,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// It may come.
    Granted,
    /// It is here.
    Stored,
    /// A registration names it.
    Attached,
}
