//! Registering from the hosted page without scripts: its form is posted as a whole, files included, and answered with a
//! page. A post that is not of such a page fills in the form and does nothing else.
//!
//! The card's own state is used (`regcard::form`), with this gateway in the browser's part: the rules, the words and what
//! is registered are those of the live card.

mod posted;
mod visit;

use std::collections::HashSet;
use std::sync::Arc;

use regcard::form::{CallFault, FormState, Message, TRAP, kept_name, without_name};
use regcard::text::Text;
use regcard_protocol::form::FieldKind;
use regcard_protocol::limits as shared;
use regcard_protocol::problem::ProblemCode;
use regcard_protocol::registration::{NewRegistrations, RegistrationStatus};
use serde_json::json;
use tokio::time::timeout;

use crate::app::App;
use crate::card::{Subject, Whose, answers};
use crate::extract::{Peer, Post};
use crate::forms::LoadedForm;
use crate::limits;
use crate::measure;
use crate::problem::GatewayError;
use crate::register::{self, Done, Sender};
use crate::secrets::hex;
use crate::store::{Merchant, NewUpload, UploadState};
use crate::uploads;

use posted::{Came, Posted};
use visit::Visit;

/// A hosted page's place, and who asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Hosted<'a> {
    /// The gateway.
    pub app: &'a Arc<App>,
    /// Whose page it is.
    pub merchant: &'a Merchant,
    /// Its form.
    pub form: &'a LoadedForm,
    /// Its address and language.
    pub subject: &'a Subject,
    /// Who asks.
    pub peer: Peer,
}

/// What is shown.
#[derive(Debug)]
pub struct Shown {
    /// The form as it stands, or the end.
    pub state: FormState,
    /// The nonce that the page carries.
    pub nonce: String,
    /// Whether it answers a form that such a page sent: then no script is to be expected.
    pub answers: bool,
    /// The HTTP status.
    pub status: u16,
    /// Seconds until it makes sense to come again, where that is known.
    pub retry_after: Option<u32>,
}

/// The page as it is first shown, filled with what came along.
///
/// # Errors
/// If no nonce can be made.
pub fn first(hosted: &Hosted<'_>, given: &[(String, String)]) -> Result<Shown, GatewayError> {
    let state = state(hosted, given, Whose::Elsewhere);
    Ok(Shown { state, nonce: visit::nonce(hosted, None)?, answers: false, status: 200, retry_after: None })
}

/// What a post brings. `from_own_page`: nothing says that it came from elsewhere than a page of this gateway.
///
/// # Errors
/// For what is no form's post, or cannot be read to its end; if the store cannot be asked.
pub async fn post(hosted: &Hosted<'_>, from_own_page: bool, post: Post) -> Result<Shown, GatewayError> {
    let read = timeout(limits::UPLOAD_TOTAL, posted::read(hosted, from_own_page, post));
    let Posted { given, visit, files } = read.await.map_err(|_| GatewayError::RequestTimeout)??;
    let Some(mut visit) = visit else {
        return first(hosted, &given);
    };
    let fingerprint = fingerprint(hosted, &given, &files);
    let mut state = state(hosted, &given, Whose::Own);
    if visit.settled().is_some() {
        return Ok(settled(&visit, state, fingerprint));
    }
    let refused = keep_receipts(hosted, &visit, &given, files, &mut state).await?;
    if visit.page.has_run_out(hosted.app.clock.seconds()) {
        state.page_ran_out(&refused);
        visit.nonce = visit::nonce(hosted, Some(visit.page.sid.clone()))?;
        return Ok(shown(&visit, state, 200));
    }
    let Some(body) = state.submit_posted(&refused) else {
        return Ok(shown(&visit, state, 422));
    };
    // A program, or a browser that fills in what nobody sees. A person sends the page once more, which is without that.
    if given.iter().any(|(name, value)| name == TRAP && !value.trim().is_empty()) {
        measure::held_back();
        state.post_held();
        return Ok(shown(&visit, state, 200));
    }
    match register(hosted, &visit, fingerprint, &body).await {
        Ok(done) => {
            let status = registered(&done);
            state.post_registered(done.registrations, false);
            Ok(shown(&visit, state, status))
        }
        // Another post of this page was stored meanwhile, whose sender did not wait for the answer.
        Err(GatewayError::IdempotencyKeyReused) => {
            visit.look(hosted).await?;
            Ok(settled(&visit, state, fingerprint))
        }
        Err(lost @ GatewayError::TestLost) => Err(lost),
        Err(error) => Ok(failed(&visit, state, error)),
    }
}

fn state(hosted: &Hosted<'_>, given: &[(String, String)], whose: Whose) -> FormState {
    let form = &hosted.form.form;
    FormState::new(form.clone(), &hosted.subject.slug, None, &answers(form, given, whose), hosted.app.clock.today())
}

fn shown(visit: &Visit, state: FormState, status: u16) -> Shown {
    Shown { state, nonce: visit.nonce.clone(), answers: true, status, retry_after: None }
}

/// What was registered from this page before: this very form, or another one, of which nothing but the number is told.
fn settled(visit: &Visit, mut state: FormState, fingerprint: [u8; 32]) -> Shown {
    let Some(submit) = visit.settled().cloned() else {
        return failed(visit, state, GatewayError::Unavailable);
    };
    let same = submit.fingerprint == fingerprint;
    match register::settled(submit) {
        Ok(done) => {
            let status = if same { registered(&done) } else { 409 };
            state.post_registered(done.registrations, !same);
            shown(visit, state, status)
        }
        Err(error) => failed(visit, state, error),
    }
}

