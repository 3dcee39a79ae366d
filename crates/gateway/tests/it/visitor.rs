//! Somebody whose browser runs no scripts: reads the hosted page's form, fills in its controls, and sends them all as
//! browsers do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests: what cannot be read fails the story")]

use reqwest::Method;
use scraper::{ElementRef, Html, Selector};

use crate::answer::Answer;
use crate::shop::{FORM, Shop, photo};

/// The hidden control that says which page this is.
pub(crate) const NONCE: &str = "page nonce";
/// A control that nobody sees.
pub(crate) const TRAP: &str = "page extra";

/// A page in such a browser.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    shop: Shop,
    /// The page as it came.
    pub(crate) page: Answer,
    /// Where the form goes; nothing at the end.
    pub(crate) action: String,
    controls: Vec<Control>,
}

#[derive(Clone, Debug)]
struct Control {
    name: String,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    Text(String),
    Box { value: String, ticked: bool },
    File(Vec<(String, Vec<u8>)>),
}

/// How a form is sent.
pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=----a-boundary-of-some-length";

impl Visitor {
    /// Opens the hosted page of the shop's form.
    pub(crate) async fn opens(shop: &Shop) -> Visitor {
        Visitor::follows(shop, &format!("/v1/forms/{}/{FORM}", shop.key)).await
    }

    pub(crate) async fn follows(shop: &Shop, link: &str) -> Visitor {
        let page = shop.get(link).await;
        assert_eq!(page.status, 200, "{page:?}");
        Visitor::sees(shop, page)
    }

    pub(crate) fn sees(shop: &Shop, page: Answer) -> Visitor {
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{page:?}");
        let html = Html::parse_document(page.text());
        let form = html.select(&selector("form")).next();
        let action = form.and_then(|form| form.attr("action")).unwrap_or_default().to_owned();
        let controls = form.into_iter().flat_map(|form| form.select(&selector("[name]")).map(control).collect::<Vec<_>>()).collect();
        if let Some(form) = form {
            assert_eq!((form.attr("method"), form.attr("enctype")), (Some("post"), Some("multipart/form-data")));
        }
        Visitor { shop: shop.clone(), page, action, controls }
    }

    /// Types into the first control of this name.
    pub(crate) fn types(mut self, name: &str, text: &str) -> Visitor {
        self.nth(name, 0).holds = Holds::Text(text.to_owned());
        self
    }

    /// Types into the control of this name that stands at this position among those of the name.
    pub(crate) fn types_into(mut self, name: &str, nth: usize, text: &str) -> Visitor {
        self.nth(name, nth).holds = Holds::Text(text.to_owned());
        self
    }

    /// Fills in what is required.
    pub(crate) fn fills_in(self, serial: &str) -> Visitor {
        self.types("customerName", "Mara Lindqvist")
            .types("customerEmail", "mara@example.com")
            .types("productName", "Espresso Duo")
            .types("serialNumber", serial)
            .types("purchaseDate", "2026-11-14")
    }

    pub(crate) fn ticks(mut self, name: &str) -> Visitor {
        let Holds::Box { ticked, .. } = &mut self.nth(name, 0).holds else { panic!("{name} is no box") };
        *ticked = true;
        self
    }

    /// Ticks one of several boxes of a name, or presses one of its radio buttons.
    pub(crate) fn picks(mut self, name: &str, wanted: &str) -> Visitor {
        let boxes = self.controls.iter_mut().filter(|control| control.name == name);
        let found = boxes.filter_map(|control| match &mut control.holds {
            Holds::Box { value, ticked } if value == wanted => Some(ticked),
            Holds::Box { .. } | Holds::Text(_) | Holds::File(_) => None,
        });
        found.for_each(|ticked| *ticked = true);
        assert!(self.all(name).contains(&wanted), "{name} has no {wanted}");
        self
    }

    pub(crate) fn chooses(mut self, name: &str, file: &str, bytes: Vec<u8>) -> Visitor {
        let Holds::File(chosen) = &mut self.nth(name, 0).holds else { panic!("{name} takes no file") };
        *chosen = vec![(file.to_owned(), bytes)];
        self
    }

    /// Chooses several files at once, called so and of so many bytes.
    pub(crate) fn chooses_all(mut self, name: &str, files: &[(&str, usize)]) -> Visitor {
        let Holds::File(chosen) = &mut self.nth(name, 0).holds else { panic!("{name} takes no file") };
        *chosen = files.iter().map(|(file, length)| ((*file).to_owned(), photo(*length))).collect();
        self
    }

    /// Changes what a control holds that nobody sees, or takes it away.
    pub(crate) fn forges(mut self, name: &str, value: Option<&str>) -> Visitor {
        match value {
            Some(value) => self.nth(name, 0).holds = Holds::Text(value.to_owned()),
            None => self.controls.retain(|control| control.name != name),
        }
        self
    }

    /// What the control of this name holds; nothing if there is none.
    pub(crate) fn holds(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// What every control of this name holds; of boxes those that are ticked.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.controls.iter().filter(|control| control.name == name);
        named
            .filter_map(|control| match &control.holds {
                Holds::Text(text) => Some(text.as_str()),
                Holds::Box { value, ticked } => ticked.then_some(value.as_str()),
                Holds::File(_) => None,
            })
            .collect()
    }

