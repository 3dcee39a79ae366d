//! What a test key finds, so that a merchant sees every state of the card on their own page: serial numbers that answer always the
//! same, a gateway that is slow, fails or loses its answer. docs/embedding.md lists them.
//!
//! Nothing here reads or writes a registration, a serial number or an upstream. Of a submit only its key, its outcome and a number
//! that is nobody's are remembered, for a day; files are thrown away like those that no registration names.

use std::sync::Arc;

use regcard::text::Words;
use regcard_protocol::form::Form;
use regcard_protocol::registration::{Answer, Registered, Registration, RegistrationStatus};
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, SerialNumber};
use regcard_protocol::validate::{Complaint, Fault};
use tokio::time::sleep;

use crate::app::App;
use crate::check::unknown;
use crate::clock;
use crate::forms::LoadedForm;
use crate::limits;
use crate::problem::GatewayError;
use crate::register::{Done, Sender, replay};
use crate::serial_fold::Folded;
use crate::store::{NewSubmit, Outcome, SubmitState, UploadState};

/// What a test serial number asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// It can be registered, any number of times.
    Available,
    /// Somebody has registered it.
    Registered,
    /// The merchant never loaded it.
    Unknown,
    /// The same, and something looks like it.
    Typo,
    /// It can be registered, and everything takes long.
    Slow,
    /// The gateway fails.
    Fail,
    /// Too much was asked for.
    Limit,
    /// It can be registered, until it is: then somebody was faster.
    Taken,
    /// It is taken on, and on its way.
    Queued,
    /// It is registered, and the answer lost.
    Lost,
    /// It was sent on, and nobody knows what became of it.
    Uncertain,
}

/// Every test serial number.
const WISHES: [(&str, Wish); 11] = [
    (AVAILABLE, Wish::Available),
    ("TEST-REGISTERED", Wish::Registered),
    ("TEST-UNKNOWN", Wish::Unknown),
    ("TEST-TYPO", Wish::Typo),
    ("TEST-SLOW", Wish::Slow),
    ("TEST-FAIL", Wish::Fail),
    ("TEST-LIMIT", Wish::Limit),
    ("TEST-TAKEN", Wish::Taken),
    ("TEST-QUEUED", Wish::Queued),
    ("TEST-LOST", Wish::Lost),
    ("TEST-UNCERTAIN", Wish::Uncertain),
];

/// The one that is suggested for [`Wish::Typo`].
const AVAILABLE: &str = "TEST-AVAILABLE";

/// What stands behind a maker's format, so that test serial numbers look right too.
const FORMAT: &str = "|TEST-A{4,10}";

/// Seconds after which [`Wish::Limit`] says to come again.
const LIMIT_SECONDS: u32 = 60;

/// The form as a test key has it: with test serial numbers among those that look right. Check digits they have none.
pub fn form(form: Arc<LoadedForm>) -> Arc<LoadedForm> {
    let rules = &form.form.serial_numbers;
    if rules.format.is_none() && rules.check_digit.is_none() {
        return form;
    }
    let mut own: Form = form.form.clone();
    own.serial_numbers.format = rules.format.as_ref().map(|format| format!("{format}{FORMAT}"));
    own.serial_numbers.check_digit = None;
    Arc::new(LoadedForm { form: own, words: Words::clone(&form.words), hash: form.hash })
}

/// Checks a serial number. All but the test numbers are unknown, the merchant's own too.
///
/// # Errors
/// What the number asks for.
pub async fn check(serial: &SerialNumber) -> Result<CheckAnswer, GatewayError> {
    let known = |name: &str, status| CheckAnswer { status, serial_number: name.to_owned(), ..unknown(serial) };
    match of_serial(serial) {
        None | Some((_, Wish::Unknown)) => Ok(unknown(serial)),
        Some((_, Wish::Typo)) => Ok(CheckAnswer { did_you_mean: vec![AVAILABLE.to_owned()], ..unknown(serial) }),
        Some((name, Wish::Registered)) => Ok(known(name, CheckStatus::Registered)),
        Some((name, Wish::Slow)) => {
            sleep(limits::TEST_SLOW).await;
            Ok(known(name, CheckStatus::Available))
        }
        Some((_, Wish::Fail)) => Err(GatewayError::TestFailure),
        Some((_, Wish::Limit)) => Err(GatewayError::BudgetExhausted { retry_after: LIMIT_SECONDS, left: None }),
        Some((name, Wish::Available | Wish::Taken | Wish::Queued | Wish::Lost | Wish::Uncertain)) => {
            Ok(known(name, CheckStatus::Available))
        }
    }
}

/// Does with a file what its name asks for: `test-slow…`, `test-fail…`.
///
/// # Errors
/// [`GatewayError::TestFailure`].
pub async fn upload(name: &str) -> Result<(), GatewayError> {
    let name = name.to_ascii_lowercase();
    if name.starts_with("test-slow") {
        sleep(limits::TEST_SLOW).await;
    }
    if name.starts_with("test-fail") { Err(GatewayError::TestFailure) } else { Ok(()) }
}

