//! Looking a registration up for whoever has its link. That API has no way to one registration, so that the customer's are listed; one a
//! page first, as in `probe`, since the newest have been seen to be left out of longer lists.

use tokio::time::timeout;

use super::{answered, client, unanswered};
use crate::app::App;
use crate::limits;
use crate::problem::GatewayError;
use crate::store::{Merchant, Upstream};
use crate::token::Away;
use crate::upstream::{Client, Entry, Trouble};

/// The registration as the upstream lists it now. `None` if it is not there, as far as can be seen.
///
/// # Errors
/// [`GatewayError::UpstreamUnavailable`], [`GatewayError::BadUpstreamResponse`] if the upstream cannot be asked now.
pub(crate) async fn seen(
    app: &App,
    merchant: &Merchant,
    upstream: &Upstream,
    away: &Away,
    id: &str,
) -> Result<Option<Entry>, GatewayError> {
    let client = client(app, merchant, upstream).await?;
    if !client.has_room() {
        // A link may be asked for as often as somebody likes; whoever registers goes first.
        return Err(GatewayError::UpstreamUnavailable);
    }
    let looking = timeout(limits::LINK_TOTAL, walk(&client, away, id));
    match looking.await.unwrap_or(Err(Trouble::NoAnswer)) {
        Ok(entry) => {
            answered(app, merchant, upstream).await;
            Ok(entry)
        }
        Err(trouble) => Err(unanswered(app, merchant, upstream, trouble).await),
    }
}

async fn walk(client: &Client<'_>, away: &Away, id: &str) -> Result<Option<Entry>, Trouble> {
    let fits = |entry: &Entry| entry.references.contains(&away.reference) || !id.is_empty() && entry.id.as_deref() == Some(id);
    let mut before = None;
    for page in 1..=limits::LINK_PAGES {
        let listed = client.registrations(&away.eml, None, 1, page).await?;
        let newest = listed.entries.first().cloned();
        if let Some(found) = listed.entries.into_iter().find(fits) {
            return Ok(Some(found));
        }
        let whole = listed.total.is_some_and(|total| total <= page);
        // Nothing more, or the same again: pages are not heeded.
        if newest.is_none() || whole || newest == before {
            break;
        }
        before = newest;
    }
    Ok(client.registrations(&away.eml, None, 100, 1).await?.entries.into_iter().find(fits))
}
