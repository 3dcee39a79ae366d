//! Sending a confirmation once more: to the registered address, whoever asks, and without a word on whether there is one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use regcard_protocol::serial_number::{CheckRequest, SerialNumber};

use super::registrations::language;
use crate::app::App;
use crate::extract::{JsonBody, PageSession, Pairs, Peer, decode};
use crate::limits;
use crate::mail;
use crate::problem::GatewayError;
use crate::token::Operation;

pub(super) async fn send(
    State(app): State<Arc<App>>,
    peer: Peer,
    page: PageSession,
    query: Pairs,
    headers: HeaderMap,
    JsonBody(body): JsonBody<{ limits::JSON_BYTES }>,
) -> Result<StatusCode, GatewayError> {
    page.allow(Operation::Check)?;
    let asked: CheckRequest = decode(body)?;
    let language = language(&query, &headers).unwrap_or("en");
    let within = match app.budgets.check(&page.session.sid, peer.into(), app.clock.seconds()).await {
        Ok(_left) => true,
        Err(GatewayError::BudgetExhausted { .. }) => false,
        // The answer says nothing of it; somebody has to.
        Err(error) => {
            error.log();
            false
        }
    };
    if let (true, Ok(serial)) = (within, SerialNumber::parse(&asked.serial_number)) {
        // After the answer, so that how long it takes tells nothing either.
        tokio::spawn(async move {
            if let Err(error) = mail::confirm_again(&app, &page.merchant, &serial, language).await {
                error.log();
            }
        });
    }
    Ok(StatusCode::ACCEPTED)
}
