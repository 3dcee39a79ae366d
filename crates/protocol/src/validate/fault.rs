//! What can be wrong with an answer, with the code and the sentence that stand in a problem.

/// What can be wrong with one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was answered to a required field.
    Required,
    /// Longer than is stored.
    TooLong,
    /// Control characters or marks that turn the reading direction.
    Characters,
    /// Not an e-mail address.
    Email,
    /// Not a day of the calendar.
    Date,
    /// A day that has not come.
    DateInFuture,
    /// A day before [`limits::FIRST_YEAR`].
    DateTooEarly,
    /// Not one of the choices.
    NotAChoice,
    /// Not a serial number.
    SerialNumber,
    /// The same serial number twice, or more than fit.
    SerialNumberTwice,
    /// More serial numbers than the form takes.
    TooManySerialNumbers,
    /// A serial number that the merchant does not know.
    SerialNumberUnknown,
    /// A serial number that is registered already.
    SerialNumberRegistered,
    /// One or the other, where the form does not tell which.
    SerialNumberNotAccepted,
    /// Not a telephone number.
    Phone,
    /// Not a number.
    Number,
    /// Below the smallest number.
    TooSmall,
    /// Above the largest number.
    TooLarge,
    /// Not what the form says it looks like.
    Pattern,
    /// A serial number with a slip in it.
    CheckDigit,
    /// More files than the form takes.
    TooManyFiles,
    /// A file that did not arrive, or not with this session.
    File,
    /// Another kind of value than the field takes.
    Kind,
    /// A field that the form does not have.
    UnknownField,
}

impl Fault {
    pub(super) const ALL: [Fault; 24] = [
        Fault::Required,
        Fault::TooLong,
        Fault::Characters,
        Fault::Email,
        Fault::Date,
        Fault::DateInFuture,
        Fault::DateTooEarly,
        Fault::NotAChoice,
        Fault::SerialNumber,
        Fault::SerialNumberTwice,
        Fault::TooManySerialNumbers,
        Fault::SerialNumberUnknown,
        Fault::SerialNumberRegistered,
        Fault::SerialNumberNotAccepted,
        Fault::Phone,
        Fault::Number,
        Fault::TooSmall,
        Fault::TooLarge,
        Fault::Pattern,
        Fault::CheckDigit,
        Fault::TooManyFiles,
        Fault::File,
        Fault::Kind,
        Fault::UnknownField,
    ];

    /// The code in a problem's `errors`.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Required => "required",
            Fault::TooLong => "too-long",
            Fault::Characters => "characters",
            Fault::Email => "email",
            Fault::Date => "date",
            Fault::DateInFuture => "date-in-future",
            Fault::DateTooEarly => "date-too-early",
            Fault::NotAChoice => "not-a-choice",
            Fault::SerialNumber => "serial-number",
            Fault::SerialNumberTwice => "serial-number-twice",
            Fault::TooManySerialNumbers => "too-many-serial-numbers",
            Fault::SerialNumberUnknown => "serial-number-unknown",
            Fault::SerialNumberRegistered => "serial-number-registered",
            Fault::SerialNumberNotAccepted => "serial-number-not-accepted",
            Fault::Phone => "phone",
            Fault::Number => "number",
            Fault::TooSmall => "too-small",
            Fault::TooLarge => "too-large",
            Fault::Pattern => "pattern",
            Fault::CheckDigit => "check-digit",
            Fault::TooManyFiles => "too-many-files",
            Fault::File => "file",
            Fault::Kind => "kind",
            Fault::UnknownField => "unknown-field",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// One sentence for the merchant and the log. The card has its own words, in the customer's language.
    pub fn message(self) -> &'static str {
        match self {
            Fault::Required => "is required",
            Fault::TooLong => "is longer than allowed",
            Fault::Characters => "holds characters that cannot be shown",
            Fault::Email => "is not an e-mail address",
            Fault::Date => "is not a date; dates are written YYYY-MM-DD",
            Fault::DateInFuture => "lies in the future",
            Fault::DateTooEarly => "lies too far in the past",
            Fault::NotAChoice => "is not one of the choices",
            Fault::SerialNumber => "is not a serial number: 1 to 64 characters that can be printed",
            Fault::SerialNumberTwice => "stands there twice",
            Fault::TooManySerialNumbers => "is one serial number more than is taken",
            Fault::SerialNumberUnknown => "is not a known serial number",
            Fault::SerialNumberRegistered => "is registered already",
            Fault::SerialNumberNotAccepted => "cannot be registered",
            Fault::Phone => "is not a telephone number",
            Fault::Number => "is not a number",
            Fault::TooSmall => "is smaller than allowed",
            Fault::TooLarge => "is larger than allowed",
            Fault::Pattern => "does not look as it has to",
            Fault::CheckDigit => "does not carry the right check digit",
            Fault::TooManyFiles => "is one file more than is taken",
            Fault::File => "is not a file that was uploaded in this session",
            Fault::Kind => "is another kind of value than this field takes",
            Fault::UnknownField => "is not a field of this form",
        }
    }
}
