//! The form as HTML: what the loader paints as a tree, and what the hosted page shows and answers.

use std::rc::Rc;

use leptos::prelude::{ElementChild, IntoAny, Owner, RenderHtml, RwSignal, StoredValue};
use regcard_protocol::date::Day;
use regcard_protocol::form::{DraftKept, Form};

use super::card::whole;
use super::{Context, Given, Local, Plain};
use crate::form::{Answers, FormState};
use crate::text::{self, Words};

/// The first form, as the loader paints it: the card's wrapper, `<div class="regcard">…</div>`, with what has been answered
/// before.
///
/// `action` is the hosted page's address.
pub fn render(form: &Form, slug: &str, words: &Words, action: &str, answers: &Answers) -> String {
    // The first form complains about nothing, so the day it is does not show.
    html(FormState::new(form.clone(), slug, None, answers, Day::default()), words, action, None)
}

/// The form as it stands, or the end, so that it works without scripts.
pub fn render_plain(mut state: FormState, words: &Words, action: &str, plain: Plain) -> String {
    state.add_spare_rows();
    html(state, words, action, Some(plain))
}

fn html(state: FormState, words: &Words, action: &str, plain: Option<Plain>) -> String {
    let kept = match state.form.draft {
        DraftKept::Tab => "",
        DraftKept::Week => "data-draft=\"week\" ",
        DraftKept::Off => "data-draft=\"off\" ",
    };
    Owner::new().with(|| {
        let given = Given { texts: words.texts.clone().into(), local: local(words.language), dispatch: Rc::new(drop), plain };
        let card = whole(Context { state: RwSignal::new(state), given: StoredValue::new_local(given) }, action.to_owned());
        let html = leptos::html::div().child(card).into_any().to_html();
        // The page around it may be in another language, and serial numbers inside have a direction of their own.
        let (language, direction) = (words.language, text::direction(words.language).attribute());
        let wrapper = format!("<div class=\"regcard\" lang=\"{language}\" dir=\"{direction}\">");
        // The loader alone asks how long a draft is kept, and the live card is spared the words.
        without_markers(&html.replacen("<div>", &wrapper, 1).replacen("<form ", &format!("<form {kept}"), 1))
    })
}

/// What can be had without a browser: days as they are written, plurals, and the countries.
fn local(language: &'static str) -> Local {
    let countries = move || text::countries(language).map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    let plural = move |count| text::plural(language, count).to_owned();
    Local { date: Box::new(str::to_owned), plural: Box::new(plural), countries: Box::new(countries) }
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
