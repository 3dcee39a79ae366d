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
    /// Of its bytes, once they are here. Of what went straight to a bucket nobody has it.
    pub hash: Option<Vec<u8>>,
    /// Names the content in the bucket, once it was judged. Without one the file is on the disk.
    pub etag: Option<String>,
}

/// What is known of a file that has come.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// See [`Upload::hash`].
    pub hash: Option<[u8; 32]>,
    /// See [`Upload::etag`].
    pub etag: Option<String>,
}

/// A receipt that is to be erased. Nothing else in the store knows it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The upload's number.
    pub upload: String,
    /// The receipt's address.
    pub receipt: String,
    /// Whose it was.
    pub merchant: String,
    /// Whether it is in the bucket.
    pub in_bucket: bool,
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
