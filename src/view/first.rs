//! The first form, as HTML: what the hosted page shows, and what the loader paints as a tree.

use std::rc::Rc;

use leptos::prelude::{ElementChild, IntoAny, Owner, RenderHtml, RwSignal};
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;

use super::Local;
use super::card::{Card, CardProps};
use crate::form::{Answers, FormState};
use crate::text;

/// The card's wrapper, `<div class="regcard">…</div>`, with what has been answered before.
///
/// `language` is one that [`text::nearest`] names; `action` the hosted page's address.
pub fn render(form: &Form, slug: &str, language: &str, action: &str, answers: &Answers) -> String {
    Owner::new().with(|| {
        // The first form complains about nothing, so the day it is does not show.
        let any_day = Day::default();
        let state = RwSignal::new(FormState::new(form.clone(), slug, None, answers, any_day));
        let texts = text::table(language).into();
        let card = Card(CardProps { state, texts, local: local(), action: action.to_owned(), dispatch: Rc::new(drop) });
        let html = leptos::html::div().child(card).into_any().to_html();
        without_markers(&html.replacen("<div>", "<div class=\"regcard\">", 1))
    })
}

/// What can be had without a browser: days as they are written, countries by their English names.
fn local() -> Local {
    let countries = || text::countries().map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    Local { date: Box::new(str::to_owned), plural: Box::new(|_| String::new()), countries: Box::new(countries) }
}

/// Leptos' markers are for hydration; the loader and the hosted page have no use for them. No text holds a `<` of its own.
fn without_markers(html: &str) -> String {
    let mut parts = html.split("<!");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = if part.starts_with("--") { "-->" } else { ">" };
        clean.push_str(part.split_once(end).map_or("", |(_, rest)| rest));
    }
    // Void elements are built like any other here, and have no end tag in HTML.
    clean.replace("</input>", "").replace("</img>", "")
}
