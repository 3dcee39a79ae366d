//! The registration API, for merchants' servers. No page may read its answers: none of them carries a CORS header.

mod forms;
mod registrations;
mod serial_numbers;
mod uploads;

use std::sync::Arc;

use super::table::Table;
use crate::app::App;

pub(super) fn table() -> Table<Arc<App>> {
    Table::new()
        .get("/api/registrations", registrations::list)
        .post("/api/registrations", registrations::register)
        .put("/api/registrations/{id}", registrations::change)
        .delete("/api/registrations/{id}", registrations::erase)
        // The first version of the documentation spells it so.
        .put("/api/registration/{id}", registrations::change)
        .get("/api/serial_number", serial_numbers::random)
        .post("/api/serial_numbers", serial_numbers::add)
        .get("/api/serial_numbers/{serial}", serial_numbers::read)
        .get("/api/forms", forms::list)
        .get("/api/upload_file", uploads::grant)
        // The documentation spells it so in places.
        .get("/api/upload_fiile", uploads::grant)
}
