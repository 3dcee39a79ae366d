//! Checking a serial number while it is typed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use regcard_protocol::serial_number::{CheckAnswer, CheckRequest, CheckStatus, SerialNumber, SerialNumberError};
use regcard_protocol::validate::Fault;

use crate::app::App;
use crate::check;
use crate::extract::{JsonBody, PageSession, Peer, decode};
use crate::limits;
use crate::measure;
use crate::problem::GatewayError;
use crate::token::Operation;

pub(super) async fn check(
    State(app): State<Arc<App>>,
    peer: Peer,
    page: PageSession,
    JsonBody(body): JsonBody<{ limits::JSON_BYTES }>,
) -> Result<Response, GatewayError> {
    page.allow(Operation::Check)?;
    let asked: CheckRequest = decode(body)?;
    let serial = SerialNumber::parse(&asked.serial_number).map_err(|error| {
        let fault = match error {
            SerialNumberError::Empty => Fault::Required,
            SerialNumberError::TooLong { .. } => Fault::TooLong,
            SerialNumberError::Character(_) | SerialNumberError::DotsOnly => Fault::SerialNumber,
        };
        GatewayError::field("/serialNumber", fault.code(), fault.message())
    })?;
    let now = app.clock.seconds();
    let left = app.budgets.check_unless_guessed(&page.merchant, &page.session.sid, peer.into(), now).await?;
    Ok(left.beside(answer(&app, peer, &page, &serial, now).await.map(Json)))
}

async fn answer(app: &App, peer: Peer, page: &PageSession, serial: &SerialNumber, now: i64) -> Result<CheckAnswer, GatewayError> {
    let answer = check::check(app, page, serial).await?;
    measure::checked(answer.status);
    if matches!(answer.status, CheckStatus::Unknown | CheckStatus::NotAccepted) {
        app.budgets.missed(1, peer.into(), &page.merchant, now).await?;
    }
    Ok(answer)
}
