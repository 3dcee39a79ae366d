//! The end: a small reward, and what is worth keeping of it.

use leptos::prelude::*;

use super::Context;
use super::icon::Icon;
use crate::form::{Done, Event};
use crate::text::Text;

/// What was registered. Its heading gets the focus.
pub(super) fn view(context: Context, done: Done) -> impl IntoView {
    let heading = match (&done.product, done.queued) {
        (_, true) => context.say(Text::DoneQueued),
        (Some(product), false) => context.say_with(Text::DoneProduct, "product", product),
        (None, false) => context.say(Text::Done),
    };
    let earlier =
        done.earlier.then(|| view! { <p class={"note"}>{Icon::Exclamation.draw()} <span>{context.say(Text::DoneEarlier)}</span></p> });
    let number = done.number.map(|number| {
        let copied = if done.copied { Text::Copied } else { Text::Copy };
        view! {
            <p class={"number"}>
                <span class={"unseen"}>{context.say(Text::Number)} " "</span>
                <bdi translate={"no"}>{number}</bdi>
                <button type={"button"} class={"btn"} on:click=move |_| context.send(Event::CopyPressed)>{context.say(copied)}</button>
            </p>
        }
    });
    let serial_numbers = (!done.serial_numbers.is_empty()).then(|| {
        let each = done
            .serial_numbers
            .into_iter()
            .map(|serial| view! { <dd class={"serial"} dir={"ltr"} lang={"en"} translate={"no"}>{serial}</dd> })
            .collect_view();
        view! { <dt>{context.say(Text::SerialNumber)}</dt> {each} }
    });
    let bought = done.purchase_date.map(|date| view! { <dt>{context.say(Text::PurchaseDate)}</dt> <dd dir={"ltr"}>{date}</dd> });
    view! {
        <div class={"card done"} part={"card done"} data-state={"done"}>
            <span class={"tick"}>{Icon::Tick.draw()}</span>
            <h2 tabindex={"-1"} data-heading={""}>{heading}</h2>
            {earlier}
            {number}
            <dl>{serial_numbers} {bought}</dl>
        </div>
    }
}
