//! What is still to be sent, as plain data.

use super::webhooks::Notice;
use super::{Outcome, SubmitKey, SubmitState};

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxKind {
    /// A registration, to the merchant's upstream.
    Forward,
    /// What happened, to the merchant.
    Webhook,
    /// A mail.
    Mail,
}

/// Where a row of the outbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxState {
    /// To be sent, or being sent.
    Waiting,
    /// Received.
    Done,
    /// Parked: the receiver will not have it.
    Rejected,
    /// Parked: whether it was received nobody can tell but a person who looks.
    Unknown,
    /// Parked: tried for as long as makes sense.
    Exhausted,
    /// A person has given it up, or it was refused to whoever waited for it.
    Discarded,
}

impl OutboxKind {
    /// As it is stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            OutboxKind::Forward => "forward",
            OutboxKind::Webhook => "webhook",
            OutboxKind::Mail => "mail",
        }
    }

    /// Reads what [`OutboxKind::word`] says.
    pub fn parse(word: &str) -> Option<OutboxKind> {
        [OutboxKind::Forward, OutboxKind::Webhook, OutboxKind::Mail].into_iter().find(|kind| kind.word() == word)
    }
}

impl OutboxState {
    /// Every state.
    pub const ALL: [OutboxState; 6] = [
        OutboxState::Waiting,
        OutboxState::Done,
        OutboxState::Rejected,
        OutboxState::Unknown,
        OutboxState::Exhausted,
        OutboxState::Discarded,
    ];

    /// As it is stored and shown.
    pub fn word(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Done => "done",
            OutboxState::Rejected => "rejected",
            OutboxState::Unknown => "unknown",
            OutboxState::Exhausted => "exhausted",
            OutboxState::Discarded => "discarded",
        }
    }

    /// Reads what [`OutboxState::word`] says.
    pub fn parse(word: &str) -> Option<OutboxState> {
        OutboxState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it waits for a person.
    pub fn is_parked(self) -> bool {
        match self {
            OutboxState::Rejected | OutboxState::Unknown | OutboxState::Exhausted => true,
            OutboxState::Waiting | OutboxState::Done | OutboxState::Discarded => false,
        }
    }
}

/// Something to be sent.
#[derive(Clone, Debug)]
pub struct NewOutbox {
    /// Its number, which sorts by the time it was made. Receivers may be told it.
    pub id: String,
    /// Whose.
    pub merchant: String,
    /// What it is.
    pub kind: OutboxKind,
    /// Which of the merchant's endpoints; empty where there is only one.
    pub endpoint: String,
    /// What it is about. Of one endpoint's rows about the same thing, none is sent before those with a lower `seq` are settled.
    pub aggregate: String,
    /// Its place among those.
    pub seq: i64,
    /// What is sent, as its kind reads it.
    pub payload: String,
    /// When it is to be sent.
    pub next_at: i64,
    /// Set where whoever adds it sends it at once: until when nobody else does, and until when the receiver may be at work on it.
    pub sending: Option<Sending>,
}

/// Something that is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Until when nobody else sends it.
    pub lease_until: i64,
    /// Until when the receiver may be at work on it, should no answer come.
    pub unsettled_until: i64,
}

/// What is left of a message that is sent in parts.
#[derive(Clone, Debug)]
pub struct Left {
    /// What is to be sent still.
    pub payload: String,
    /// What the merchant's endpoints are told of the rest.
    pub announced: Vec<Notice>,
    /// What mails there are about the rest.
    pub mails: Vec<NewOutbox>,
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its number.
    pub id: String,
    /// Whose.
    pub merchant: String,
    /// What it is.
    pub kind: OutboxKind,
    /// Which of the merchant's endpoints.
    pub endpoint: String,
    /// What it is about.
    pub aggregate: String,
    /// Its place among those about the same.
    pub seq: i64,
    /// What is sent. Empty once it is settled.
    pub payload: String,
    /// How often it was claimed. Also the fence: whoever changes it says which attempt it is at.
    pub attempt: u32,
    /// When it is due.
    pub next_at: i64,
    /// Set if an attempt may have reached the receiver: until when that may be at work on it.
    pub unsettled_until: Option<i64>,
    /// Where it is.
    pub state: OutboxState,
    /// Why it is not done yet.
    pub last_error: Option<String>,
    /// When it was added.
    pub created_at: i64,
    /// Until when it is somebody's who sends it; 0 if it is nobody's.
    pub lease_until: i64,
}

/// Rows of one receiver that are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueLane {
    /// What is sent.
    pub kind: OutboxKind,
    /// Whose.
    pub merchant: String,
    /// Which endpoint.
    pub endpoint: String,
    /// How many.
    pub due: usize,
}

/// What becomes of a row after an attempt.
#[derive(Clone, Debug)]
pub struct OutboxChange {
    /// Which row.
    pub id: String,
    /// The attempt that speaks; another one's word does not count.
    pub attempt: u32,
    /// Where it is now.
    pub state: OutboxState,
    /// What is sent from now on. Whoever settles a row leaves nothing here.
    pub payload: String,
    /// When it is due.
    pub next_at: i64,
    /// See [`OutboxRow::unsettled_until`].
    pub unsettled_until: Option<i64>,
    /// Why it is not done yet.
    pub last_error: Option<String>,
    /// What is told of the submit it comes from.
    pub submit: Option<(SubmitKey, SubmitState, Outcome)>,
    /// What the merchant's endpoints are told of with that.
    pub announced: Vec<Notice>,
    /// What mails there are about that.
    pub mails: Vec<NewOutbox>,
}

/// Which rows.
#[derive(Clone, Debug, Default)]
pub struct OutboxQuery {
    /// Of this merchant alone.
    pub merchant: Option<String>,
    /// In this state alone; without it, all that are not settled.
    pub state: Option<OutboxState>,
    /// After this one.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

/// How many rows there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    /// Whose.
    pub merchant: String,
    /// What they are.
    pub kind: OutboxKind,
    /// Where they are.
    pub state: OutboxState,
    /// How many.
    pub count: u64,
    /// When the oldest was added.
    pub oldest: i64,
}
