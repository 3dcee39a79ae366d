//! What a page may do, and nothing else: there is no handler here that reads a customer's data or changes a stored one.

mod card;
mod confirmations;
mod description;
mod hosted;
mod links;
mod receipts;
mod registrations;
mod serial_numbers;
mod sessions;
mod uploads;

use std::sync::Arc;

use super::table::Table;
use crate::app::App;

pub(super) fn table() -> Table<Arc<App>> {
    Table::new()
        .get("/v1/openapi.json", description::read)
        .get("/v1/{key}/regcard.js", card::script)
        .get("/v1/forms/{key}/{form}/card", card::card)
        .get("/v1/assets/{name}", card::asset)
        .post("/v1/sessions", sessions::open)
        .post("/v1/serial_numbers/check", serial_numbers::check)
        .post("/v1/upload_file", uploads::grant)
        .put("/v1/uploads/{grant}", uploads::take)
        .post("/v1/registrations", registrations::register)
        .get("/v1/registrations/status", registrations::status)
        .get("/v1/forms/{key}/{form}", hosted::read)
        .post("/v1/forms/{key}/{form}", hosted::post)
        .post("/v1/registrations/confirmation", confirmations::send)
        .get("/s/{link}", links::read)
        .post("/s/{link}", links::post)
        .get("/r/{receipt}", receipts::read)
}