    /// The texts of everything that a selector finds, blanks made one.
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(self.page.text());
        let words = |element: ElementRef<'_>| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        html.select(&selector(css)).map(words).collect()
    }

    /// Where a link with these words leads.
    pub(crate) fn leads(&self, words: &str) -> String {
        let html = Html::parse_document(self.page.text());
        let links = selector("a[href]");
        let found = html.select(&links).find(|link| link.text().collect::<String>() == words);
        found.and_then(|link| link.attr("href")).unwrap_or_default().to_owned()
    }

    /// The registration's number, on the page that shows it.
    #[track_caller]
    pub(crate) fn number(&self) -> String {
        let numbers = self.texts("[data-state=done] .number bdi");
        assert_eq!(numbers.len(), 1, "{}", self.page.text());
        numbers[0].clone()
    }

    /// The message beside each control that is marked, `NAME: MESSAGE`.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let html = Html::parse_document(self.page.text());
        let by_id = |id: &str| {
            let found = html.select(&selector(&format!("[id=\"{id}\"]"))).next();
            // Behind the word that only a screen reader says.
            let words = |element: ElementRef<'_>| {
                let unseen: String = element.select(&selector(".unseen")).flat_map(|one| one.text().collect::<Vec<_>>()).collect();
                element.text().collect::<String>().trim().trim_start_matches(unseen.as_str()).trim().to_owned()
            };
            found.map(words).unwrap_or_default()
        };
        let marked = selector("[aria-invalid=true]");
        html.select(&marked)
            .map(|control| {
                let described = control.attr("aria-describedby").unwrap_or_default();
                let wrong = described.split(' ').find(|id| id.ends_with('e')).map(by_id).unwrap_or_default();
                format!("{}: {wrong}", control.attr("name").unwrap_or_default())
            })
            .collect()
    }

    /// The body that a browser sends.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let quoted = |text: &str| text.replace('"', "%22");
        for control in &self.controls {
            let name = quoted(&control.name);
            let mut part = |head: String, bytes: &[u8]| {
                body.extend_from_slice(
                    format!("------a-boundary-of-some-length\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
                );
                body.extend_from_slice(bytes);
                body.extend_from_slice(b"\r\n");
            };
            match &control.holds {
                // Lines end so on their way, whatever they end with in the control.
                Holds::Text(text) => part(format!("name=\"{name}\""), text.replace('\n', "\r\n").as_bytes()),
                Holds::Box { value, ticked: true } => part(format!("name=\"{name}\""), value.as_bytes()),
                Holds::Box { .. } => {}
                Holds::File(files) if files.is_empty() => {
                    part(format!("name=\"{name}\"; filename=\"\"\r\nContent-Type: application/octet-stream"), b"");
                }
                Holds::File(files) => {
                    for (file, bytes) in files {
                        part(format!("name=\"{name}\"; filename=\"{}\"\r\nContent-Type: image/jpeg", quoted(file)), bytes);
                    }
                }
            }
        }
        body.extend_from_slice(b"------a-boundary-of-some-length--\r\n");
        body
    }

    /// Presses the button.
    pub(crate) async fn sends(&self) -> Visitor {
        self.sends_from(&[("origin", &self.shop.gateway), ("referer", &self.action)]).await
    }

    /// Presses the button in a browser that says this of where the form stands.
    pub(crate) async fn sends_from(&self, headers: &[(&str, &str)]) -> Visitor {
        let request = self.shop.request(Method::POST, &self.action).header("content-type", MULTIPART);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Visitor::sees(&self.shop, Answer::to(request.body(self.body())).await)
    }

    /// The same without files, as a browser sends a form that names no encoding.
    pub(crate) async fn sends_urlencoded(&self) -> Visitor {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for control in &self.controls {
            match &control.holds {
                Holds::Text(text) | Holds::Box { value: text, ticked: true } => drop(body.append_pair(&control.name, text)),
                Holds::Box { .. } | Holds::File(_) => {}
            }
        }
        let request = self.shop.request(Method::POST, &self.action).header("content-type", "application/x-www-form-urlencoded");
        Visitor::sees(&self.shop, Answer::to(request.header("origin", &self.shop.gateway).body(body.finish())).await)
    }

    fn nth(&mut self, name: &str, nth: usize) -> &mut Control {
        let found = self.controls.iter_mut().filter(|control| control.name == name).nth(nth);
        assert!(found.is_some(), "no control {nth} is called {name}");
        found.unwrap()
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn control(element: ElementRef<'_>) -> Control {
    let name = element.attr("name").unwrap().to_owned();
    let value = |element: ElementRef<'_>| element.attr("value").unwrap_or_default().to_owned();
    let holds = match (element.value().name(), element.attr("type")) {
        ("select", _) => {
            let options: Vec<ElementRef<'_>> = element.select(&selector("option")).collect();
            let chosen = options.iter().find(|option| option.attr("selected").is_some()).or(options.first());
            Holds::Text(chosen.copied().map(value).unwrap_or_default())
        }
        ("input", Some("checkbox" | "radio")) => Holds::Box { value: value(element), ticked: element.attr("checked").is_some() },
        ("input", Some("file")) => Holds::File(Vec::new()),
        ("input", _) => Holds::Text(value(element)),
        ("textarea", _) => Holds::Text(element.text().collect()),
        (tag, _) => panic!("a browser knows what <{tag}> sends, this one does not"),
    };
    Control { name, holds }
}
