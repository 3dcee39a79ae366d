//! Uploads: who may send which file where, and the bytes that come.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::future::try_join_all;
use futures_util::{Stream, StreamExt};
use regcard_protocol::limits as shared;
use regcard_protocol::receipt::{FileType, UploadAnswer, UploadRequest};
use tokio::time::timeout;

use crate::app::App;
use crate::clock;
use crate::forward;
use crate::health;
use crate::limits;
use crate::problem::GatewayError;
use crate::receipts::{Come, Signed, SignedPut, Wanted};
use crate::secrets::hex;
use crate::store::{FileReference, Merchant, Mode, NewReceipts, NewUpload, Stored, Upload, UploadState, Upstream};
use crate::test_keys;
use crate::token::Grant;

/// A file that may be uploaded, and where.
#[derive(Clone, Debug)]
pub struct Granted {
    /// Its number.
    pub id: String,
    /// Where the bytes go.
    pub signed_request: String,
    /// Where they can be read afterwards.
    pub url: String,
    /// What has to be sent along, as it was signed.
    pub headers: Vec<(&'static str, String)>,
}

impl From<Granted> for UploadAnswer {
    fn from(granted: Granted) -> UploadAnswer {
        UploadAnswer {
            upload_id: granted.id,
            signed_request: granted.signed_request,
            headers: granted.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            expires_in: u32::try_from(limits::GRANT_SECONDS).unwrap_or_default(),
        }
    }
}

/// Whether the bytes came now, or were here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Now.
    Now,
    /// The same bytes came before.
    Before,
}

/// Signs one upload of this size and type.
///
/// # Errors
/// 413, 415 or 422 for a file that is not taken; 507 if there is no room for it.
pub async fn grant(app: &App, merchant: &Merchant, sid: Option<String>, request: &UploadRequest) -> Result<Granted, GatewayError> {
    if request.file_size == 0 {
        return Err(GatewayError::field("/fileSize", "file", "is empty"));
    }
    if request.file_size > shared::FILE_BYTES {
        return Err(GatewayError::FileTooLarge);
    }
    let file_type = FileType::parse(&request.file_type).ok_or(GatewayError::TypeNotAllowed)?;
    room(app, merchant)?;
    let mut upload = new_upload(app, merchant, sid, &request.file_name, file_type, request.file_size)?;
    if merchant.mode == Mode::Test {
        test_keys::upload(&upload.file_name).await?;
    }
    let granted = match &merchant.mode {
        Mode::Own | Mode::Test => match app.receipts.signer() {
            None => here(app, &upload, file_type)?,
            Some(signer) => {
                // A card sends what it is told to send; a script of a merchant's server the type as it named it, and nothing else.
                let from_page = upload.sid.is_some();
                let sent = if from_page { file_type.media_type() } else { request.file_type.trim() };
                let SignedPut { url, headers } = signer.put(&upload, sent, from_page);
                Granted { id: upload.id.clone(), signed_request: url, url: app.receipt_url(&upload.receipt), headers }
            }
        },
        Mode::Forward(upstream) => {
            let granted = upstream_grant(app, merchant, upstream, &upload, file_type).await?;
            upload.upstream_url = Some(granted.url.clone());
            granted
        }
    };
    app.store.add_upload(upload, app.clock.millis()).await?;
    Ok(granted)
}

/// Whether one more file may come. One that is kept elsewhere always may.
///
/// # Errors
/// 507 if it would be kept on a disk of which less is free than there has to be.
pub fn room(app: &App, merchant: &Merchant) -> Result<(), GatewayError> {
    let here = match merchant.mode {
        Mode::Own | Mode::Test => app.receipts.signer().is_none(),
        Mode::Forward(_) => false,
    };
    if here && !health::has_room_for_files(app) { Err(GatewayError::NoRoomForFiles) } else { Ok(()) }
}

