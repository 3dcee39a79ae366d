//! Checking one serial number: whether it can be registered, and nothing about who did.

use regcard_protocol::form::SerialNumberRules;
use regcard_protocol::limits as shared;
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, CheckedProduct, SerialNumber};

use crate::app::App;
use crate::discreet;
use crate::extract::PageSession;
use crate::forward;
use crate::problem::GatewayError;
use crate::serial_fold::Folded;
use crate::store::{Checked, Merchant, Mode, Upstream};
use crate::test_keys;

/// Checks a serial number for a card.
///
/// # Errors
/// What the store, or an upstream, refuses.
pub async fn check(app: &App, page: &PageSession, serial: &SerialNumber) -> Result<CheckAnswer, GatewayError> {
    let form = app.form(&page.merchant, &page.session.frm).ok_or(GatewayError::FormNotAllowed)?;
    let rules = &form.form.serial_numbers;
    let answer = match &page.merchant.mode {
        Mode::Own => own(app, &page.merchant.id, serial, rules).await,
        Mode::Forward(upstream) => at_upstream(app, &page.merchant, upstream, serial, rules).await,
        Mode::Test => test_keys::check(serial).await,
    }?;
    Ok(if rules.discreet { discreet::answer(serial, answer.status) } else { answer })
}

async fn own(app: &App, merchant: &str, serial: &SerialNumber, rules: &SerialNumberRules) -> Result<CheckAnswer, GatewayError> {
    // What is not told is not looked for either: it would take longer than for a number that is known.
    let few = if rules.discreet { 0 } else { shared::SUGGESTIONS };
    let known = match app.store.check_serial(merchant.to_owned(), Folded::of(serial), few).await? {
        Checked::Known(known) => known,
        Checked::Unknown(alike) => {
            let did_you_mean = alike.iter().map(|serial| serial.as_str().to_owned()).collect();
            return Ok(CheckAnswer { did_you_mean, ..unknown(serial) });
        }
    };
    let status = if rules.one_time && known.owned { CheckStatus::Registered } else { CheckStatus::Available };
    Ok(CheckAnswer { status, serial_number: known.serial, product: product(known.product_name, known.sku), did_you_mean: Vec::new() })
}

async fn at_upstream(
    app: &App,
    merchant: &Merchant,
    upstream: &Upstream,
    serial: &SerialNumber,
    rules: &SerialNumberRules,
) -> Result<CheckAnswer, GatewayError> {
    // What cannot be one of the maker's numbers is not asked for; what it may have been follows from the format alone, since the
    // upstream has no way to ask what looks alike.
    if !rules.looks_right(serial.as_str()) {
        return Ok(CheckAnswer { did_you_mean: rules.meant(serial.as_str()), ..unknown(serial) });
    }
    let client = forward::client(app, merchant, upstream).await?;
    let found = match client.serial_number(serial).await {
        Ok(found) => found,
        Err(trouble) => return Err(forward::unanswered(app, merchant, upstream, trouble).await),
    };
    forward::answered(app, merchant, upstream).await;
    let Some(known) = found else {
        return Ok(unknown(serial));
    };
    let status = if rules.one_time && known.registered { CheckStatus::Registered } else { CheckStatus::Available };
    let serial_number = known.serial.unwrap_or_else(|| serial.as_str().to_owned());
    Ok(CheckAnswer { status, serial_number, product: product(known.product_name, known.sku), did_you_mean: Vec::new() })
}

/// What is said of a number that is not known.
pub fn unknown(serial: &SerialNumber) -> CheckAnswer {
    CheckAnswer { status: CheckStatus::Unknown, serial_number: serial.as_str().to_owned(), product: None, did_you_mean: Vec::new() }
}

fn product(name: Option<String>, sku: Option<String>) -> Option<CheckedProduct> {
    (name.is_some() || sku.is_some()).then_some(CheckedProduct { name, sku })
}
