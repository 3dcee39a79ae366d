//! The words on the screen: one enum of what can be said, one file a language.
//!
//! A language is a function from what is to be said to the words. The compiler therefore refuses a language that lacks
//! a text. Only the gateway, natively, holds all of them: the card gets those of its own language with the form.

#[cfg(not(target_arch = "wasm32"))]
mod en;

use regcard_protocol::by_key::ByKey;
use serde::Deserialize;

macro_rules! texts {
    ($($(#[$about:meta])* $name:ident = $key:literal,)*) => {
        /// Something the card can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Text {
            $($(#[$about])* $name,)*
        }

        impl Text {
            /// Everything the card can say.
            pub const ALL: &[Text] = &[$(Text::$name),*];

            /// The name under which a language's table, and a merchant's own wording, hold it.
            pub fn key(self) -> &'static str {
                match self {
                    $(Text::$name => $key,)*
                }
            }
        }
    };
}

texts! {
    /// The heading of a form that names none.
    Title = "title",
    /// The sentence under it.
    Intro = "intro",
    /// Behind the label of a field that need not be filled in.
    Optional = "optional",
    /// Label.
    Name = "name",
    /// Label.
    Email = "email",
    /// Label.
    Product = "product",
    /// The empty choice of a list.
    Choose = "choose",
    /// Label.
    SerialNumber = "serial-number",
    /// Hint.
    SerialNumberHint = "serial-number-hint",
    /// Label of the second and further rows; `{number}` counts.
    SerialNumberNth = "serial-number-nth",
    /// Button.
    AddSerialNumber = "add-serial-number",
    /// Button; `{number}` counts.
    RemoveSerialNumber = "remove-serial-number",
    /// Label.
    PurchaseDate = "purchase-date",
    /// Label.
    Receipt = "receipt",
    /// In the empty receipt field.
    ReceiptPrompt = "receipt-prompt",
    /// Under it: what is taken.
    ReceiptLimits = "receipt-limits",
    /// Button of the receipt field.
    ChooseFile = "choose-file",
    /// The main button.
    Register = "register",
    /// The main button while the form is on its way.
    Sending = "sending",
    /// The main button while the receipt is on its way.
    SendingReceipt = "sending-receipt",
    /// Under the main button.
    Foot = "foot",
    /// Heading of the error summary.
    Problem = "problem",
    /// Before a message at a field, for screen readers.
    Error = "error",
    /// Under a serial number.
    Checking = "checking",
    /// Under a serial number; `{product}` is what it belongs to.
    FoundProduct = "found-product",
    /// Under a serial number whose product is not known.
    Found = "found",
    /// Under a serial number that somebody has registered.
    Taken = "taken",
    /// Under a serial number that nobody knows.
    Unknown = "unknown",
    /// Under a serial number that could not be checked.
    CheckFailed = "check-failed",
    /// In the receipt field; `{percent}` is how much has arrived.
    UploadPercent = "upload-percent",
    /// In the receipt field.
    UploadStored = "upload-stored",
    /// Button.
    Cancel = "cancel",
    /// Button.
    Remove = "remove",
    /// Button.
    TryAgain = "try-again",
    /// Message.
    EnterName = "enter-name",
    /// Message.
    EnterEmail = "enter-email",
    /// Message.
    WrongEmail = "wrong-email",
    /// Message.
    EnterProduct = "enter-product",
    /// Message.
    EnterSerialNumber = "enter-serial-number",
    /// Message.
    WrongSerialNumber = "wrong-serial-number",
    /// Message.
    SerialNumberTwice = "serial-number-twice",
    /// Message.
    TooManySerialNumbers = "too-many-serial-numbers",
    /// Message.
    EnterDate = "enter-date",
    /// Message.
    WrongDate = "wrong-date",
    /// Message.
    DateInFuture = "date-in-future",
    /// Message.
    DateTooEarly = "date-too-early",
    /// Message; `{label}` is the field's.
    EnterAnswer = "enter-answer",
    /// Message; `{label}` is the field's.
    ChooseAnswer = "choose-answer",
    /// Message; `{label}` is the field's.
    TickBox = "tick-box",
    /// Message; `{label}` is the field's.
    TooLong = "too-long",
    /// Message; `{label}` is the field's.
    WrongCharacters = "wrong-characters",
    /// Message; `{label}` is the field's.
    WrongAnswer = "wrong-answer",
    /// Message.
    ChooseReceipt = "choose-receipt",
    /// Message.
    FileEmpty = "file-empty",
    /// Message.
    FileTooLarge = "file-too-large",
    /// Message.
    FileType = "file-type",
    /// Message.
    FileUnreadable = "file-unreadable",
    /// Message.
    UploadFailed = "upload-failed",
    /// Message.
    ReceiptLost = "receipt-lost",
    /// Notice: the gateway cannot be reached.
    Unreachable = "unreachable",
    /// Notice: the gateway, or what stands behind it, cannot do it now.
    Unavailable = "unavailable",
    /// Notice: too many at once.
    TooMany = "too-many",
    /// Notice: sent, but whether it arrived is not known.
    OutcomeUnknown = "outcome-unknown",
    /// Notice: this page may not use this card.
    NotAllowed = "not-allowed",
    /// Notice: the form cannot be sent, and not for a reason that the customer could mend.
    Refused = "refused",
    /// Heading of the end; `{product}` is what was registered.
    DoneProduct = "done-product",
    /// Heading of the end without a product's name.
    Done = "done",
    /// Heading of the end while it is on its way upstream.
    DoneQueued = "done-queued",
    /// The end, if an earlier version of the form turned out to be stored.
    DoneEarlier = "done-earlier",
    /// Label at the end.
    Number = "number",
    /// Button at the end.
    Copy = "copy",
    /// The same after it was pressed.
    Copied = "copied",
}

/// The words of one language, as the card holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Texts(ByKey<String>);

impl Texts {
    /// The words for this; its key where a gateway of another age sent none.
    pub fn get(&self, text: Text) -> &str {
        self.0.get(text.key()).map_or(text.key(), String::as_str)
    }

    /// The words for this with `{name}` replaced by a value.
    pub fn with(&self, text: Text, name: &str, value: &str) -> String {
        let mut pieces = self.get(text).split('{');
        let mut words = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            match piece.split_once('}') {
                Some((known, rest)) if known == name => {
                    words.push_str(value);
                    words.push_str(rest);
                }
                Some(_) | None => {
                    words.push('{');
                    words.push_str(piece);
                }
            }
        }
        words
    }
}

impl From<ByKey<String>> for Texts {
    fn from(table: ByKey<String>) -> Texts {
        Texts(table)
    }
}

/// The language that stands here and is nearest to a tag such as `de-AT`; English if none is.
#[cfg(not(target_arch = "wasm32"))]
pub fn nearest(_tag: &str) -> &'static str {
    "en"
}

/// Every text of a language that [`nearest`] names, by key.
#[cfg(not(target_arch = "wasm32"))]
pub fn table(_language: &str) -> ByKey<String> {
    Text::ALL.iter().map(|text| (text.key().to_owned(), en::en(*text).to_owned())).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_a_key_of_its_own() {
        assert_eq!(table("en").len(), Text::ALL.len());
    }

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(Texts::from(table("en")).with(Text::DoneProduct, "product", "Espresso Duo"), "Your Espresso Duo is registered");
    }
}
