//! Every state that a card can be in, brought about as a customer, the network or another customer brings it about.
//! What is looked at in each of them is said elsewhere: what keeps people out (`axe.rs`), and what it looks like (`screenshots.rs`).

use std::path::PathBuf;

use serde_json::json;

use crate::card::{Card, SUBMIT};
use crate::gateway::EVERY_FIELD;
use crate::http::Message;
use crate::proxy::{Fate, Gate};
use crate::visit::{OTHER_SERIAL, Visit};
use crate::wait::until_true;

macro_rules! states {
    ($($name:ident $words:literal),* $(,)?) => {
        /// A state, by what brought it about last.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum State { $($name),* }

        impl State {
            pub(crate) const ALL: &[State] = &[$(State::$name),*];

            /// As a file may be called that shows it.
            pub(crate) fn name(self) -> &'static str {
                match self { $(State::$name => $words),* }
            }
        }
    };
}

states! {
    Painted "painted",
    Empty "empty",
    Faults "faults",
    SerialChecking "serial-checking",
    SerialAvailable "serial-available",
    SerialRegistered "serial-registered",
    SerialUnknown "serial-unknown",
    SerialAlike "serial-alike",
    SerialFailed "serial-failed",
    FileRefused "file-refused",
    ReceiptSending "receipt-sending",
    ReceiptFailed "receipt-failed",
    ReceiptStored "receipt-stored",
    Filled "filled",
    Notice "notice",
    WaitingForReceipt "waiting-for-receipt",
    Sending "sending",
    Done "done",
    EveryField "every-field",
    EveryFieldFaults "every-field-faults",
}

/// Where the card stands on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Inline,
    Dialog,
}

impl Mode {
    pub(crate) const ALL: [Mode; 2] = [Mode::Inline, Mode::Dialog];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Mode::Inline => "inline",
            Mode::Dialog => "dialog",
        }
    }
}

/// A way through all of them, in one language and one mode.
pub(crate) struct Walk<'a> {
    pub(crate) visit: &'a Visit,
    pub(crate) language: &'a str,
    pub(crate) mode: Mode,
    /// A number that nobody has registered, one for each walk.
    pub(crate) serial_number: String,
}

/// Two numbers that look alike: the first one is known.
pub(crate) const KNOWN: &str = "ED5-2204-0817";
const ALIKE: &str = "ED5-22O4-O8I7";

