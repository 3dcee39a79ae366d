//! A file's way, as far as it leads through wasm: what it is by its first bytes, and an address from the gateway, whose token
//! stays here. Everything else (pictures, the PUT, its progress, trying again) is `www/extras/upload.js`, which is fetched when
//! somebody chooses a file. No file enters wasm's memory.

use std::rc::{Rc, Weak};

use js_sys::{Array, Uint8Array};
use regcard_protocol::limits;
use regcard_protocol::receipt::{FileType, UploadRequest};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, FileList, HtmlInputElement};

use super::gateway::{fault_to_js, status_of, written};
use super::shell::Shell;
use super::task::{promise, spawn};
use crate::form::{Event, FileFacts};

/// Takes files that were chosen for a field.
pub(super) fn pick(shell: &Rc<Shell>, field: usize, files: &FileList) {
    let mut picked = Vec::new();
    for nth in 0..files.length() {
        if let Some(file) = files.item(nth) {
            let (name, size, modified) = (file.name(), whole(file.size()), whole(file.last_modified()));
            picked.push(FileFacts { id: shell.hold_file(field, file), name, size, modified });
        }
    }
    shell.dispatch(Event::FilesPicked(field, picked));
}

/// Lets a control hold these files and no others.
pub(super) fn hold(input: &HtmlInputElement, shell: &Shell, field: usize) {
    let Ok(transfer) = DataTransfer::new() else { return };
    shell.give_files(field, &transfer.items());
    input.set_files(transfer.files().as_ref());
}

/// Sends a file; tells how it ended. What is said of a file that was let go of meanwhile, nobody hears.
pub(super) fn start(shell: &Rc<Shell>, field: usize, id: u32) {
    let Some((file, signal)) = shell.begin_upload(id) else { return };
    let weak = Rc::downgrade(shell);
    let asked = Closure::<dyn FnMut(String, JsValue) -> JsValue>::new(move |what: String, value: JsValue| {
        answer(&weak, field, id, &what, &value).unwrap_or(JsValue::UNDEFINED)
    });
    let sending = shell.extras.ask("upload", &[file.into(), signal.into(), shell.extras.function(), asked.as_ref().clone()]);
    let weak = Rc::downgrade(shell);
    spawn(async move {
        let ended = match sending {
            Some(sending) => JsFuture::from(sending).await,
            None => Err(JsValue::NULL),
        };
        drop(asked);
        if let Some(shell) = weak.upgrade() {
            shell.dispatch(match ended {
                Ok(upload_id) => Event::Uploaded(field, id, upload_id.as_string().unwrap_or_default()),
                Err(fault) => Event::UploadFailed(field, id, status_of(&fault)),
            });
        }
    });
}

/// What the module asks, or tells, on the way of a file.
fn answer(shell: &Weak<Shell>, field: usize, id: u32, what: &str, value: &JsValue) -> Option<JsValue> {
    let shell = shell.upgrade()?;
    match what {
        "type" => FileType::of_content(&value.dyn_ref::<Uint8Array>()?.to_vec()).map(|kind| kind.media_type().into()),
        "grant" => {
            let given = value.dyn_ref::<Array>()?;
            let size = whole(given.get(2).as_f64()?);
            let request = UploadRequest { file_name: given.get(0).as_string()?, file_type: given.get(1).as_string()?, file_size: size };
            let grant = async move {
                if size > limits::FILE_BYTES {
                    return Err(JsValue::from_f64(413.0));
                }
                shell.gateway.post("/v1/upload_file", written(&request), None, None).await.map_err(|fault| fault_to_js(&fault))
            };
            Some(promise(grant).into())
        }
        _ => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
            shell.dispatch(Event::UploadMoved(field, id, value.as_f64().map(|percent| percent as u8)));
            None
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes and times are whole numbers below 2^53")]
fn whole(number: f64) -> u64 {
    number as u64
}
