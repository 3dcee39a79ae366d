//! The receipt: a place to drop a file on, and what becomes of it.
//!
//! The file input lies over the whole place, unseen but real: a click, a drop and the keyboard reach it before any script
//! is there, and it is the one that holds the file.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::receipt::FileType;

use super::element::{element, live};
use super::field::named;
use super::icon::Icon;
use super::input::input;
use super::{Context, Shown, plain};
use crate::form::{Event, FileFacts, FormState, Receipt};
use crate::text::Text;

/// The control of the field at this position.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    let control = input(context, "file", move |_, _| Event::FilePicked(index))
        .with("accept", FileType::ACCEPT)
        .with_live("data-upload", live(move || context.field(index, |field| field.receipt().map(|receipt| receipt.word().to_owned()))));
    let held = move |state: &FormState| state.fields.get(index).and_then(|field| field.receipt().cloned());
    let own = definition.clone();
    let panel = context.part(
        move |state| held(state).map_or(Shown::Nothing, Shown::Receipt),
        move || match context.peek(held) {
            Some(Receipt::Sending { file, sent, .. }) => sending(context, index, &file, sent),
            Some(Receipt::Stored { file, upload_id }) if context.plain() => plain::kept(context, &own, &file, upload_id),
            Some(Receipt::Stored { file, .. }) => {
                let received = element("span").with("class", "say good").children(Icon::Tick.beside(context.say(Text::UploadStored)));
                vec![name(&file), button(context, Text::Remove, Event::FileRemoved(index)), received.view()].into_any()
            }
            Some(Receipt::Failed { file }) => {
                let again = button(context, Text::TryAgain, Event::UploadRetried(index));
                vec![name(&file), again, button(context, Text::Remove, Event::FileRemoved(index))].into_any()
            }
            Some(Receipt::None) | None => prompt(context),
        },
    );
    let control = named(context, index, definition, control).view();
    element("div").with("class", "drop").with("part", "receipt").child(control).child(panel).view()
}

fn prompt(context: Context) -> AnyView {
    let words = element("p").child(element("b").text(context.say(Text::ReceiptPrompt)).view()).text(context.say(Text::ReceiptLimits));
    let button = element("span").with("class", "btn").with("aria-hidden", "true").text(context.say(Text::ChooseFile));
    vec![words.view(), button.view()].into_any()
}

fn sending(context: Context, index: usize, file: &FileFacts, sent: u64) -> AnyView {
    let percent = (sent * 100).checked_div(file.size).unwrap_or(0).min(100).to_string();
    let words = context.say_with(Text::UploadPercent, "percent", &percent);
    let progress = element("progress").with("max", "100").with("value", percent).with("aria-label", words.clone());
    let said = element("span").with("class", "hint").text(words);
    vec![name(file), button(context, Text::Cancel, Event::FileRemoved(index)), progress.view(), said.view()].into_any()
}

/// What a file is called.
pub(super) fn name(file: &FileFacts) -> AnyView {
    element("span").with("class", "name").with("dir", "auto").text(file.name.clone()).view()
}

fn button(context: Context, text: Text, event: Event) -> AnyView {
    element("button").with("type", "button").with("class", "link").on_click(context, event).text(context.say(text)).view()
}
