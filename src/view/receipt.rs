//! The receipt: a place to drop files on, and what becomes of each.
//!
//! The file input lies over the whole place, unseen but real: a click, a drop and the keyboard reach it before any script
//! is there, and it is the one that holds the files. What is chosen in it is heard by the shell.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::limits;
use regcard_protocol::receipt::FileType;

use super::element::{Element, element, live, nothing};
use super::field::named;
use super::icon::Icon;
use super::{Context, Shown, plain};
use crate::form::{Event, FormState, Receipt, Way};
use crate::text::Text;

/// The control of the field at this position.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    let control = element("input")
        .with("part", "input")
        .with("type", "file")
        .with("accept", FileType::ACCEPT)
        .flag("multiple", definition.several)
        .with_live("data-upload", live(move || context.field(index, |field| Some(field.upload().to_owned()))));
    let most = if definition.several { limits::FILES } else { 1 };
    // A place for each file that can be there: a button that has the focus keeps it while the file gets on.
    let control = named(context, index, definition, control).view();
    let mut drop = element("div").with("class", "drop").with("part", "receipt").child(control);
    for nth in 0..most {
        let there = move |state: &FormState| receipt(state, index, nth).is_some();
        drop = drop.child(context.part(
            move |state| Shown::Whether(there(state)),
            move || match context.peek(there) {
                true if context.plain() => plain::kept(context, index, nth),
                true => file(context, index, nth),
                false => nothing(),
            },
        ));
    }
    let silent = move |state: &FormState| state.picker == Some((index, true));
    let hint = context.part(
        move |state| Shown::Whether(silent(state)),
        move || match context.peek(silent) {
            true => element("p").with("class", "hint").with("role", "status").text(context.say(Text::FileNothing)).view(),
            false => nothing(),
        },
    );
    prompt(context, index, definition.several, drop).child(hint).view()
}

fn receipt(state: &FormState, index: usize, nth: usize) -> Option<&Receipt> {
    state.fields.get(index)?.receipts().get(nth)
}

/// What can be done as long as there is room for a file.
fn prompt(context: Context, index: usize, several: bool, drop: Element) -> Element {
    let room = move |wanted: usize| live(move || context.field(index, |field| (field.receipts().len() >= wanted).then(String::new)));
    let most = if several { limits::FILES } else { 1 };
    let limits = if several { Text::ReceiptLimitsSeveral } else { Text::ReceiptLimits };
    let words = element("p").child(element("b").text(context.say(Text::ReceiptPrompt)).view()).text(context.say(limits));
    let choose = element("span").with("class", "btn").with("aria-hidden", "true");
    // Only shown where there is a finger and, once the card is live, somebody to hear it.
    let camera = element("button").with("type", "button").with("class", "btn camera").on_click(context, Event::CameraPressed(index));
    let another = live(move || {
        context.field(index, |field| Some(context.say(if field.receipts().is_empty() { Text::ChooseFile } else { Text::AddFile })))
    });
    drop.child(words.with_live("hidden", room(1)).view())
        .child(choose.with_live("hidden", room(most)).live_text(another).view())
        .child(camera.with_live("hidden", room(most)).text(context.say(Text::Camera)).view())
}

/// One file, and how far it is.
fn file(context: Context, index: usize, nth: usize) -> AnyView {
    let read = move |read: fn(Context, &Receipt) -> Option<String>| {
        live(move || context.read(|state| receipt(state, index, nth).and_then(|receipt| read(context, receipt))))
    };
    let name = element("span").with("class", "name").with("dir", "auto").live_text(read(|_, receipt| Some(receipt.file.name.clone())));
    let again = element("button")
        .with("type", "button")
        .with("class", "link")
        .on_click(context, Event::UploadRetried(index, nth))
        .with_live("hidden", read(|_, receipt| (!receipt.has_failed()).then(String::new)))
        .text(context.say(Text::TryAgain));
    // One button all the while, with the file's name for those who do not see which row it stands in.
    let button = element("button")
        .with("type", "button")
        .with("class", "link")
        .on_click(context, Event::FileRemoved(index, nth))
        .with_live("aria-label", read(|context, receipt| Some(format!("{} {}", to_remove(context, receipt), receipt.file.name))))
        .live_text(read(|context, receipt| Some(to_remove(context, receipt))));
    let progress = element("progress")
        .with("max", "100")
        .with_live("value", read(|_, receipt| percent(receipt).map(|percent| percent.to_string())))
        .with_live("aria-label", read(|_, receipt| Some(receipt.file.name.clone())))
        .with_live("hidden", read(|_, receipt| (!receipt.is_under_way()).then(String::new)));
    let received = element("span").with_live("hidden", read(|_, receipt| (!is_stored(receipt)).then(String::new))).child(Icon::Tick.draw());
    let status = element("span")
        .with("role", "status")
        .with_live("class", read(|_, receipt| Some(if is_stored(receipt) { "say good" } else { "hint" }.to_owned())))
        .child(received.view())
        .live_text(read(words));
    let file = element("div").with("class", "file").child(name.view()).child(again.view()).child(button.view());
    file.child(progress.view()).child(status.view()).view()
}

fn to_remove(context: Context, receipt: &Receipt) -> String {
    context.say(if receipt.is_under_way() { Text::Cancel } else { Text::Remove })
}

fn is_stored(receipt: &Receipt) -> bool {
    matches!(receipt.way, Way::Stored(_))
}

fn percent(receipt: &Receipt) -> Option<u8> {
    match receipt.way {
        Way::Sending(percent) => Some(percent),
        Way::Preparing | Way::Waiting | Way::Stored(_) | Way::Failed => None,
    }
}

/// How far it is, in words. They change with each quarter, not with each percent, for those who have them read out.
fn words(context: Context, receipt: &Receipt) -> Option<String> {
    match receipt.way {
        Way::Preparing => Some(context.say(Text::Preparing)),
        Way::Sending(percent) => Some(context.say_with(Text::UploadPercent, "percent", &(percent / 25 * 25).to_string())),
        Way::Waiting => Some(context.say(Text::WaitingForNetwork)),
        Way::Stored(_) => Some(context.say(Text::UploadStored)),
        Way::Failed => None,
    }
}
