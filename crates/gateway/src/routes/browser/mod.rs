//! What a page may do, and nothing else: there is no handler here that reads a customer's data or changes a stored one.

mod card;
mod confirmations;
mod hosted;
mod links;
mod receipts;
mod registrations;
mod serial_numbers;
mod sessions;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

use crate::app::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/{key}/regcard.js", get(card::script))
        .route("/v1/forms/{key}/{form}/card", get(card::card))
        .route("/v1/assets/{name}", get(card::asset))
        .route("/v1/sessions", post(sessions::open))
        .route("/v1/serial_numbers/check", post(serial_numbers::check))
        .route("/v1/upload_file", post(uploads::grant))
        .route("/v1/uploads/{grant}", put(uploads::take))
        .route("/v1/registrations", post(registrations::register))
        .route("/v1/registrations/status", get(registrations::status))
        .route("/v1/forms/{key}/{form}", get(hosted::read).post(hosted::post))
        .route("/v1/registrations/confirmation", post(confirmations::send))
        .route("/s/{link}", get(links::read).post(links::post))
        .route("/r/{receipt}", get(receipts::read))
}
