//! Doing what the form wants done: the only place where an effect becomes a request, a timer or a move of the focus.

use std::rc::Rc;

use regcard_protocol::receipt::FileType;
use regcard_protocol::serial_number::{CheckAnswer, CheckRequest};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, HtmlInputElement};

use super::clock::{new_key, pause, today};
use super::gateway::{Answer, read, written};
use super::shell::Shell;
use super::task::spawn;
use super::{controls, focus, kept, page, upload};
use crate::form::{CallFault, Effect, Event, Place, StatusResult};

/// 350 ms after the last key: people type a serial number in groups, with pauses of 200 to 300 ms within a group.
const CHECK_AFTER_MS: i32 = 350;

/// 20 seconds in a picker: whoever looks for a receipt longer than that does no harm to be told what else there is.
const SILENT_AFTER_MS: i32 = 20_000;

/// A second, as the gateway's Retry-After asks for.
const ASK_AGAIN_AFTER_MS: i32 = 1_000;

/// Does one thing.
pub(super) fn run(shell: &Rc<Shell>, effect: Effect) {
    match effect {
        Effect::CheckLater(row, generation) => later(shell, CHECK_AFTER_MS, Event::CheckDue(row, generation)),
        Effect::Check(row, generation, serial_number) => check(shell, row, generation, serial_number),
        Effect::ConfirmAgain(serial_number) => {
            let weak = Rc::downgrade(shell);
            spawn(async move {
                let Some(shell) = weak.upgrade() else { return };
                // Whatever is answered tells nothing, so that there is nothing to do with it.
                let asked = written(&CheckRequest { serial_number });
                drop(shell.gateway.post("/v1/registrations/confirmation", asked, None, None).await);
            });
        }
        Effect::AbortCheck(row) => shell.abort_check(row),
        Effect::Fill(place, text) => {
            // A row that was added with the same event stands in the document only after this turn.
            let weak = Rc::downgrade(shell);
            spawn(async move {
                pause(0).await;
                if let Some(control) = weak.upgrade().and_then(|shell| controls::at(&shell.root, place)) {
                    controls::fill(&control, &text);
                }
            });
        }
        Effect::Upload(field, id) => upload::start(shell, field, id),
        Effect::ForgetFile(id) => shell.forget_file(id),
        Effect::HoldFiles(field) => {
            if let Some(input) = file_input(shell, field) {
                upload::hold(&input, shell, field);
            }
        }
        Effect::OpenCamera(field) => {
            if let Some(input) = file_input(shell, field) {
                open_camera(&input);
            }
        }
        Effect::AwaitFiles(field) => later(shell, SILENT_AFTER_MS, Event::PickerSilent(field)),
        Effect::Gather => gather(shell),
        Effect::Send(key, body) => {
            let weak = Rc::downgrade(shell);
            spawn(async move {
                let Some(shell) = weak.upgrade() else { return };
                let answer = shell.gateway.post("/v1/registrations", written(&body), Some(&key), None).await;
                shell.dispatch(Event::Sent(answer.and_then(read).map(|answer| answer.registrations)));
            });
        }
        Effect::AskStatus(key) => ask_status(shell, key, 0, Event::StatusKnown),
        Effect::AskStatusLater(key) => ask_status(shell, key, ASK_AGAIN_AFTER_MS, Event::StatusKnown),
        Effect::AskEarlier(key) => ask_status(shell, key, 0, Event::EarlierKnown),
        Effect::KeepKey(key) => kept::put(&shell.gateway, key.as_deref()),
        Effect::FocusSummary => focus_on(shell, "[data-summary]"),
        Effect::FocusDone => focus_on(shell, "[data-heading]"),
        Effect::Focus(place) => {
            let weak = Rc::downgrade(shell);
            spawn(async move {
                pause(0).await;
                if let Some(control) = weak.upgrade().and_then(|shell| controls::at(&shell.root, place)) {
                    focus::to(&control, true);
                }
            });
        }
        Effect::Copy(text) => copy(shell, text),
        Effect::Calendar(title, day) => shell.extras.call("calendar", &[title.into(), day.into()]),
        Effect::Print => shell.extras.call("print", &[shell.root.clone().into()]),
        Effect::Emit(event) => page::tell(&shell.host, &event),
    }
}