/// Keeps a file that came within a form's post, here or at the merchant's upstream. The upload's number.
///
/// # Errors
/// What the store, the disk or the upstream refuses. Nothing is left of the file here then.
pub async fn keep(app: &App, merchant: &Merchant, sid: &str, name: &str, come: Come) -> Result<String, GatewayError> {
    let judged = come.judged;
    let mut upload = new_upload(app, merchant, Some(sid.to_owned()), name, judged.file_type, judged.size)?;
    let id = upload.id.clone();
    if merchant.mode == Mode::Test {
        test_keys::upload(name).await?;
    }
    match &merchant.mode {
        Mode::Own | Mode::Test => {
            app.store.add_upload(upload.clone(), app.clock.millis()).await?;
            let stored = app.receipts.keep(come, &upload).await?;
            app.store.upload_stored(id.clone(), stored).await?;
        }
        Mode::Forward(upstream) => {
            let granted = upstream_grant(app, merchant, upstream, &upload, judged.file_type).await?;
            let bytes = come.read().await.map_err(GatewayError::File)?;
            app.upstreams.put(&granted.signed_request, judged.file_type, judged.size, bytes).await?;
            upload.upstream_url = Some(granted.url);
            app.store.add_upload(upload, app.clock.millis()).await?;
        }
    }
    Ok(id)
}

/// Looks at the files that registrations name and that were to go straight to a bucket: before the transaction, which asks no network.
/// A file that is not there, or not what was signed, is refused by that as any other.
///
/// # Errors
/// If the bucket cannot be asked now. Nothing is lost by that: the same may be sent again.
pub async fn look_at<'a>(
    app: &App,
    merchant: &str,
    sid: Option<&str>,
    fields: impl IntoIterator<Item = &'a NewReceipts>,
) -> Result<(), GatewayError> {
    if app.receipts.signer().is_none() {
        return Ok(());
    }
    let looks = fields.into_iter().flat_map(|field| &field.files).map(async |file| {
        let upload = match file {
            FileReference::Upload(id) => app.store.upload(id.clone()).await?.filter(|upload| upload.about.sid.as_deref() == sid),
            FileReference::Receipt(receipt) => app.store.receipt(receipt.clone()).await?,
        };
        match upload.filter(|upload| upload.about.merchant == merchant) {
            Some(upload) => app.receipts.look(app.store.as_ref(), &upload).await,
            None => Ok(()),
        }
    });
    try_join_all(looks).await.map(drop)
}

/// Whether this can be an upload's number. What cannot is not looked for: not every database can be asked for any text.
pub fn can_be_number(text: &str) -> bool {
    !text.contains(char::is_control)
}

fn new_upload(
    app: &App,
    merchant: &Merchant,
    sid: Option<String>,
    name: &str,
    file_type: FileType,
    file_size: u64,
) -> Result<NewUpload, GatewayError> {
    Ok(NewUpload {
        id: clock::new_id(&app.clock),
        receipt: hex(&clock::random::<16>()?),
        merchant: merchant.id.clone(),
        sid,
        file_name: kept_name(name),
        file_type: file_type.media_type().to_owned(),
        file_size,
        upstream_url: None,
    })
}

fn here(app: &App, upload: &NewUpload, file_type: FileType) -> Result<Granted, GatewayError> {
    let grant = Grant {
        v: 1,
        uid: upload.id.clone(),
        mid: upload.merchant.clone(),
        t: upload.file_type.clone(),
        z: upload.file_size,
        exp: app.clock.seconds() + limits::GRANT_SECONDS,
    };
    let signed_request = format!("{}/v1/uploads/{}", app.public_url, app.tokens.seal_grant(&grant)?);
    Ok(Granted { id: upload.id.clone(), signed_request, url: app.receipt_url(&upload.receipt), headers: typed(file_type) })
}

fn typed(file_type: FileType) -> Vec<(&'static str, String)> {
    vec![("Content-Type", file_type.media_type().to_owned())]
}

/// The upstream's address is handed on as it is. It is told a neutral name: the name may stand in a public address there.
async fn upstream_grant(
    app: &App,
    merchant: &Merchant,
    upstream: &Upstream,
    upload: &NewUpload,
    file_type: FileType,
) -> Result<Granted, GatewayError> {
    let client = forward::client(app, merchant, upstream).await?;
    let name = format!("receipt-{}.{}", &upload.receipt[..12], file_type.ending());
    let signed = match client.upload_file(&name, file_type.media_type(), upload.file_size).await {
        Ok(signed) => signed,
        Err(trouble) => return Err(forward::unanswered(app, merchant, upstream, trouble).await),
    };
    forward::answered(app, merchant, upstream).await;
    if let Some(origin) = signed.origin.filter(|origin| !merchant.upload_origins.contains(origin)) {
        app.store.add_upload_origin(merchant.id.clone(), origin).await?;
    }
    Ok(Granted { id: upload.id.clone(), signed_request: signed.signed_request, url: signed.url, headers: typed(file_type) })
}

