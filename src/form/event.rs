//! What can happen to a card, and what it then wants done. Plain data on both sides.

use regcard_protocol::date::Day;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{NewRegistrations, Registered};
use regcard_protocol::serial_number::CheckAnswer;

use super::{Answers, FileFacts};

/// A control, as far as focus and messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field by its position in the form.
    Field(usize),
    /// A row of serial numbers by its id.
    Row(u32),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A text, date or choice was changed.
    Typed(usize, String),
    /// A box was ticked or not.
    Ticked(usize, bool),
    /// One of several choices was ticked or not: field, value.
    Chose(usize, String, bool),
    /// A field lost the focus.
    Left(usize),
    /// A serial number was changed.
    SerialTyped(u32, String),
    /// A serial number lost the focus, or a scanner ended it: no reason to wait any longer.
    SerialLeft(u32),
    /// Enter was pressed in a serial number.
    SerialEntered(u32),
    /// A scanner typed a serial number and pressed Enter.
    SerialScanned(u32),
    /// Several serial numbers were pasted into this row.
    SerialsPasted(u32, Vec<String>),
    /// A suggestion was taken: row, number.
    Suggested(u32, String),
    /// The confirmation of a registered number is wanted once more.
    ConfirmAgain(u32),
    /// The pause after typing is over.
    CheckDue(u32, u32),
    /// The gateway answered a check: row, generation, answer.
    Checked(u32, u32, Result<CheckAnswer, CallFault>),
    /// Another serial number is wanted.
    RowAdded,
    /// A serial number is not wanted any longer.
    RowRemoved(u32),
    /// Files were chosen, dropped, pasted or taken by the camera for a field.
    FilesPicked(usize, Vec<FileFacts>),
    /// How much has left: field, file, percent; `None` while nothing moves.
    UploadMoved(usize, u32, Option<u8>),
    /// The file is stored: field, file, upload id.
    Uploaded(usize, u32, String),
    /// The file could not be stored: field, file, and the status of the refusal; 0 if nobody answered.
    UploadFailed(usize, u32, u16),
    /// A file is not to be sent, or to be taken out: field, position.
    FileRemoved(usize, usize),
    /// A file is to be sent once more: field, position.
    UploadRetried(usize, usize),
    /// A picture is to be taken for a field.
    CameraPressed(usize),
    /// A field's picker was opened.
    PickerOpened(usize),
    /// It was closed, and nothing was chosen.
    PickerClosed(usize),
    /// It has been open for long.
    PickerSilent(usize),
    /// The form is to be sent without the files that are not there yet.
    SendWithout,
    /// The form is to be emptied.
    Cleared,
    /// Something else is to be registered by the same customer.
    AnotherPressed,
    /// The network went, or came back.
    Network(bool),
    /// A key is still kept from an earlier visit, whose submit nobody knows the outcome of.
    KeyFound(String),
    /// How asking for the status of that submit went.
    EarlierKnown(StatusResult),
    /// Submit was pressed. What the controls hold is not known yet.
    SubmitPressed,
    /// The page does not want it to be sent now.
    SubmitWithheld,
    /// No session could be opened.
    SessionFailed(CallFault),
    /// What the controls hold at submit, a new idempotency key, and the day it is.
    Gathered(Answers, String, Day),
    /// How sending went.
    Sent(SendResult),
    /// How asking for the status went.
    StatusKnown(StatusResult),
    /// A line of the error summary was pressed.
    SummaryPressed(Place),
    /// The registration's number, or the coupon, is to be copied.
    CopyPressed(String),
    /// The end of the warranty is to go into a calendar: the entry's title.
    CalendarPressed(String),
    /// The end is to be printed.
    PrintPressed,
    /// That text was copied.
    Copied(String),
}

/// Something the card wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell [`Event::CheckDue`] after the pause: row, generation.
    CheckLater(u32, u32),
    /// Ask the gateway about a serial number: row, generation, text.
    Check(u32, u32, String),
    /// Ask the gateway to send the confirmation of a serial number once more. There is no answer to wait for.
    ConfirmAgain(String),
    /// An answer to this row's check is not wanted any longer.
    AbortCheck(u32),
    /// Put a text into a control: nobody writes to one otherwise.
    Fill(Place, String),
    /// Look into a file, prepare it and send it: field, file.
    Upload(usize, u32),
    /// Stop sending a file, if it is being sent, and let go of it.
    ForgetFile(u32),
    /// Let the field's control hold the field's files, no others.
    HoldFiles(usize),
    /// Open the camera for a field.
    OpenCamera(usize),
    /// Tell [`Event::PickerSilent`] after a while.
    AwaitFiles(usize),
    /// Tell [`Event::Gathered`].
    Gather,
    /// Send the registration under this key.
    Send(String, NewRegistrations),
    /// Ask how it stands with this key.
    AskStatus(String),
    /// The same, after a second.
    AskStatusLater(String),
    /// Ask how it stands with a key of an earlier visit; tell [`Event::EarlierKnown`].
    AskEarlier(String),
    /// Keep this key until its submit is settled, whatever becomes of the page; `None` when it is.
    KeepKey(Option<String>),
    /// Move the focus to the error summary.
    FocusSummary,
    /// Move the focus to a control.
    Focus(Place),
    /// Move the focus to the end's heading.
    FocusDone,
    /// Put a text on the clipboard, then tell [`Event::Copied`].
    Copy(String),
    /// Make a calendar file: title, day.
    Calendar(String, String),
    /// Print the end.
    Print,
    /// Tell the page.
    Emit(CardEvent),
}

/// What the page is told. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {
    /// `regcard:serial`: the row's state changed.
    Serial(&'static str),
    /// `regcard:upload`: the state of a field's files changed.
    Upload(&'static str),
    /// `regcard:registered`.
    Registered(Vec<Registered>),
    /// `regcard:error`, with a code that the documentation explains.
    Error(&'static str),
}

/// Why a call did not bring what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// No answer came. The request may have arrived.
    NoAnswer,
    /// The gateway refused: status, code, faults by field.
    Problem(u16, String, Vec<FieldError>),
    /// An answer came that makes no sense.
    Nonsense,
}

/// How sending a registration went.
pub type SendResult = Result<Vec<Registered>, CallFault>;

/// How asking for a status went; `None` if nothing is known under that key.
pub type StatusResult = Result<Option<Vec<Registered>>, CallFault>;
