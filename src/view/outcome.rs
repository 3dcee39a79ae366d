//! The end: a small reward, and what is worth keeping of it.

use leptos::prelude::*;

use super::element::{element, nothing};
use super::icon::Icon;
use super::{Context, plain};
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
        element("h2").with("tabindex", "-1").with("data-heading", "").flag("autofocus", context.plain()).text(heading).view(),
    ]);
    if done.earlier {
        end = end.child(element("p").with("class", "note").children(Icon::Exclamation.beside(context.say(Text::DoneEarlier))).view());
    }
    if let Some(number) = &done.number {
        end = end.child(to_copy(context, Text::Number, number, &done));
    }
    let (message, coupon, link, link_label) = context.peek(|state| {
        let form = &state.form;
        (form.end_message.clone(), form.end_coupon.clone(), form.end_link.clone(), form.end_link_label.clone())
    });
    if done.without_receipt {
        end = end.child(element("p").text(context.say(Text::DoneWithoutReceipt)).view());
    }
    end = end.children(message.map(|message| element("p").text(message).view()));
    if let Some(coupon) = coupon {
        end = end.child(element("p").text(context.say(Text::Coupon)).view()).child(to_copy(context, Text::Coupon, &coupon, &done));
    }
    let mut facts = element("dl");
    for (nth, serial) in done.serial_numbers.iter().enumerate() {
        if nth == 0 {
            facts = facts.child(element("dt").text(context.say(Text::SerialNumber)).view());
        }
        let number = element("dd").with("class", "serial").with("dir", "ltr").with("lang", "en").with("translate", "no");
        facts = facts.child(number.text(serial.clone()).view());
    }
    let until = done.warranty_until.map(|day| day.to_string());
    for (label, day) in [(Text::PurchaseDate, &done.purchase_date), (Text::WarrantyUntil, &until)] {
        if let Some(day) = day {
            facts = facts.child(element("dt").text(context.say(label)).view()).child(element("dd").text(context.day(day)).view());
        }
    }
    end = end.child(facts.view());
    let mut ways = element("p").with("class", "ways");
    if let Some(link) = link {
        let label = link_label.unwrap_or_else(|| context.say(Text::More));
        ways = ways.child(
            element("a").with("class", "btn").with("href", link).with("target", "_blank").with("rel", "noopener").text(label).view(),
        );
    }
    if context.plain() {
        return end.child(ways.child(plain::again(context, "btn", Text::Another)).view()).view();
    }
    if until.is_some() {
        let title = context.say_with(Text::CalendarTitle, "product", done.product.as_deref().unwrap_or_default());
        ways = ways.child(button(context, Text::Calendar, Event::CalendarPressed(title)));
    }
    let ways = ways.child(button(context, Text::Print, Event::PrintPressed)).child(button(context, Text::Another, Event::AnotherPressed));
    end.child(ways.view()).view()
}

fn button(context: Context, text: Text, event: Event) -> AnyView {
    element("button").with("type", "button").with("class", "btn").on_click(context, event).text(context.say(text)).view()
}

/// A number or code, with a button that copies it.
fn to_copy(context: Context, label: Text, value: &str, done: &Done) -> AnyView {
    let copied = done.copied.as_deref() == Some(value);
    let copy = if copied { Text::Copied } else { Text::Copy };
    let line = element("p").with("class", "number").children([
        element("span").with("class", "unseen").text(context.say(label)).view(),
        element("bdi").with("translate", "no").text(value).view(),
        if context.plain() { nothing() } else { button(context, copy, Event::CopyPressed(value.to_owned())) },
    ]);
    line.view()
}
