//! A registration: as it arrives, as text, and once it has been checked, when it can only hold good values.

use serde::{Deserialize, Serialize};

use crate::by_key::ByKey;
use crate::contact::{EmailAddress, PersonName};
use crate::date::Day;
use crate::serial_number::SerialNumber;

/// `POST /v1/registrations` takes this, with an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRegistrations {
    /// One or several, all of them or none.
    pub registrations: Vec<NewRegistration>,
}

/// One registration as it was typed. Extra fields are keys beside the ones that every registration has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRegistration {
    /// The form's name in URLs; without it the session's or the default form.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_email: Option<String>,
    /// What was bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// As they were typed; blank ones do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_date: Option<String>,
    /// The merchant's own fields, by key.
    #[serde(flatten)]
    pub extras: ByKey<Answer>,
}

/// What was answered to one of the merchant's own fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// A box that is ticked, or not.
    Ticked(bool),
    /// A text, or the value of a choice.
    Text(String),
    /// The values of several choices.
    Several(Vec<String>),
    /// A file, by the upload it came with.
    File(UploadedFile),
    /// Several files.
    Files(Vec<UploadedFile>),
}

/// A file that was uploaded before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadedFile {
    /// From the answer of `POST /v1/upload_file`.
    pub upload_id: String,
}

/// A registration whose every value has been read into its type by the form's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// Full name.
    pub customer_name: Option<PersonName>,
    /// E-mail address.
    pub customer_email: EmailAddress,
    /// What was bought.
    pub product_name: Option<String>,
    /// At least one where the form requires it, each of them once.
    pub serial_numbers: Vec<SerialNumber>,
    /// The day it was bought.
    pub purchase_date: Option<Day>,
    /// The merchant's own fields, by key. A consent holds the sentence that was agreed to, or nothing.
    pub extras: ByKey<Answer>,
}

/// What `POST /v1/registrations` answers: 201, or 202 if it is queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationsAnswer {
    /// In the order they were sent.
    pub registrations: Vec<Registered>,
    /// Reads the status of these registrations for a day, and nothing else.
    pub status_token: String,
}

/// What `GET /v1/registrations/status` answers. Never personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// In the order they were sent.
    pub registrations: Vec<Registered>,
}

/// How it stands with one registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The registration's number; none while it is queued upstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it is.
    pub status: RegistrationStatus,
}

/// Where a registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationStatus {
    /// Stored, once.
    Registered,
    /// Accepted and on its way upstream.
    Queued,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_fields_are_keys_beside_the_others() {
        let text = r#"{"registrations":[{"type":"product-registration","customerEmail":"tom@example.com","serialNumbers":["123"],"Age":"40","newsletter":true,"InvoiceUpload":{"uploadId":"u1"}}]}"#;
        let read: NewRegistrations = serde_json::from_str(text).unwrap();
        let extras = &read.registrations[0].extras;
        assert_eq!(extras["Age"], Answer::Text("40".into()));
        assert_eq!(extras["newsletter"], Answer::Ticked(true));
        assert_eq!(extras["InvoiceUpload"], Answer::File(UploadedFile { upload_id: "u1".into() }));
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
