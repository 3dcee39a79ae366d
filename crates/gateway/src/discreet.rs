//! What a form that is set to discreet checking says of serial numbers: whether one can be registered, and nothing else. One that
//! somebody has registered and one that nobody knows are answered alike, by a check as by a submit.
//!
//! Pages alone are answered so. A merchant's server is told what is the matter.

use regcard_protocol::problem::FieldError;
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, SerialNumber};
use regcard_protocol::validate::Fault;

use crate::problem::GatewayError;

/// A check's answer without what is not told: the number as it was typed, no product, nothing that looks alike.
pub fn answer(serial: &SerialNumber, status: CheckStatus) -> CheckAnswer {
    let status = match status {
        CheckStatus::Available | CheckStatus::Accepted => CheckStatus::Accepted,
        CheckStatus::Registered | CheckStatus::Unknown | CheckStatus::NotAccepted => CheckStatus::NotAccepted,
    };
    CheckAnswer { status, serial_number: serial.as_str().to_owned(), product: None, did_you_mean: Vec::new() }
}

/// A refusal without what is not told: 422, whichever it was.
pub fn refusal(error: GatewayError) -> GatewayError {
    match error {
        GatewayError::SerialAlreadyRegistered(errors) | GatewayError::Validation(errors) => GatewayError::Validation(self::errors(errors)),
        other => other,
    }
}

/// The same of what is wrong field by field. In the fields' order, since otherwise that would tell.
pub fn errors(mut errors: Vec<FieldError>) -> Vec<FieldError> {
    for error in &mut errors {
        // The store finds two ways to type one number only where it knows it, so that this would tell as well.
        if let Some(Fault::SerialNumberUnknown | Fault::SerialNumberRegistered | Fault::SerialNumberTwice) = Fault::parse(&error.code) {
            error.code = Fault::SerialNumberNotAccepted.code().to_owned();
            error.message = Fault::SerialNumberNotAccepted.message().to_owned();
        }
    }
    errors.sort_by(|one, other| one.pointer.cmp(&other.pointer));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(index: usize, fault: Fault) -> FieldError {
        FieldError {
            pointer: format!("/registrations/0/serialNumbers/{index}"),
            code: fault.code().to_owned(),
            message: fault.message().to_owned(),
        }
    }

    #[test]
    fn a_registered_and_an_unknown_number_are_refused_alike_in_whatever_order() {
        let one = refusal(GatewayError::Validation(vec![at(1, Fault::SerialNumberUnknown), at(0, Fault::SerialNumberRegistered)]));
        let other = refusal(GatewayError::Validation(vec![at(0, Fault::SerialNumberUnknown), at(1, Fault::SerialNumberRegistered)]));
        let taken =
            refusal(GatewayError::SerialAlreadyRegistered(vec![at(0, Fault::SerialNumberRegistered), at(1, Fault::SerialNumberTwice)]));
        assert_eq!((one.status(), taken.status()), (422, 422));
        let one = one.into_errors();
        assert_eq!(one, other.into_errors());
        assert_eq!(one, taken.into_errors());
        assert_eq!(one, [at(0, Fault::SerialNumberNotAccepted), at(1, Fault::SerialNumberNotAccepted)]);
    }

    #[test]
    fn what_is_wrong_elsewhere_is_said_as_ever() {
        let error = FieldError { pointer: "/registrations/0/customerEmail".to_owned(), ..at(0, Fault::Email) };
        assert_eq!(refusal(GatewayError::Validation(vec![error.clone()])).into_errors(), [error]);
        assert_eq!(refusal(GatewayError::IdempotencyInProgress).status(), 409);
    }
}
