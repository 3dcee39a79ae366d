//! The private link of a mail: one registration's status, and one receipt that can be added to it. Nothing else can be read or changed
//! with it, and the customer's name and address are not shown.

mod page;

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use regcard::form::Message;
use regcard::text::Text;
use tokio::time::timeout;

use crate::app::App;
use crate::clock;
use crate::extract::{Part, Peer, Post, PostedFile};
use crate::forms::LoadedForm;
use crate::limits;
use crate::mail::receipt_field;
use crate::problem::GatewayError;
use crate::receipts::{Come, Wanted};
use crate::secrets::hex;
use crate::store::{LateReceipt, Merchant, Mode, Record, RecordSerial};
use crate::token::{Away, Link};
use crate::upstream::Entry;
use crate::{forward, uploads};

pub use page::{Page, gone, later, page};

/// The one control of the page's form.
pub const RECEIPT: &str = "receipt";

/// What a link leads to.
#[derive(Debug)]
pub struct Opened {
    link: Link,
    /// Whose it is.
    pub merchant: Merchant,
    /// The registration as it is now.
    pub record: Record,
    /// Its form, if there still is one.
    pub form: Option<Arc<LoadedForm>>,
}

/// Where a link leads.
#[derive(Debug)]
pub enum Leads {
    /// To a registration.
    To(Box<Opened>),
    /// Nowhere: it has run out, was never made, or its registration is gone.
    Nowhere,
    /// Another API keeps the registration, and cannot be asked now.
    Later,
}

/// What became of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The receipt belongs to the registration.
    Now,
    /// It was not taken, for this reason.
    Refused(Message),
}

impl Opened {
    /// The field that a receipt can be added to: there is none yet.
    pub fn room(&self) -> Option<(&str, bool)> {
        let (key, several) = receipt_field(&self.form.as_ref()?.form)?;
        let none = !self.record.fields.contains_key(key) && self.record.receipts.iter().all(|receipts| receipts.field != key);
        let free = self.merchant.mode == Mode::Own && none;
        free.then_some((key, several))
    }

    /// Whether the form takes a receipt that cannot be added here: another API keeps the registration, and takes changes without a
    /// condition, so that one which has come there another way meanwhile would be overwritten.
    pub fn is_closed(&self) -> bool {
        self.link.up.is_some() && self.form.as_ref().is_some_and(|form| receipt_field(&form.form).is_some())
    }
}

/// Reads a link.
///
/// # Errors
/// If the store cannot be asked.
pub async fn open(app: &App, token: &str) -> Result<Leads, GatewayError> {
    let Ok(link) = app.tokens.open_link(token, app.clock.seconds()) else {
        return Ok(Leads::Nowhere);
    };
    let Some(merchant) = app.store.merchant(link.mid.clone()).await? else {
        return Ok(Leads::Nowhere);
    };
    let record = match (&link.up, &merchant.mode) {
        (None, _) => app.store.records(link.mid.clone(), vec![link.rid.clone()]).await?.pop(),
        (Some(away), Mode::Forward(upstream)) => match forward::seen(app, &merchant, upstream, away, &link.rid).await {
            Ok(entry) => entry.map(|entry| listed(entry, away)),
            Err(GatewayError::UpstreamUnavailable | GatewayError::BadUpstreamResponse) => return Ok(Leads::Later),
            Err(error) => return Err(error),
        },
        (Some(_), Mode::Own | Mode::Test) => None,
    };
    Ok(record.map_or(Leads::Nowhere, |record| {
        let form = app.forms.get(&record.form);
        Leads::To(Box::new(Opened { link, merchant, record, form }))
    }))
}

