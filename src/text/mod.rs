//! The words on the screen: one enum of what can be said, one file a language.
//!
//! A language is a function from what is to be said to the words. The compiler therefore refuses a language that lacks
//! a text. Only the gateway, natively, holds all of them: the card gets those of its own language with the form.

#[cfg(not(target_arch = "wasm32"))]
mod languages;
#[cfg(not(target_arch = "wasm32"))]
mod plural;

use regcard_protocol::by_key::ByKey;
use serde::Deserialize;

#[cfg(not(target_arch = "wasm32"))]
pub use languages::{Direction, Words, asked, choice, countries, direction, languages, nearest, placeholders, plurals, table};
#[cfg(not(target_arch = "wasm32"))]
pub use plural::plural;

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
    /// The same where several files are taken.
    ReceiptLimitsSeveral = "receipt-limits-several",
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
    /// Heading of the error summary; counts, so it has a form for each of the language's plural categories.
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
    /// Under a serial number that cannot be registered, where the form does not tell why.
    NotAccepted = "not-accepted",
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
    /// Label.
    Phone = "phone",
    /// Label.
    Country = "country",
    /// Label.
    Address1 = "address1",
    /// Label.
    Address2 = "address2",
    /// Label.
    PostCode = "post-code",
    /// Label.
    City = "city",
    /// Label.
    State = "state",
    /// Hint of a list that is searched by typing.
    Search = "search",
    /// What opens the explanation of where the serial number stands.
    Where = "where",
    /// What the picture of that shows, for those who do not see it.
    WherePicture = "where-picture",
    /// Before serial numbers that look like the one typed; each follows as a button.
    DidYouMean = "did-you-mean",
    /// Under a serial number that is registered: what opens the next text.
    TakenMine = "taken-mine",
    /// Then.
    TakenMineThen = "taken-mine-then",
    /// After it, where confirmations are sent by mail.
    TakenMineMail = "taken-mine-mail",
    /// Button: the confirmation is wanted once more.
    ConfirmAgain = "confirm-again",
    /// In its place, whether there is a confirmation or not.
    ConfirmedAgain = "confirmed-again",
    /// Under a serial number that is registered: what opens the next text.
    TakenSecondHand = "taken-second-hand",
    /// Then, where the form has no words of its own.
    TakenSecondHandThen = "taken-second-hand-then",
    /// The link that follows, where the form has one.
    TakenLink = "taken-link",
    /// Button of the receipt field: opens the camera.
    Camera = "camera",
    /// Button of the receipt field, where several files are taken.
    AddFile = "add-file",
    /// In the receipt field, while a picture is made smaller.
    Preparing = "preparing",
    /// In the receipt field, while nothing arrives.
    WaitingForNetwork = "waiting-for-network",
    /// Under the receipt field of an app whose camera brings nothing.
    FileNothing = "file-nothing",
    /// Button: send the form although the receipt could not be sent.
    SendWithout = "send-without",
    /// Message.
    WrongPhone = "wrong-phone",
    /// Message; `{label}` is the field's.
    WrongNumber = "wrong-number",
    /// Message; `{label}` is the field's.
    NumberTooSmall = "number-too-small",
    /// Message; `{label}` is the field's.
    NumberTooLarge = "number-too-large",
    /// Message; `{label}` is the field's.
    WrongPattern = "wrong-pattern",
    /// Message.
    WrongCheckDigit = "wrong-check-digit",
    /// Message; `{label}` is the field's.
    TooManyFiles = "too-many-files",
    /// Button: empties the form and forgets what was kept of it.
    Clear = "clear",
    /// Said when what was typed before stands in the form again.
    DraftBack = "draft-back",
    /// Behind it, in a form that takes files: they are not kept.
    DraftFiles = "draft-files",
    /// Notice: the browser has no network.
    Offline = "offline",
    /// Notice: the page is being edited, so nothing is sent.
    Preview = "preview",
    /// Notice on the hosted page: its form was open for too long.
    PageExpired = "page-expired",
    /// Notice on the hosted page: more came than a person can have typed.
    OnceMore = "once-more",
    /// The end, if the receipt was left out.
    DoneWithoutReceipt = "done-without-receipt",
    /// Label at the end.
    WarrantyUntil = "warranty-until",
    /// Button at the end: a calendar file with the end of the warranty.
    Calendar = "calendar",
    /// The calendar entry; `{product}` is what was registered.
    CalendarTitle = "calendar-title",
    /// Button at the end.
    Print = "print",
    /// Button at the end: the form again, with the customer's data kept.
    Another = "another",
    /// Label at the end.
    Coupon = "coupon",
    /// Button at the end, where the form gives a link without words.
    More = "more",
    /// Button that opens the card in a dialog.
    Open = "open",
    /// Button that closes the dialog.
    Close = "close",
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

    /// The words for so many of it. Words that count are written `one=…|other=…`, by the plural categories of the language
    /// (Unicode CLDR), of which `category` is the one that the number falls into.
    pub fn count(&self, text: Text, category: &str, count: usize) -> String {
        let all = self.get(text);
        let of =
            |wanted: &str| all.split('|').find_map(|part| part.split_once('=').filter(|(of, _)| *of == wanted).map(|(_, words)| words));
        let words = of(category).or_else(|| of("other")).unwrap_or(all);
        filled(words, "count", &count.to_string())
    }

    /// The words for this with `{name}` replaced by a value.
    pub fn with(&self, text: Text, name: &str, value: &str) -> String {
        filled(self.get(text), name, value)
    }
}

fn filled(words: &str, name: &str, value: &str) -> String {
    let mut pieces = words.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((known, rest)) if known == name => {
                filled.push_str(value);
                filled.push_str(rest);
            }
            Some(_) | None => {
                filled.push('{');
                filled.push_str(piece);
            }
        }
    }
    filled
}

impl From<ByKey<String>> for Texts {
    fn from(table: ByKey<String>) -> Texts {
        Texts(table)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_a_key_of_its_own() {
        assert_eq!(table("en").len(), Text::ALL.len());
    }

    #[test]
    fn words_that_count_have_a_form_for_the_number() {
        let texts = Texts::from(table("en"));
        assert_eq!(texts.count(Text::Problem, "one", 1), "There is a problem");
        assert_eq!(texts.count(Text::Problem, "other", 3), "There is a problem: 3 answers need another look");
        assert_eq!(texts.count(Text::Problem, "many", 3), "There is a problem: 3 answers need another look");
    }

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(Texts::from(table("en")).with(Text::DoneProduct, "product", "Espresso Duo"), "Your Espresso Duo is registered");
    }
}
