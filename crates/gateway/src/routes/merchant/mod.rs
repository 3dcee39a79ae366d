//! The registration API, for merchants' servers. No page may read its answers: none of them carries a CORS header.

mod forms;
mod registrations;
mod serial_numbers;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

use crate::app::App;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/registrations", get(registrations::list).post(registrations::register))
        .route("/registrations/{id}", put(registrations::change).delete(registrations::erase))
        // The first version of the documentation spells it so.
        .route("/registration/{id}", put(registrations::change))
        .route("/serial_number", get(serial_numbers::random))
        .route("/serial_numbers", post(serial_numbers::add))
        .route("/serial_numbers/{serial}", get(serial_numbers::read))
        .route("/forms", get(forms::list))
        .route("/upload_file", get(uploads::grant))
        // The documentation spells it so in places.
        .route("/upload_fiile", get(uploads::grant))
}