/// What an upstream lists, as if it had been kept here. Who the customer is, is none of the page's.
fn listed(entry: Entry, away: &Away) -> Record {
    let serial = |serial| RecordSerial { serial, customer_tags: None, sku: None };
    Record {
        id: entry.id.unwrap_or_default(),
        form: away.frm.clone(),
        product_name: entry.product_name,
        purchase_date: entry.purchase_date,
        serial_numbers: entry.serial_numbers.into_iter().map(serial).collect(),
        created_at: away.at,
        ..Record::default()
    }
}

/// Takes the receipt that was posted, if one can be added.
///
/// # Errors
/// For what is no form's post, or does not come to its end; if the store cannot be asked.
pub async fn add(app: &App, opened: &Opened, peer: Peer, post: Post) -> Result<Added, GatewayError> {
    let reading = timeout(limits::UPLOAD_TOTAL, read(app, opened, peer, post));
    let read = reading.await.map_err(|_| GatewayError::RequestTimeout)??;
    let Some((field, several)) = opened.room() else {
        return Ok(Added::Now);
    };
    let (name, come) = match read {
        Ok(came) => came,
        Err(reason) => return Ok(Added::Refused(reason)),
    };
    let sid = sid(opened);
    let upload = uploads::keep(app, &opened.merchant, &sid, &name, come).await?;
    // Somebody may have been faster; then a receipt is there, which is what was wanted, and this one is swept away.
    let (merchant, registration) = (opened.link.mid.clone(), opened.link.rid.clone());
    let late = LateReceipt { merchant, registration, field: field.to_owned(), several, upload, sid };
    if app.store.add_receipt(late, app.clock.millis()).await? {
        app.outbox.wake();
    }
    Ok(Added::Now)
}

/// What its uploads are counted under, and belong to until they are the registration's.
fn sid(opened: &Opened) -> String {
    format!("link {}", opened.link.jti)
}

async fn read(app: &App, opened: &Opened, peer: Peer, mut post: Post) -> Result<Result<(String, Come), Message>, GatewayError> {
    let mut taken = Err(Text::ChooseReceipt);
    let mut passed = 0;
    while let Some(part) = post.next().await? {
        match part {
            Part::Text(_, _) => {}
            Part::File(mut file) => {
                if file.control == RECEIPT && opened.room().is_some() && taken.is_err() {
                    taken = take(app, opened, peer, &mut file).await?;
                }
                while let Some(piece) = file.chunk().await? {
                    passed += piece.len() as u64;
                    if passed > limits::PASSED_OWN_BYTES {
                        return Err(GatewayError::TooLarge);
                    }
                }
            }
        }
    }
    Ok(taken)
}

async fn take(app: &App, opened: &Opened, peer: Peer, file: &mut PostedFile<'_>) -> Result<Result<(String, Come), Message>, GatewayError> {
    let Some(first) = file.chunk().await? else {
        return Ok(Err(if file.name.is_empty() { Text::ChooseReceipt } else { Text::FileEmpty }));
    };
    match app.budgets.upload(&sid(opened), peer.into(), app.clock.seconds()).await {
        Ok(_left) => {}
        Err(GatewayError::BudgetExhausted { .. }) => return Ok(Err(Text::TooMany)),
        Err(error) => return Err(error),
    }
    if let Err(error) = uploads::room(app, &opened.merchant) {
        error.log();
        return Ok(Err(Text::UploadFailed));
    }
    let bytes = stream::once(std::future::ready(Ok(first))).chain(&mut file.bytes);
    match app.receipts.disk.come(&hex(&clock::random::<16>()?), Wanted::Any, bytes).await {
        Ok(come) => Ok(Ok((uploads::kept_name(&file.name), come))),
        Err(GatewayError::FileTooLarge) => Ok(Err(Text::FileTooLarge)),
        Err(GatewayError::TypeNotAllowed) => Ok(Err(Text::FileType)),
        Err(error @ (GatewayError::LengthMismatch | GatewayError::RequestTimeout)) => Err(error),
        Err(error) => {
            error.log();
            Ok(Err(Text::UploadFailed))
        }
    }
}
