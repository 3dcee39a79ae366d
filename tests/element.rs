//! The card in a browser, without a gateway: taking over from a painted form, and going away again.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "what a story is told with may fail as loudly as the story itself")]

use js_sys::{Function, Object, Promise, Reflect};
use regcard::browser::mount::{Mounted, mount};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, Event, EventInit, HtmlElement, HtmlInputElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

wasm_bindgen_test_configure!(run_in_browser);

const CARD: &str = r#"{
  "form": {"serialNumbers": {"validate": true, "oneTime": true, "several": true}, "fields": [
    {"key": "customerName", "kind": "name", "required": true},
    {"key": "customerEmail", "kind": "email", "required": true},
    {"key": "productName", "kind": "product", "required": true},
    {"key": "serialNumber", "kind": "serial-number", "required": true},
    {"key": "purchaseDate", "kind": "purchase-date", "required": true},
    {"key": "shop", "kind": "choice", "label": "Shop", "choices": [{"value": "a", "label": "Alpha"}, {"value": "b"}]},
    {"key": "news", "kind": "consent", "label": "Tell me news"},
    {"key": "invoice", "kind": "receipt"}]},
  "texts": {"enter-name": "Enter your full name", "problem": "There is a problem", "upload-percent": "{percent} % sent"}
}"#;

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// A host with a painted form, as the loader leaves it: bare controls with the fields' names.
fn painted() -> (HtmlElement, ShadowRoot, Element) {
    let host: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&host).unwrap();
    let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).unwrap();
    let wrapper = document().create_element("div").unwrap();
    wrapper.set_class_name("regcard");
    let form = document().create_element("form").unwrap();
    for (name, kind) in [
        ("customerName", "text"),
        ("customerEmail", "text"),
        ("serialNumber", "text"),
        ("purchaseDate", "date"),
        ("news", "checkbox"),
        ("invoice", "file"),
    ] {
        let input = document().create_element("input").unwrap();
        input.set_attribute("name", name).unwrap();
        input.set_attribute("type", kind).unwrap();
        form.append_child(&input).unwrap();
    }
    wrapper.append_child(&form).unwrap();
    root.append_child(&wrapper).unwrap();
    (host, root, wrapper)
}

fn options(product: Option<&str>) -> JsValue {
    let options = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).unwrap();
    let card = js_sys::JSON::parse(CARD).unwrap();
    for part in ["form", "texts"] {
        set(part, &Reflect::get(&card, &part.into()).unwrap());
    }
    // Nobody answers there: the card has to stand on its own.
    set("gateway", &"http://127.0.0.1:9".into());
    set("key", &"pk_test_0000000000000000".into());
    set("slug", &"product-registration".into());
    set("page", &"http://127.0.0.1:9/form".into());
    if let Some(product) = product {
        set("product", &product.into());
    }
    options.into()
}

fn control(root: &ShadowRoot, name: &str) -> HtmlInputElement {
    root.query_selector(&format!("[name={name}]")).unwrap().unwrap().unchecked_into()
}

fn text(root: &ShadowRoot, selector: &str) -> String {
    root.query_selector(selector).unwrap().and_then(|element| element.text_content()).unwrap_or_default()
}

/// Lets the view catch up with the state.
async fn settle() {
    for _ in 0..3 {
        let promise = Promise::new(&mut |resolve, _| {
            web_sys::window().unwrap().set_timeout_with_callback(&resolve).unwrap();
        });
        JsFuture::from(promise).await.unwrap();
    }
}

fn fire(target: &Element, name: &str) {
    let init = EventInit::new();
    init.set_bubbles(true);
    init.set_cancelable(true);
    target.dispatch_event(&Event::new_with_event_init_dict(name, &init).unwrap()).unwrap();
}

fn mounted(painted: &(HtmlElement, ShadowRoot, Element), product: Option<&str>) -> Mounted {
    mount(painted.0.clone(), painted.2.clone(), options(product)).unwrap()
}