fn later(shell: &Rc<Shell>, ms: i32, event: Event) {
    let weak = Rc::downgrade(shell);
    spawn(async move {
        pause(ms).await;
        if let Some(shell) = weak.upgrade() {
            shell.dispatch(event);
        }
    });
}

fn check(shell: &Rc<Shell>, row: u32, generation: u32, serial_number: String) {
    let controller = AbortController::new().ok();
    let signal = controller.as_ref().map(AbortController::signal);
    if let Some(controller) = controller {
        shell.hold_check(row, controller);
    }
    let weak = Rc::downgrade(shell);
    spawn(async move {
        let Some(shell) = weak.upgrade() else { return };
        let answer = shell.gateway.post("/v1/serial_numbers/check", written(&CheckRequest { serial_number }), None, signal.as_ref()).await;
        let answer = answer.and_then(read).and_then(|Answer { status, serial_number, product, did_you_mean, .. }| {
            let status = status.ok_or(CallFault::Nonsense)?;
            Ok(CheckAnswer { status, serial_number, product, did_you_mean })
        });
        shell.dispatch(Event::Checked(row, generation, answer));
    });
}

fn gather(shell: &Rc<Shell>) {
    let allowed = page::may_submit(&shell.host);
    match new_key().filter(|_| allowed) {
        Some(key) => shell.dispatch(Event::Gathered(controls::answers(&shell.root), key, today())),
        None => shell.dispatch(Event::SubmitWithheld),
    }
}

fn ask_status(shell: &Rc<Shell>, key: String, after_ms: i32, tell: fn(StatusResult) -> Event) {
    let weak = Rc::downgrade(shell);
    spawn(async move {
        if after_ms > 0 {
            pause(after_ms).await;
        }
        let Some(shell) = weak.upgrade() else { return };
        let answer = shell.gateway.status(&key).await;
        shell.dispatch(tell(answer.map(|answer| answer.map(|answer| answer.registrations))));
    });
}

/// Moves the focus once the view has caught up with the state.
fn focus_on(shell: &Rc<Shell>, selector: &'static str) {
    let weak = Rc::downgrade(shell);
    spawn(async move {
        pause(0).await;
        if let Some(element) = weak.upgrade().and_then(|shell| shell.root.query_selector(selector).ok().flatten()) {
            focus::to(&element, true);
        }
    });
}

fn copy(shell: &Rc<Shell>, text: String) {
    let Some(window) = web_sys::window() else { return };
    // Pages without https have no clipboard; the number can still be selected.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).ok().filter(|value| !value.is_undefined());
    let Some(clipboard) = clipboard.and_then(|value| value.dyn_into::<web_sys::Clipboard>().ok()) else { return };
    let written = clipboard.write_text(&text);
    let weak = Rc::downgrade(shell);
    spawn(async move {
        if JsFuture::from(written).await.is_ok()
            && let Some(shell) = weak.upgrade()
        {
            shell.dispatch(Event::Copied(text));
        }
    });
}

/// The camera is the control's own picker with an attribute that it reads when it opens. For good it would lock everybody out who
/// has the receipt as a file.
fn open_camera(input: &HtmlInputElement) {
    drop(input.set_attribute("capture", "environment"));
    input.set_accept("image/*");
    input.click();
    input.set_accept(FileType::ACCEPT);
    drop(input.remove_attribute("capture"));
}

fn file_input(shell: &Shell, field: usize) -> Option<HtmlInputElement> {
    controls::at(&shell.root, Place::Field(field))?.dyn_into().ok()
}
