//! The registration API, for merchants' servers. No page may read its answers: none of them carries a CORS header.

mod registrations;
mod serial_numbers;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/registrations", get(registrations::list).post(registrations::register))
        .route("/serial_numbers", post(serial_numbers::add))
        .route("/serial_numbers/{serial}", get(serial_numbers::read))
        .route("/upload_file", get(uploads::grant))
        // The documentation spells it so in places.
        .route("/upload_fiile", get(uploads::grant))
}