impl Walk<'_> {
    /// Goes all the way, and lets everything be looked at once. False if there is no such mode.
    pub(crate) async fn goes(&self, mut look: impl AsyncFnMut(State)) -> bool {
        if !self.enters(None, &mut look).await {
            return false;
        }
        self.goes_wrong(&mut look).await;
        self.types_serial_numbers(&mut look).await;
        self.chooses_files(&mut look).await;
        self.sends(&mut look).await;
        self.enters(Some(EVERY_FIELD), &mut look).await;
        look(State::EveryField).await;
        self.card().submit().await;
        self.card().until("the summary is there", SUMMARY).await;
        self.rests().await;
        look(State::EveryFieldFaults).await;
        true
    }

    fn card(&self) -> Card<'_> {
        self.visit.card()
    }

    async fn rests(&self) {
        self.visit.browser.breathe().await;
    }

    /// Comes to a page with the card, opened if it is one that opens, and takes hold of it.
    async fn enters(&self, form: Option<&str>, look: &mut impl AsyncFnMut(State)) -> bool {
        let (browser, gateway) = (&self.visit.browser, &self.visit.gateway);
        browser.takes_a_new_tab().await;
        let form_option = form.map(|form| format!("form=\"{form}\" ")).unwrap_or_default();
        let mode_option = if self.mode == Mode::Dialog { "mode=\"dialog\" " } else { "" };
        let options = format!("<reg-card {form_option}{mode_option}lang=\"{}\"", self.language);
        let body = format!("<main>{}{}</main>", gateway.script(), gateway.element().replace("<reg-card", &options));
        self.visit.goes_to("<meta name=\"viewport\" content=\"width=device-width\">", &body).await;
        if self.mode == Mode::Dialog {
            until_true("the script has run", async || browser.js("return !!window.RegCard", vec![]).await == true).await;
            if browser.js("const card = document.querySelector('reg-card'); return card.open ? (card.open(), true) : false", vec![]).await
                == false
            {
                return false;
            }
        }
        self.card().is_painted().await;
        self.card().find(SUBMIT).await;
        if form.is_none() {
            look(State::Painted).await;
        }
        self.card().click("h2").await;
        self.card().becomes_live().await;
        self.rests().await;
        if form.is_none() {
            look(State::Empty).await;
        }
        true
    }

    async fn goes_wrong(&self, look: &mut impl AsyncFnMut(State)) {
        self.card().submit().await;
        self.card().until("the summary is there", SUMMARY).await;
        self.rests().await;
        look(State::Faults).await;
    }

    async fn types_serial_numbers(&self, look: &mut impl AsyncFnMut(State)) {
        let proxy = &self.visit.gateway.proxy;
        let gate = proxy.hold("POST", "/v1/serial_numbers/check");
        self.types_serial_number(KNOWN).await;
        self.card().serial_is("checking").await;
        look(State::SerialChecking).await;
        self.opens(gate);
        self.card().serial_is("available").await;
        self.rests().await;
        look(State::SerialAvailable).await;
        for (number, word, state) in [
            (OTHER_SERIAL, "registered", State::SerialRegistered),
            ("NO-SUCH-NUMBER", "unknown", State::SerialUnknown),
            (ALIKE, "unknown", State::SerialAlike),
        ] {
            self.types_serial_number(number).await;
            self.card().serial_is(word).await;
            self.rests().await;
            look(state).await;
        }
        proxy.once("POST", "/v1/serial_numbers/check", Fate::Changed(unavailable));
        self.types_serial_number("ED5-2204-0820").await;
        self.card().serial_is("failed").await;
        self.rests().await;
        look(State::SerialFailed).await;
        self.types_serial_number(&self.serial_number).await;
        self.card().serial_is("available").await;
    }

    /// Over whatever stands there.
    async fn types_serial_number(&self, number: &str) {
        self.card().click("[name=serialNumber]").await;
        self.card().read("void root.activeElement.select()").await;
        self.visit.browser.keys(number).await;
    }

    async fn chooses_files(&self, look: &mut impl AsyncFnMut(State)) {
        let (proxy, card) = (&self.visit.gateway.proxy, self.card());
        let text = self.visit.folder().file("letter.jpg", b"Dear shop, this is no picture.");
        card.choose(&text).await;
        card.until("the file is refused", "!!root.querySelector('[type=file][aria-invalid=true]')").await;
        self.rests().await;
        look(State::FileRefused).await;
        proxy.once("POST", "/v1/upload_file", Fate::Changed(refused));
        card.choose(&self.receipt("failing.png")).await;
        card.receipt_is("failed").await;
        self.rests().await;
        look(State::ReceiptFailed).await;
        let gate = proxy.hold("PUT", "/v1/uploads/");
        card.choose(&self.receipt("receipt.png")).await;
        card.receipt_is("sending").await;
        self.rests().await;
        look(State::ReceiptSending).await;
        self.opens(gate);
        card.receipt_is("stored").await;
        self.rests().await;
        look(State::ReceiptStored).await;
    }

    async fn sends(&self, look: &mut impl AsyncFnMut(State)) {
        let (proxy, card) = (&self.visit.gateway.proxy, self.card());
        card.type_into("customerName", crate::card::NAME).await;
        card.type_into("customerEmail", "ann@example.org").await;
        card.type_date().await;
        self.rests().await;
        look(State::Filled).await;

        proxy.set_down(true);
        card.submit().await;
        card.until("what went wrong is said", "!!root.querySelector('.note[data-summary]')").await;
        self.rests().await;
        look(State::Notice).await;
        proxy.let_everything_through();

        // The form is sent before the receipt has arrived.
        let (uploads, submits) = (proxy.hold("PUT", "/v1/uploads/"), proxy.hold("POST", "/v1/registrations"));
        let before = proxy.count("POST", "/v1/registrations");
        card.choose(&self.receipt("another.png")).await;
        card.receipt_is("sending").await;
        card.submit().await;
        card.until("the form waits for the receipt", "!!root.querySelector('[data-state=sending]')").await;
        self.rests().await;
        look(State::WaitingForReceipt).await;
        uploads.open();
        until_true("the form is sent", async || proxy.count("POST", "/v1/registrations") > before).await;
        self.rests().await;
        look(State::Sending).await;
        self.opens(submits);
        card.done().await;
        self.rests().await;
        look(State::Done).await;
    }

    /// Of another name each time: a browser says nothing of a file that is chosen again.
    fn receipt(&self, name: &str) -> PathBuf {
        self.visit.folder().file(name, &self.visit.folder().receipt().1)
    }

    /// What was held goes on, and nothing is held any more.
    fn opens(&self, gate: Gate) {
        gate.open();
        self.visit.gateway.proxy.let_everything_through();
    }
}

const SUMMARY: &str = "!!root.querySelector('[data-summary]')";

/// An answer of a gateway that is overloaded.
fn unavailable(mut answer: Message) -> Message {
    answer.first = "HTTP/1.1 503 Service Unavailable".to_owned();
    answer.body = json!({ "code": "unavailable", "title": "Not now", "status": 503 }).to_string().into_bytes();
    answer
}

/// An answer that no second try in the same minute would make better.
fn refused(mut answer: Message) -> Message {
    answer.first = "HTTP/1.1 429 Too Many Requests".to_owned();
    answer.body = json!({ "code": "budget-exhausted", "title": "Too many", "status": 429 }).to_string().into_bytes();
    answer
}
