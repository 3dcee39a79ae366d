//! A hosted page and its nonce: made with each page that is shown, read when the form comes back, good for one
//! registration.

use std::time::Duration;

use regcard_protocol::limits as shared;
use tokio::time::{sleep, timeout};

use super::Hosted;
use crate::clock;
use crate::extract::IdempotencyKey;
use crate::limits;
use crate::problem::GatewayError;
use crate::register::submit_key;
use crate::secrets::hex;
use crate::store::{Submit, SubmitState};
use crate::token::HostedPage;
use crate::turns::Turn;

/// A page whose form has come back. Posts of one page are worked on one after the other.
#[derive(Debug)]
pub(super) struct Visit {
    /// What its nonce says.
    pub(super) page: HostedPage,
    /// The nonce.
    pub(super) nonce: String,
    /// What became of its submits: several only where an upstream has refused all but the last.
    submits: Vec<Submit>,
    _turn: Turn,
}

/// A nonce for a page that is shown now. `sid` of a page that has run out goes on.
pub(super) fn nonce(hosted: &Hosted<'_>, sid: Option<String>) -> Result<String, GatewayError> {
    let page = HostedPage {
        v: 1,
        mid: hosted.merchant.id.clone(),
        ep: hosted.merchant.epoch,
        pk: hosted.subject.key.clone(),
        frm: hosted.subject.slug.clone(),
        sid: sid.unwrap_or_else(|| clock::new_id(&hosted.app.clock)),
        jti: hex(&clock::random::<16>()?),
        exp: hosted.app.clock.seconds() + limits::PAGE_SECONDS,
    };
    Ok(hosted.app.tokens.seal_page(&page)?)
}

impl Visit {
    /// Reads a nonce, waits for the posts of the same page that came before, and looks what became of them. `None` for a
    /// nonce that is not one of this merchant's, key's and form's pages.
    pub(super) async fn open(hosted: &Hosted<'_>, nonce: &str) -> Result<Option<Visit>, GatewayError> {
        let Ok(page) = hosted.app.tokens.open_page(nonce) else {
            return Ok(None);
        };
        let own = page.v == 1
            && page.mid == hosted.merchant.id
            && page.ep == hosted.merchant.epoch
            && page.pk == hosted.subject.key
            && page.frm == hosted.subject.slug;
        if !own {
            return Ok(None);
        }
        let turn = timeout(limits::UPLOAD_TOTAL, hosted.app.turns.of(&page.jti)).await.map_err(|_| GatewayError::Unavailable)?;
        let mut visit = Visit { page, nonce: nonce.to_owned(), submits: Vec::new(), _turn: turn };
        visit.look(hosted).await?;
        Ok(Some(visit))
    }

    /// What was registered from this page, or may have been. Nothing else is registered from it then.
    pub(super) fn settled(&self) -> Option<&Submit> {
        self.submits.last().filter(|last| last.state != SubmitState::Refused)
    }

    /// The key for what comes now: what an upstream has refused keeps its key, so the corrected form has the next one.
    pub(super) fn key(&self, fingerprint: [u8; 32]) -> IdempotencyKey {
        let same = self.submits.last().is_some_and(|last| last.fingerprint == fingerprint);
        key(&self.page, self.submits.len() - usize::from(same))
    }

    /// Reads what is known of the page's submits. What is on its way upstream is waited for.
    pub(super) async fn look(&mut self, hosted: &Hosted<'_>) -> Result<(), GatewayError> {
        let mut patience = limits::SETTLE_TOTAL;
        self.submits.clear();
        // A session has no more keys than this.
        while self.submits.len() <= shared::SESSION_REGISTRATIONS as usize {
            let key = submit_key(hosted.merchant, key(&self.page, self.submits.len()));
            match hosted.app.store.submit(key).await? {
                Some(submit) if submit.state == SubmitState::Sending && patience > Duration::ZERO => {
                    patience = patience.saturating_sub(limits::SETTLE_EVERY);
                    sleep(limits::SETTLE_EVERY).await;
                }
                Some(submit) => {
                    let refused = submit.state == SubmitState::Refused;
                    self.submits.push(submit);
                    if !refused {
                        break;
                    }
                }
                None => break,
            }
        }
        Ok(())
    }
}

/// The page's `nth` idempotency key. Nobody else can name it: what it is made of stands in the nonce, sealed.
fn key(page: &HostedPage, nth: usize) -> IdempotencyKey {
    IdempotencyKey(blake3::hash(format!("hosted page {} {nth}", page.jti).as_bytes()).into())
}
