//! The first form as it is rendered natively: what the loader paints and the hosted page shows.
#![cfg(not(target_arch = "wasm32"))]

use regcard::form::{Answers, Given};
use regcard::view::render;
use regcard_protocol::form::Form;

fn form() -> Form {
    toml::from_str(include_str!("../forms/product-registration.toml")).unwrap()
}

#[test]
fn the_first_form_stays_as_it_is() {
    let html = render(&form(), "product-registration", "en", "https://gateway.example/form", &Answers::default());
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}
