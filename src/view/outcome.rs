//! The end: a small reward, and what is worth keeping of it.

use leptos::prelude::*;

use super::Context;
use super::element::element;
use super::icon::Icon;
use crate::form::{Done, Event};
use crate::text::Text;

/// What was registered. Its heading gets the focus.
pub(super) fn view(context: Context, done: Done) -> AnyView {
    let heading = match (&done.product, done.queued) {
        (_, true) => context.say(Text::DoneQueued),
        (Some(product), false) => context.say_with(Text::DoneProduct, "product", product),
        (None, false) => context.say(Text::Done),
    };
    let mut end = element("div").with("class", "card done").with("part", "card done").with("data-state", "done").children([
        element("span").with("class", "tick").child(Icon::Tick.draw()).view(),
        element("h2").with("tabindex", "-1").with("data-heading", "").text(heading).view(),
    ]);
    if done.earlier {
        end = end.child(element("p").with("class", "note").children(Icon::Exclamation.beside(context.say(Text::DoneEarlier))).view());
    }
    if let Some(number) = done.number {
        let copy = context.say(if done.copied { Text::Copied } else { Text::Copy });
        let line = element("p").with("class", "number").children([
            element("span").with("class", "unseen").text(context.say(Text::Number)).view(),
            element("bdi").with("translate", "no").text(number).view(),
            element("button").with("type", "button").with("class", "btn").on_click(context, Event::CopyPressed).text(copy).view(),
        ]);
        end = end.child(line.view());
    }
    let mut facts = element("dl");
    for (nth, serial) in done.serial_numbers.into_iter().enumerate() {
        if nth == 0 {
            facts = facts.child(element("dt").text(context.say(Text::SerialNumber)).view());
        }
        facts = facts
            .child(element("dd").with("class", "serial").with("dir", "ltr").with("lang", "en").with("translate", "no").text(serial).view());
    }
    if let Some(date) = done.purchase_date {
        facts = facts.child(element("dt").text(context.say(Text::PurchaseDate)).view());
        facts = facts.child(element("dd").with("dir", "ltr").text(date).view());
    }
    end.child(facts.view()).view()
}
