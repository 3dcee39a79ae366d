//! Taking over from the painted form: the live one is mounted beside the document, gets what was typed, and replaces it
//! in one turn, with files, focus and caret where they were. The first start, a start after a failure and a card that
//! was taken out and put back are all this one way.

use std::rc::{Rc, Weak};

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::{AnyView, IntoAny, Owner, RwSignal, WithUntracked};
use leptos::tachys::view::any_view::AnyViewState;
use regcard_protocol::form::{FieldKind, Form};
use serde::Deserialize;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsError};
use web_sys::{Element, HtmlElement, HtmlInputElement, ShadowRoot};

use super::clock::today;
use super::extras::Extras;
use super::focus::Held;
use super::from_js::from_js;
use super::gateway::Gateway;
use super::hearing::Heard;
use super::local::local;
use super::shell::Shell;
use super::task::spawn;
use super::{controls, kept, page, panic, upload};
use crate::form::{CallFault, Effect, Event, FormState};
use crate::text::Texts;
use crate::view::Dispatch;
use crate::view::card::{Card, CardProps};

/// What the loader gives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    /// The form, of the gateway's answer about it.
    form: Form,
    /// The words, of the same answer.
    texts: Texts,
    /// Their language.
    #[serde(default)]
    lang: String,
    /// The gateway's origin.
    gateway: String,
    /// The publishable key.
    key: String,
    /// The form's name in URLs.
    slug: String,
    /// The hosted page.
    page: String,
    /// The product the page is about.
    #[serde(default)]
    product: Option<String>,
    /// Whether what was typed before a reload, or on an earlier visit, stands in the form again.
    #[serde(default)]
    restored: bool,
    /// Whether submit was pressed already.
    #[serde(default)]
    submit: bool,
}

/// A card that stands. Dropping it (`free`, in JavaScript) takes it away.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Mounted {
    parts: Option<Parts>,
}

struct Parts {
    shell: Rc<Shell>,
    handle: UnmountHandle<AnyViewState>,
    owner: Owner,
    _late_files: Vec<Closure<dyn FnMut()>>,
    heard: Heard,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

/// Puts the live form in the painted one's place. `host` is the element on the page, `painted` the wrapper to replace.
///
/// # Errors
/// Options that make no sense, or a document that refuses new elements. The painted form then stays.
#[wasm_bindgen]
pub fn mount(host: HtmlElement, painted: Element, options: wasm_bindgen::JsValue) -> Result<Mounted, JsError> {
    let extras = Extras::of(&options);
    panic::tell(&options);
    let options: Options = from_js(options)?;
    let active = painted.get_root_node().dyn_into::<ShadowRoot>().ok().and_then(|root| root.active_element());
    let held = Held::within(&painted, active);
    let answers = controls::answers(&painted);
    let document = painted.owner_document().ok_or_else(|| JsError::new("no document"))?;
    let wrapper: HtmlElement =
        document.create_element("div").ok().and_then(|element| element.dyn_into().ok()).ok_or_else(|| JsError::new("no element"))?;
    for name in ["class", "lang", "dir"] {
        if let Some(value) = painted.get_attribute(name) {
            drop(wrapper.set_attribute(name, &value));
        }
    }
    // By which the style sheet knows that there is somebody to hear a button.
    drop(wrapper.set_attribute("data-live", ""));

    let owner = Owner::new_root(None);
    let (shell, handle) = owner.with(|| {
        let mut first = FormState::new(options.form, &options.slug, options.product, &answers, today());
        first.restored = options.restored;
        let state = RwSignal::new(first);
        let gateway = Gateway::new(options.gateway, options.key, options.slug, options.lang.clone());
        let shell = Shell::new(state, host, wrapper.clone().into(), gateway, extras);
        let weak = Rc::downgrade(&shell);
        let dispatch: Dispatch = Rc::new(move |event| {
            if let Some(shell) = weak.upgrade() {
                shell.dispatch(event);
            }
        });
        let (texts, local, action) = (options.texts, local(&options.lang), options.page);
        let handle = mount_to(wrapper.clone(), move || -> AnyView { Card(CardProps { state, texts, local, action, dispatch }).into_any() });
        (shell, handle)
    });

    let late_files = take_files(&shell, &painted);
    painted.replace_with_with_node_1(&wrapper).map_err(|_| JsError::new("the painted form is gone"))?;
    if let Some(held) = &held {
        held.restore(&wrapper);
    }
    let heard = Heard::listen(&shell);
    start(&shell, held.as_ref(), options.submit);
    Ok(Mounted { parts: Some(Parts { shell, handle, owner, _late_files: late_files, heard }) })
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            // Removing the controls blurs them: nobody may listen any longer when that happens.
            parts.heard.end();
            parts.shell.end();
            drop(parts.handle);
            parts.owner.cleanup();
        }
    }
}

/// Moves the chosen files over, and listens on the painted controls: a dialog that was opened on one of them delivers
/// its file there, however long it is open.
fn take_files(shell: &Rc<Shell>, painted: &Element) -> Vec<Closure<dyn FnMut()>> {
    controls::file_inputs(painted)
        .into_iter()
        .map(|old| {
            move_files(shell, &old);
            let (weak, input) = (Rc::downgrade(shell), old.clone());
            let listener = Closure::<dyn FnMut()>::new(move || {
                if let Some(shell) = Weak::upgrade(&weak) {
                    move_files(&shell, &input);
                }
            });
            drop(old.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref()));
            listener
        })
        .collect()
}

fn move_files(shell: &Rc<Shell>, old: &HtmlInputElement) {
    let Some(files) = controls::files(old) else { return };
    let name = old.name();
    let named = |field: &regcard_protocol::form::Field| field.kind == FieldKind::Receipt && field.key == name;
    let Some(index) = shell.state.with_untracked(|state| state.form.fields.iter().position(named)) else { return };
    upload::pick(shell, index, &files);
}

/// What a card does once it stands: open its session, check what was typed before, send what was submitted before.
fn start(shell: &Rc<Shell>, held: Option<&Held>, submit: bool) {
    let weak = Rc::downgrade(shell);
    spawn(async move {
        let Some(shell) = weak.upgrade() else { return };
        if let Err(fault) = shell.gateway.open().await {
            if matches!(fault, CallFault::Problem(403, _, _)) {
                page::origin_refused(shell.gateway.origin());
            }
            shell.dispatch(Event::SessionFailed(fault));
        }
    });
    let rows: Vec<(u32, u32)> = shell.state.with_untracked(|state| state.rows().iter().map(|row| (row.id, row.generation)).collect());
    let mut typed_in = None;
    for (nth, (id, generation)) in rows.into_iter().enumerate() {
        if held.is_some_and(|held| held.is_in("serialNumber", nth)) {
            typed_in = Some(id);
            super::effects::run(shell, Effect::CheckLater(id, generation));
        } else {
            shell.dispatch(Event::SerialLeft(id));
        }
    }
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        drop(performance.mark("regcard:live"));
        drop(performance.mark("form-ready"));
    }
    if let Some(key) = kept::get(&shell.gateway) {
        shell.dispatch(Event::KeyFound(key));
    }
    page::ready(&shell.host);
    if submit {
        // Enter in a serial number, before anything could tell that it was a scanner's. People take longer to type one.
        shell.dispatch(typed_in.map_or(Event::SubmitPressed, Event::SerialScanned));
    }
}
