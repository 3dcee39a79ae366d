//! Reading the hosted page's form as it comes back. Files are judged and written while they come; of a post that cannot
//! register, or whose page has registered already, none are kept.

use futures_util::{StreamExt, stream};
use regcard::form::{Message, NONCE};
use regcard::text::Text;
use regcard_protocol::form::FieldKind;
use regcard_protocol::limits as shared;

use super::Hosted;
use super::visit::Visit;
use crate::clock;
use crate::extract::{Part, Post, PostedFile};
use crate::limits;
use crate::problem::GatewayError;
use crate::receipts::{Come, Wanted};
use crate::secrets::hex;
use crate::uploads::{self, kept_name};

/// A form that came back.
#[derive(Debug)]
pub(super) struct Posted {
    /// Every text, by its control's name, in order.
    pub(super) given: Vec<(String, String)>,
    /// The page, if it was one of ours, with a good nonce.
    pub(super) visit: Option<Visit>,
    /// Files, by the field's position.
    pub(super) files: Vec<(usize, Came)>,
}

/// A file that came along.
#[derive(Debug)]
pub(super) enum Came {
    /// Good, and on the disk. What it is called.
    Whole(String, Come),
    /// Good, and read past. Its hash.
    Passed([u8; 32]),
    /// Not taken, for this reason.
    Refused(Message),
}

/// Reads a post to its end. A nonce counts only in a post of the gateway's own page.
pub(super) async fn read(hosted: &Hosted<'_>, from_own_page: bool, mut post: Post) -> Result<Posted, GatewayError> {
    let mut posted = Posted { given: Vec::new(), visit: None, files: Vec::new() };
    let mut passed = 0;
    while let Some(part) = post.next().await? {
        match part {
            Part::Text(name, value) if name == NONCE => {
                if from_own_page && posted.visit.is_none() {
                    posted.visit = Visit::open(hosted, &value).await?;
                }
            }
            Part::Text(name, value) => posted.given.push((name, value)),
            Part::File(mut file) => {
                let field = |field: &regcard_protocol::form::Field| field.kind == FieldKind::Receipt && field.key == file.control;
                let index = hosted.form.form.fields.iter().position(field);
                let index = index.filter(|index| {
                    // One more than fit, so that it is said that they do not.
                    let most = if hosted.form.form.fields[*index].several { shared::FILES + 1 } else { 1 };
                    posted.files.iter().filter(|(other, _)| other == index).count() < most
                });
                if let (Some(visit), Some(index)) = (&posted.visit, index) {
                    posted.files.extend(take(hosted, visit, &mut file).await?.map(|came| (index, came)));
                }
                let most = if posted.visit.is_some() { limits::PASSED_OWN_BYTES } else { limits::PASSED_BYTES };
                while let Some(piece) = file.chunk().await? {
                    passed += piece.len() as u64;
                    if passed > most {
                        return Err(GatewayError::TooLarge);
                    }
                }
            }
        }
    }
    Ok(posted)
}

/// Takes a file, as far as it is good. `None` if there is none: a control without a file sends an empty part.
async fn take(hosted: &Hosted<'_>, visit: &Visit, file: &mut PostedFile<'_>) -> Result<Option<Came>, GatewayError> {
    let Some(first) = file.chunk().await? else {
        return Ok((!file.name.is_empty()).then_some(Came::Refused(Text::FileEmpty)));
    };
    let bytes = stream::once(std::future::ready(Ok(first))).chain(&mut file.bytes);
    let came = if visit.settled().is_some() {
        hosted.app.receipts.disk.compare(Wanted::Any, bytes).await.map(|judged| Came::Passed(judged.hash))
    } else {
        let spent = hosted.app.budgets.upload(&visit.page.sid, hosted.peer.into(), hosted.app.clock.seconds()).await;
        match spent {
            Ok(_left) => {}
            Err(GatewayError::BudgetExhausted { .. }) => return Ok(Some(Came::Refused(Text::TooMany))),
            Err(error) => return Err(error),
        }
        if let Err(error) = uploads::room(hosted.app, hosted.merchant) {
            error.log();
            return Ok(Some(Came::Refused(Text::UploadFailed)));
        }
        let name = hex(&clock::random::<16>()?);
        hosted.app.receipts.disk.come(&name, Wanted::Any, bytes).await.map(|come| Came::Whole(kept_name(&file.name), come))
    };
    match came {
        Ok(came) => Ok(Some(came)),
        Err(GatewayError::FileTooLarge) => Ok(Some(Came::Refused(Text::FileTooLarge))),
        Err(GatewayError::TypeNotAllowed) => Ok(Some(Came::Refused(Text::FileType))),
        Err(error @ (GatewayError::LengthMismatch | GatewayError::RequestTimeout)) => Err(error),
        Err(error) => {
            error.log();
            Ok(Some(Came::Refused(Text::UploadFailed)))
        }
    }
}