/// Takes the bytes that come to a signed address.
///
/// # Errors
/// 403 for an address that is not good, 409 if another file is there, 411, 413, 400 or 415 for bytes that were not signed.
pub async fn put(app: &App, grant: &str, headers: &HeaderMap, body: Body) -> Result<Taken, GatewayError> {
    let mut body = body.into_data_stream();
    let taken = timeout(limits::UPLOAD_TOTAL, take(app, grant, headers, &mut body)).await.unwrap_or(Err(GatewayError::RequestTimeout));
    if taken.is_err() {
        read_past(&mut body).await;
    }
    taken
}

async fn take<E>(
    app: &App,
    grant: &str,
    headers: &HeaderMap,
    body: &mut (impl Stream<Item = Result<bytes::Bytes, E>> + Unpin),
) -> Result<Taken, GatewayError> {
    let grant = app.tokens.open_grant(grant, app.clock.seconds()).map_err(|_| GatewayError::GrantInvalid)?;
    let signed = signed(&grant, headers)?;
    let _turn = app.receipts.disk.turn(&grant.uid).ok_or(GatewayError::Unavailable)?;
    let upload = app.store.upload(grant.uid.clone()).await?.filter(|upload| upload.about.merchant == grant.mid);
    let upload = upload.ok_or(GatewayError::GrantInvalid)?;
    match upload.state {
        UploadState::Granted => {
            let hash = app.receipts.disk.take(&upload.about.receipt, signed, body).await?;
            let stored = app.store.upload_stored(grant.uid.clone(), Stored { hash: Some(hash), etag: None }).await?;
            if !stored && app.store.upload(grant.uid).await?.is_none() {
                // What named it was erased while it came, and so is it.
                app.receipts.disk.erase(&upload.about.receipt).await.map_err(GatewayError::File)?;
                return Err(GatewayError::GrantInvalid);
            }
            Ok(Taken::Now)
        }
        UploadState::Stored | UploadState::Attached => again(app, &upload, signed, body).await,
    }
}

/// The same bytes a second time are no fault: the first answer may have been lost.
async fn again<E>(
    app: &App,
    upload: &Upload,
    signed: Signed,
    body: &mut (impl Stream<Item = Result<bytes::Bytes, E>> + Unpin),
) -> Result<Taken, GatewayError> {
    match app.receipts.disk.compare(Wanted::Signed(signed), body).await {
        Ok(judged) if upload.hash.as_deref() == Some(&judged.hash[..]) => Ok(Taken::Before),
        Ok(_) | Err(GatewayError::ContentMismatch) => Err(GatewayError::AlreadyUploaded),
        Err(error) => Err(error),
    }
}

/// Compares what is announced with what was signed, before a byte is read.
fn signed(grant: &Grant, headers: &HeaderMap) -> Result<Signed, GatewayError> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    match length {
        None => return Err(GatewayError::LengthRequired),
        Some(length) if length > grant.z => return Err(GatewayError::FileTooLarge),
        Some(length) if length < grant.z => return Err(GatewayError::LengthMismatch),
        Some(_) => {}
    }
    let file_type = FileType::parse(&grant.t).ok_or(GatewayError::GrantInvalid)?;
    let announced = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(FileType::parse);
    if announced != Some(file_type) {
        return Err(GatewayError::ContentMismatch);
    }
    Ok(Signed { size: grant.z, file_type })
}

/// A browser shows an answer only once its upload has gone out; what is left of it is read past, within reason.
async fn read_past<E>(body: &mut (impl Stream<Item = Result<bytes::Bytes, E>> + Unpin)) {
    let rest = async {
        let mut left = shared::FILE_BYTES;
        while let Some(Ok(piece)) = body.next().await {
            left = left.saturating_sub(piece.len() as u64);
            if left == 0 {
                break;
            }
        }
    };
    // Whether it came to an end or not, the answer goes out now.
    let _ended = timeout(limits::BODY_TOTAL, rest).await;
}

/// A file's name for people to recognise it by: one line, without what cannot be shown.
pub fn kept_name(name: &str) -> String {
    let shown =
        |character: &char| !character.is_control() && !matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '/' | '\\');
    name.chars().filter(shown).take(shared::FILE_NAME_CHARS).collect()
}
