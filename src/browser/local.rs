//! Days, plurals and countries in the card's language, as the browser's `Intl` knows them: no table of them is downloaded.

use js_sys::{Array, Function, Object, Reflect};
use regcard_protocol::country;
use wasm_bindgen::{JsCast, JsValue};

use crate::view::Local;

/// What this language has rules for.
pub(super) fn local(language: &str) -> Local {
    let (days, plurals, countries) = (language.to_owned(), language.to_owned(), language.to_owned());
    Local {
        date: Box::new(move |day| {
            // A day has no hour: noon in Greenwich, said there, is the same day everywhere.
            let date = js_sys::Date::new(&JsValue::from_str(&format!("{day}T12:00Z")));
            let written = intl("DateTimeFormat", &days, &[("dateStyle", "long"), ("timeZone", "UTC"), ("calendar", "gregory")]);
            written.and_then(|formatter| call(&formatter, "format", &date)).unwrap_or_else(|| day.to_owned())
        }),
        plural: Box::new(move |count| {
            let number = JsValue::from_f64(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
            intl("PluralRules", &plurals, &[]).and_then(|rules| call(&rules, "select", &number)).unwrap_or_default()
        }),
        countries: Box::new(move || {
            let names = intl("DisplayNames", &countries, &[("type", "region")]);
            let named = |code: &str| names.as_ref().and_then(|names| call(names, "of", &code.into()));
            let mut all: Vec<(String, String)> =
                country::codes().map(|code| (code.to_owned(), named(code).unwrap_or_else(|| code.to_owned()))).collect();
            let order = intl("Collator", &countries, &[])
                .and_then(|order| Reflect::get(&order, &"compare".into()).ok()?.dyn_into::<Function>().ok());
            all.sort_by(|(_, one), (_, other)| {
                let compared = order.as_ref().and_then(|order| order.call2(&JsValue::NULL, &one.into(), &other.into()).ok());
                compared.and_then(|value| value.as_f64()).map_or_else(|| one.cmp(other), |order| order.total_cmp(&0.0))
            });
            all
        }),
    }
}

/// `new Intl[name](language, options)`; `None` where a browser lacks it or does not know the language.
fn intl(name: &str, language: &str, options: &[(&str, &str)]) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &name.into()).ok()?.dyn_into().ok()?;
    let given = Object::new();
    for (key, value) in options {
        Reflect::set(&given, &(*key).into(), &(*value).into()).ok()?;
    }
    Reflect::construct(&constructor, &Array::of2(&language.into(), &given)).ok()
}

fn call(object: &JsValue, method: &str, given: &JsValue) -> Option<String> {
    let method: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    method.call1(object, given).ok()?.as_string()
}