#[wasm_bindgen_test]
async fn what_was_typed_before_stays_with_focus_and_caret() {
    let painted = painted();
    let root = &painted.1;
    control(root, "customerName").set_value("Bartholomew");
    control(root, "purchaseDate").set_value("2026-01-02");
    control(root, "news").set_checked(true);
    control(root, "customerName").focus().unwrap();
    control(root, "customerName").set_selection_range(3, 5).unwrap();
    let card = mounted(&painted, None);
    assert!(!painted.2.is_connected(), "the painted form is replaced");
    assert_eq!(control(root, "customerName").value(), "Bartholomew");
    assert_eq!(control(root, "purchaseDate").value(), "2026-01-02");
    assert!(control(root, "news").checked());
    let active: HtmlInputElement = root.active_element().unwrap().unchecked_into();
    assert_eq!(
        (active.name().as_str(), active.selection_start().unwrap(), active.selection_end().unwrap()),
        ("customerName", Some(3), Some(5))
    );
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn the_live_form_keeps_the_language_and_the_direction_of_the_painted_one() {
    let painted = painted();
    painted.2.set_attribute("lang", "ar").unwrap();
    painted.2.set_attribute("dir", "rtl").unwrap();
    let card = mounted(&painted, None);
    let live = painted.1.query_selector(".regcard").unwrap().unwrap();
    assert!(live != painted.2);
    assert_eq!((live.get_attribute("lang").as_deref(), live.get_attribute("dir").as_deref()), (Some("ar"), Some("rtl")));
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_foreign_node_inside_the_painted_form_harms_nothing() {
    let painted = painted();
    let foreign = document().create_element("grammar-extension").unwrap();
    foreign.set_inner_html("<b>hello</b><input>");
    painted
        .2
        .first_element_child()
        .unwrap()
        .insert_before(&foreign, painted.2.first_element_child().unwrap().first_child().as_ref())
        .unwrap();
    control(&painted.1, "customerName").set_value("Ann");
    let card = mounted(&painted, None);
    assert_eq!(control(&painted.1, "customerName").value(), "Ann");
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_product_that_the_page_gives_is_shown_as_text() {
    let painted = painted();
    let card = mounted(&painted, Some("Espresso Duo"));
    settle().await;
    assert_eq!(text(&painted.1, "[data-given] b"), "Espresso Duo");
    let ask: HtmlElement = painted.1.query_selector("[data-ask]").unwrap().unwrap().unchecked_into();
    assert!(ask.hidden());
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_submit_with_faults_moves_the_focus_to_the_summary() {
    let painted = painted();
    let card = mounted(&painted, None);
    let root = &painted.1;
    fire(&root.query_selector("form").unwrap().unwrap(), "submit");
    settle().await;
    assert!(text(root, ".summary").contains("Enter your full name"), "{}", text(root, ".summary"));
    assert_eq!(root.active_element().unwrap().class_name(), "summary");
    assert_eq!(control(root, "customerName").get_attribute("aria-invalid").as_deref(), Some("true"));
    root.query_selector(".summary button").unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    settle().await;
    assert_eq!(root.active_element().unwrap().get_attribute("name").as_deref(), Some("customerName"));
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn rows_of_serial_numbers_are_added_and_keep_the_others() {
    let painted = painted();
    let root = &painted.1;
    control(root, "serialNumber").set_value("S1");
    let card = mounted(&painted, None);
    root.query_selector(".more").unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    settle().await;
    let rows = root.query_selector_all("[name=serialNumber]").unwrap();
    assert_eq!(rows.length(), 2);
    assert_eq!(rows.item(0).unwrap().unchecked_into::<HtmlInputElement>().value(), "S1");
    drop(card);
    painted.0.remove();
}

/// A module that sends files, in the loader's place: it keeps what it is asked, and ends when the test says so.
fn module(options: &JsValue) {
    let words =
        "window.asked = { name, file, signal, ask }; return new Promise((end, fail) => Object.assign(window.asked, { end, fail }));";
    Reflect::set(options, &"extra".into(), &Function::new_with_args("name, file, signal, extra, ask", words)).unwrap();
}

/// Runs a script that may use what the module was asked, and the file control.
fn script(root: &ShadowRoot, words: &str) -> JsValue {
    let control = control(root, "invoice");
    Function::new_with_args("input", &format!("const {{ asked }} = window; {words}")).call1(&JsValue::NULL, &control).unwrap()
}

/// Chooses a file, as a picker does.
fn choose(root: &ShadowRoot, name: &str) {
    script(root, &format!("const data = new DataTransfer(); data.items.add(new File(['x'], '{name}')); input.files = data.files;"));
    fire(&control(root, "invoice"), "change");
}

fn mounted_with_module(painted: &(HtmlElement, ShadowRoot, Element)) -> Mounted {
    let options = options(None);
    module(&options);
    mount(painted.0.clone(), painted.2.clone(), options).unwrap()
}

fn upload(root: &ShadowRoot) -> String {
    control(root, "invoice").get_attribute("data-upload").unwrap()
}

#[wasm_bindgen_test]
async fn a_file_is_judged_here_and_everything_else_is_the_modules() {
    let painted = painted();
    let root = &painted.1;
    let card = mounted_with_module(&painted);
    assert_eq!(upload(root), "none");
    choose(root, "receipt.png");
    settle().await;
    assert_eq!(upload(root), "sending");
    assert_eq!(script(root, "return asked.name + ' ' + asked.file.name;"), "upload receipt.png");
    assert_eq!(script(root, "return asked.ask('type', Uint8Array.of(0x89, 0x50, 0x4E, 0x47, 13, 10, 0x1A, 10));"), "image/png");
    assert!(script(root, "return asked.ask('type', new TextEncoder().encode('Dear shop'));").is_undefined());
    let promise: Promise = script(root, "return asked.ask('grant', ['a.png', 'image/png', 10485761]);").unchecked_into();
    assert_eq!(JsFuture::from(promise).await.unwrap_err(), 413, "nobody is asked");
    script(root, "asked.ask('moved', 40);");
    settle().await;
    assert_eq!(root.query_selector("progress").unwrap().unwrap().get_attribute("value").as_deref(), Some("40"));
    assert!(text(root, ".file").contains("25 % sent"), "{}", text(root, ".file"));
    script(root, "asked.end('u1');");
    settle().await;
    assert_eq!(upload(root), "stored");
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_file_that_is_called_off_or_taken_away_with_the_card_is_not_sent_on() {
    let painted = painted();
    let root = &painted.1;
    let card = mounted_with_module(&painted);
    choose(root, "first.png");
    settle().await;
    script(root, "window.first = asked.signal;");
    root.query_selector(".file .link:not([hidden])").unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    settle().await;
    assert_eq!(script(root, "return window.first.aborted && input.files.length === 0;"), true);
    assert_eq!(upload(root), "none");
    choose(root, "second.png");
    settle().await;
    assert_eq!(script(root, "window.second = asked.signal; return asked.signal.aborted;"), false);
    drop(card);
    assert_eq!(Function::new_no_args("return window.second.aborted;").call0(&JsValue::NULL).unwrap(), true);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_picker_that_is_closed_again_leaves_the_file_that_was_there() {
    let painted = painted();
    let root = &painted.1;
    let card = mounted_with_module(&painted);
    choose(root, "receipt.png");
    settle().await;
    fire(&control(root, "invoice"), "click");
    assert_eq!(script(root, "return input.files.length;"), 0, "the same one can be chosen again");
    fire(&control(root, "invoice"), "cancel");
    assert_eq!(script(root, "return input.files[0].name;"), "receipt.png");
    assert_eq!(upload(root), "sending");
    drop(card);
    painted.0.remove();
}

#[wasm_bindgen_test]
async fn a_hundred_mounts_leave_the_memory_as_it_was() {
    let memory = || {
        wasm_bindgen::memory()
            .unchecked_into::<js_sys::WebAssembly::Memory>()
            .buffer()
            .unchecked_into::<js_sys::ArrayBuffer>()
            .byte_length()
    };
    let mut after_fifty = 0;
    for turn in 0..100 {
        let painted = painted();
        let root = &painted.1;
        control(root, "serialNumber").set_value("S1");
        control(root, "serialNumber").focus().unwrap();
        let card = mounted_with_module(&painted);
        choose(root, "receipt.png");
        settle().await;
        // Removed before and after, by turns: hosts do both.
        if turn % 2 == 0 {
            painted.0.remove();
            drop(card);
        } else {
            drop(card);
            painted.0.remove();
        }
        settle().await;
        if turn == 50 {
            after_fifty = memory();
        }
    }
    assert_eq!(memory(), after_fifty);
}
