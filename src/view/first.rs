//! The first form, as HTML: what the hosted page shows, and what the loader paints as a tree.

use std::rc::Rc;

use leptos::prelude::{ElementChild, IntoAny, Owner, RenderHtml, RwSignal};
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;

use super::Local;
use super::card::{Card, CardProps};
use crate::form::{Answers, FormState};
use crate::text::{self, Words};

/// The card's wrapper, `<div class="regcard">…</div>`, with what has been answered before.
///
/// `action` is the hosted page's address.
pub fn render(form: &Form, slug: &str, words: &Words, action: &str, answers: &Answers) -> String {
    Owner::new().with(|| {
        // The first form complains about nothing, so the day it is does not show.
        let any_day = Day::default();
        let state = RwSignal::new(FormState::new(form.clone(), slug, None, answers, any_day));
        let texts = words.texts.clone().into();
        let card = Card(CardProps { state, texts, local: local(words.language), action: action.to_owned(), dispatch: Rc::new(drop) });
        let html = leptos::html::div().child(card).into_any().to_html();
        // The page around it may be in another language, and serial numbers inside have a direction of their own.
        let (language, direction) = (words.language, text::direction(words.language).attribute());
        let wrapper = format!("<div class=\"regcard\" lang=\"{language}\" dir=\"{direction}\">");
        without_markers(&html.replacen("<div>", &wrapper, 1))
    })
}

/// What can be had without a browser: days as they are written, and the countries.
fn local(language: &'static str) -> Local {
    let countries = move || text::countries(language).map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
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