/// Registered, or taken on and on its way.
fn registered(done: &Done) -> u16 {
    let queued = done.registrations.iter().any(|one| one.status == RegistrationStatus::Queued);
    if queued { 202 } else { 201 }
}

/// Says what is wrong: at the fields, or over the form.
fn failed(visit: &Visit, mut state: FormState, error: GatewayError) -> Shown {
    error.log();
    let retry_after = error.retry_after();
    let (status, code) = match error.code() {
        // It was waited for already. Sent again later, the form will find the outcome.
        ProblemCode::IdempotencyInProgress => (503, ProblemCode::Unavailable),
        code => (error.status(), code),
    };
    state.post_refused(CallFault::Problem(status, code.as_str().to_owned(), error.into_errors()));
    let status = if state.summary { 422 } else { status };
    Shown { retry_after, ..shown(visit, state, status) }
}

/// Keeps what came good, so that it need not be chosen again whatever is wrong with the rest, and finds what came before.
/// What was refused, and why.
async fn keep_receipts(
    hosted: &Hosted<'_>,
    visit: &Visit,
    given: &[(String, String)],
    files: Vec<(usize, Came)>,
    state: &mut FormState,
) -> Result<Vec<(usize, Message)>, GatewayError> {
    let mut refused = Vec::new();
    for (index, field) in hosted.form.form.fields.iter().enumerate().filter(|(_, field)| field.kind == FieldKind::Receipt) {
        let (kept, without) = (kept_name(&field.key), without_name(&field.key));
        let out: HashSet<&str> = given.iter().filter(|(control, _)| *control == without).map(|(_, id)| id.as_str()).collect();
        for (_, id) in given.iter().filter(|(control, id)| *control == kept && !out.contains(id.as_str())).take(shared::FILES) {
            match kept_before(hosted, visit, id).await? {
                Some(upload) => drop(state.receipt_kept(index, upload.file_name, upload.file_size, upload.id)),
                // Another one takes its place.
                None if !field.several && files.iter().any(|(other, came)| *other == index && matches!(came, Came::Whole(..))) => {}
                None => refused.push((index, Text::ReceiptLost)),
            }
        }
    }
    for (index, came) in files {
        match came {
            Came::Refused(reason) => refused.push((index, reason)),
            Came::Passed(_) => refused.push((index, Text::ReceiptLost)),
            Came::Whole(name, come) => {
                let size = come.judged.size;
                match uploads::keep(hosted.app, hosted.merchant, &visit.page.sid, &name, come).await {
                    Ok(id) => {
                        if !state.receipt_kept(index, name, size, id) {
                            refused.push((index, Text::TooManyFiles));
                        }
                    }
                    Err(error) => {
                        error.log();
                        refused.push((index, Text::UploadFailed));
                    }
                }
            }
        }
    }
    Ok(refused)
}

/// A receipt that came with an earlier post of the same page, and is no registration's yet.
async fn kept_before(hosted: &Hosted<'_>, visit: &Visit, id: &str) -> Result<Option<NewUpload>, GatewayError> {
    if !uploads::can_be_number(id) {
        return Ok(None);
    }
    let upload = hosted.app.store.upload(id.to_owned()).await?.filter(|upload| {
        let here = upload.state == UploadState::Stored || upload.about.upstream_url.is_some();
        here && upload.about.merchant == hosted.merchant.id && upload.about.sid.as_ref() == Some(&visit.page.sid)
    });
    Ok(upload.map(|upload| upload.about))
}

async fn register(hosted: &Hosted<'_>, visit: &Visit, fingerprint: [u8; 32], body: &NewRegistrations) -> Result<Done, GatewayError> {
    let (app, sid, address, now) = (hosted.app, &visit.page.sid, hosted.peer.into(), hosted.app.clock.seconds());
    let key = visit.key(fingerprint);
    app.budgets.registration(sid, key.0, address, now).await?;
    if body.registrations.iter().any(|one| !one.serial_numbers.is_empty()) {
        // A page that may be sent again as often as it is refused could be asked about any number of serial numbers.
        app.budgets.check(sid, address, now).await?;
    }
    let sender = Sender {
        merchant: hosted.merchant.clone(),
        form: hosted.subject.slug.clone(),
        sid: sid.clone(),
        language: Some(hosted.subject.language),
    };
    let done = register::from_sender(app, &sender, key, fingerprint, &body.registrations).await;
    if let Err(error) = &done {
        app.budgets.missed_by_submit(error.unknown_serials(), address, hosted.merchant, now).await?;
    }
    done
}

/// Of everything that the form's fields hold, so that the same form is known again, whatever its files are called.
fn fingerprint(hosted: &Hosted<'_>, given: &[(String, String)], files: &[(usize, Came)]) -> [u8; 32] {
    let fields = &hosted.form.form.fields;
    let counts = |name: &str| {
        fields.iter().any(|field| {
            field.key == name || field.kind == FieldKind::Receipt && (kept_name(&field.key) == name || without_name(&field.key) == name)
        })
    };
    let given: Vec<(&str, &str)> =
        given.iter().map(|(name, value)| (name.as_str(), value.trim())).filter(|(name, value)| !value.is_empty() && counts(name)).collect();
    let files: Vec<(usize, Option<String>)> = files
        .iter()
        .map(|(index, came)| match came {
            Came::Whole(_, come) => (*index, Some(hex(&come.judged.hash))),
            Came::Passed(hash) => (*index, Some(hex(hash))),
            Came::Refused(_) => (*index, None),
        })
        .collect();
    register::fingerprint(&hosted.subject.slug, &json!({ "given": given, "files": files }))
}
