//! Sending a receipt: from the browser straight to the signed address, by XMLHttpRequest, since fetch tells no progress.
//!
//! The file itself never enters wasm's memory; only its first bytes do, to judge its type.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use js_sys::{Promise, Uint8Array};
use regcard_protocol::by_key::ByKey;
use regcard_protocol::limits;
use regcard_protocol::receipt::{FileType, UploadRequest};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::clock::pause;
use super::gateway::{Answer, written};
use super::shell::Shell;
use crate::form::{CallFault, Event, FileFacts, UploadFault};

/// Pauses before a file that was cut off is sent again: long enough for a lift or a tunnel. Milliseconds.
const RETRY_AFTER_MS: [i32; 3] = [1_000, 3_000, 5_000];

/// A file on its way.
pub(super) struct Running {
    pub(super) field: usize,
    /// Which of the card's uploads it is.
    pub(super) attempt: u32,
    /// None while its address is still being asked for.
    pub(super) request: Option<XmlHttpRequest>,
}

impl Running {
    /// Stops it. What has arrived is thrown away by the gateway.
    pub(super) fn abort(self) {
        if let Some(request) = self.request {
            drop(request.abort());
        }
    }
}

/// What a file is, by its name, its size and its first bytes. `None` if it cannot be read.
pub(super) async fn facts(file: &File) -> Option<FileFacts> {
    let first = file.slice_with_f64_and_f64(0.0, limits::SNIFF_BYTES as f64).ok()?;
    let bytes = JsFuture::from(first.array_buffer()).await.ok()?;
    let kind = FileType::of_content(&Uint8Array::new(&bytes).to_vec());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number below 2^53")]
    Some(FileFacts { name: file.name(), size: file.size() as u64, kind })
}

/// Sends a file, again if it is cut off, to a new address where the old one is no longer good.
pub(super) async fn run(shell: Weak<Shell>, field: usize, attempt: u32, file: File, facts: FileFacts) {
    let Some(kind) = facts.kind else { return };
    let asked = UploadRequest { file_name: facts.name, file_type: kind.media_type().to_owned(), file_size: facts.size };
    let mut grant: Option<Answer> = None;
    let mut pauses = RETRY_AFTER_MS.into_iter();
    loop {
        let Some(current) = shell.upgrade() else { return };
        if grant.is_none() {
            match current.gateway.post("/v1/upload_file", written(&asked), None, None).await {
                Ok(answer) => grant = Some(answer),
                Err(CallFault::NoAnswer) => {}
                Err(fault) => return current.dispatch(Event::UploadFailed(field, attempt, UploadFault::Call(fault))),
            }
        }
        if let Some(answer) = &grant {
            match put(&current, field, attempt, &file, &answer.signed_request, &answer.headers).await {
                200..300 => return current.dispatch(Event::Uploaded(field, attempt, answer.upload_id.clone())),
                // Nothing answered: what was sent may be there, and the same address takes the same bytes again.
                0 | 408 | 500.. => {}
                _ => grant = None,
            }
        }
        if !current.is_uploading(field, attempt) {
            return;
        }
        let Some(ms) = pauses.next() else {
            return current.dispatch(Event::UploadFailed(field, attempt, UploadFault::Cut));
        };
        drop(current);
        pause(ms).await;
    }
}

/// One PUT; answers its status, 0 if no answer came.
async fn put(shell: &Rc<Shell>, field: usize, attempt: u32, file: &File, url: &str, headers: &ByKey<String>) -> u16 {
    let Ok(request) = XmlHttpRequest::new() else { return 0 };
    if !shell.hold_upload(field, attempt, &request) {
        return 0;
    }
    let mut moved = None;
    let mut ended = None;
    let promise = Promise::new(&mut |resolve, _| {
        let weak = Rc::downgrade(shell);
        let told = Cell::new(-1.0);
        let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            // A percent at a time is enough to see, and the view is left alone otherwise.
            let percent = (event.loaded() * 100.0 / event.total().max(1.0)).floor();
            if told.replace(percent) < percent
                && let Some(shell) = weak.upgrade()
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes of a file")]
                shell.dispatch(Event::UploadMoved(field, attempt, event.loaded() as u64));
            }
        });
        let on_end = Closure::<dyn FnMut()>::new(move || drop(resolve.call0(&JsValue::NULL)));
        if let Ok(upload) = request.upload() {
            upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        }
        request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
        moved = Some(on_progress);
        ended = Some(on_end);
    });
    let sent = request
        .open("PUT", url)
        .and_then(|()| headers.iter().try_for_each(|(name, value)| request.set_request_header(name, value)))
        .and_then(|()| request.send_with_opt_blob(Some(file)));
    if sent.is_ok() {
        drop(JsFuture::from(promise).await);
    }
    request.set_onloadend(None);
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(None);
    }
    drop((moved, ended));
    request.status().unwrap_or(0)
}