/// Answers a submit as a real one would be answered, and keeps nothing but that.
///
/// # Errors
/// What the form's rules refuse, and what the numbers ask for.
pub async fn register(
    app: &App,
    sender: &Sender,
    form: &Form,
    submit: NewSubmit,
    accepted: Vec<Registration>,
) -> Result<Done, GatewayError> {
    let mut wishes = Vec::new();
    for (position, registration) in accepted.iter().enumerate() {
        wishes.extend(wished(registration));
        judge(app, sender, form, position, registration).await?;
    }
    let wishes_for = |wish| wishes.contains(&wish);
    if wishes_for(Wish::Slow) {
        sleep(limits::TEST_SLOW).await;
    }
    if wishes_for(Wish::Fail) {
        return Err(GatewayError::TestFailure);
    }
    if wishes_for(Wish::Limit) {
        return Err(GatewayError::BudgetExhausted { retry_after: LIMIT_SECONDS, left: None });
    }
    let queued = wishes_for(Wish::Queued);
    let id = || if queued { None } else { Some(format!("test-{}", clock::new_id(&app.clock))) };
    let outcome = Outcome { ids: accepted.iter().map(|_| id()).collect(), stays_queued: queued, ..Outcome::default() };
    let state = if wishes_for(Wish::Uncertain) { SubmitState::Unknown } else { SubmitState::Registered };
    let (now, fingerprint) = (app.clock.millis(), submit.fingerprint);
    let (status_token, ids) = (submit.status_token.clone(), outcome.ids.clone());
    let until = now + limits::TEST_MILLIS;
    match app.store.note_submit(submit, state, outcome, now, until).await? {
        Some(earlier) => replay(earlier, fingerprint),
        None if state == SubmitState::Unknown => Err(GatewayError::OutcomeUnknown),
        None if wishes_for(Wish::Lost) => Err(GatewayError::TestLost),
        None => {
            let status = if queued { RegistrationStatus::Queued } else { RegistrationStatus::Registered };
            let registrations = ids.into_iter().map(|id| Registered { id, status }).collect();
            Ok(Done { registrations, status_token, replayed: false })
        }
    }
}

/// The form's rules, and that the files are here and of this session.
async fn judge(app: &App, sender: &Sender, form: &Form, position: usize, registration: &Registration) -> Result<(), GatewayError> {
    let (mut wrong, mut taken) = (Vec::new(), Vec::new());
    let complaint = |key: &str, index, fault| Complaint { key: key.to_owned(), index, fault }.at(position);
    for (index, serial) in registration.serial_numbers.iter().enumerate() {
        match of_serial(serial) {
            Some((_, Wish::Registered | Wish::Taken)) => taken.push(complaint("serialNumbers", Some(index), Fault::SerialNumberRegistered)),
            None | Some((_, Wish::Unknown | Wish::Typo)) if form.serial_numbers.validate => {
                wrong.push(complaint("serialNumbers", Some(index), Fault::SerialNumberUnknown));
            }
            None | Some(_) => {}
        }
    }
    for (key, answer) in registration.extras.iter() {
        let files = match answer {
            Answer::File(file) => std::slice::from_ref(file),
            Answer::Files(files) => files.as_slice(),
            Answer::Ticked(_) | Answer::Text(_) | Answer::Several(_) => &[],
        };
        for (index, file) in files.iter().enumerate() {
            let upload = app.store.upload(file.upload_id.clone()).await?.filter(|upload| {
                let own = upload.about.merchant == sender.merchant.id && upload.about.sid.as_ref() == Some(&sender.sid);
                own && upload.state == UploadState::Stored
            });
            if upload.is_none() {
                let several = matches!(answer, Answer::Files(_));
                wrong.push(complaint(key, several.then_some(index), Fault::File));
            }
        }
    }
    if !wrong.is_empty() {
        wrong.extend(taken);
        Err(GatewayError::Validation(wrong))
    } else if taken.is_empty() {
        Ok(())
    } else {
        Err(GatewayError::SerialAlreadyRegistered(taken))
    }
}

/// What a registration asks for: by its serial numbers, or where a form has none by its address, `test-fail@example.com`.
fn wished(registration: &Registration) -> Vec<Wish> {
    let local = registration.customer_email.as_str().split('@').next().unwrap_or_default();
    let by_address = WISHES.iter().find(|(name, _)| name.eq_ignore_ascii_case(local));
    registration.serial_numbers.iter().filter_map(of_serial).chain(by_address.copied()).map(|(_, wish)| wish).collect()
}

/// Written as any other serial number may be: in small letters, with blanks, without dashes.
fn of_serial(serial: &SerialNumber) -> Option<(&'static str, Wish)> {
    let typed = Folded::of(serial);
    let same = |name: &str| SerialNumber::parse(name).is_ok_and(|name| Folded::of(&name).dashless == typed.dashless);
    WISHES.into_iter().find(|(name, _)| same(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_number_looks_right_whatever_the_makers_look_like() {
        let rules = regcard_protocol::form::SerialNumberRules {
            format: Some(format!("9{{12}}{FORMAT}")),
            ..regcard_protocol::form::SerialNumberRules::default()
        };
        for (name, _) in WISHES {
            assert!(rules.looks_right(name) && rules.looks_right(&name.to_lowercase()), "{name}");
        }
        assert!(rules.looks_right("123456789012") && !rules.looks_right("TEST") && !rules.looks_right("12"));
    }

    #[test]
    fn a_test_number_is_one_however_it_is_typed_and_nothing_else_is() {
        let wish = |text: &str| of_serial(&SerialNumber::parse(text).unwrap()).map(|(_, wish)| wish);
        assert_eq!(wish("test slow"), Some(Wish::Slow));
        assert_eq!(wish("TestRegistered"), Some(Wish::Registered));
        assert_eq!((wish("TEST"), wish("TEST-"), wish("TEST-AVAILABLE2")), (None, None, None));
    }
}
