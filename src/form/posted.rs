//! A form that comes as a whole, in one post, from a page without scripts: the gateway plays the browser's part, and the
//! same state says what is wrong with it, or what was registered.
//!
//! Only the gateway calls this. Reading the post, keeping its files and registering are done there.

use regcard_protocol::limits;
use regcard_protocol::registration::{NewRegistrations, Registered};

use super::{Attempt, CallFault, FieldAnswer, FileFacts, FormState, Message, Notice, Phase, Receipt, Row, Way};

/// The name of the hidden control that holds the page's nonce. A blank cannot stand in a field's key, so no field is
/// called so.
pub const NONCE: &str = "page nonce";

/// The name of a control that nobody sees. What fills it in is a program: one that nobody asked for, or somebody's browser.
pub const TRAP: &str = "page extra";

/// The name of the hidden control that names a receipt which came with an earlier post.
pub fn kept_name(key: &str) -> String {
    format!("kept {key}")
}

/// The name of the boxes that take such receipts out again; the value says which one.
pub fn without_name(key: &str) -> String {
    format!("without {key}")
}

impl FormState {
    /// Notes a file that is stored, now or since an earlier post; by its name and its size in bytes. One takes the place of another
    /// unless the field takes several. False if there is no room for it.
    pub fn receipt_kept(&mut self, index: usize, name: String, size: u64, upload_id: String) -> bool {
        let several = self.form.fields.get(index).is_some_and(|definition| definition.several);
        if let Some(FieldAnswer::Receipts(receipts)) = self.fields.get_mut(index).map(|field| &mut field.answer) {
            if !several {
                receipts.clear();
            } else if receipts.len() == limits::FILES {
                return false;
            }
            receipts.push(Receipt { file: FileFacts { id: 0, name, size, modified: 0 }, way: Way::Stored(upload_id) });
        }
        true
    }

    /// Submits what was posted. What is to be registered, or `None` if something is wrong, which is then said.
    /// `refused` are receipts that came and were not taken, with the reason.
    pub fn submit_posted(&mut self, refused: &[(usize, Message)]) -> Option<NewRegistrations> {
        drop(self.submitted(String::new()));
        if self.complain_of_receipts(refused) {
            self.phase = Phase::Filling;
        }
        match &self.phase {
            Phase::Sending(attempt) => Some(attempt.body.clone()),
            Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Settling { .. } | Phase::Done(_) => None,
        }
    }

    /// Takes the gateway's own refusal, of what [`FormState::submit_posted`] gave or of the page as a whole.
    pub fn post_refused(&mut self, fault: CallFault) {
        match &self.phase {
            Phase::Sending(_) => drop(self.sent(Err(fault))),
            Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Settling { .. } | Phase::Done(_) => {
                self.notice = Some(Notice::of(&fault));
            }
        }
        // Nobody waits for anything on a page that stands still.
        self.phase = Phase::Filling;
    }

    /// Takes what was registered. `earlier` if that was another post than this one, so that nothing of this one is in it.
    pub fn post_registered(&mut self, registered: Vec<Registered>, earlier: bool) {
        let registrations = if earlier { Vec::new() } else { vec![self.registration(true)] };
        let attempt = Attempt { key: String::new(), body: NewRegistrations { registrations }, sent: 0 };
        drop(self.done(&attempt, registered, earlier));
    }

    /// The page was too old: it is shown again, with everything that came, and nothing was registered.
    pub fn page_ran_out(&mut self, refused: &[(usize, Message)]) {
        let _said = self.complain_of_receipts(refused);
        self.notice = Some(Notice::PageExpired);
    }

    /// More came than a person can have typed: the page is shown again, with everything that came, and nothing was registered.
    pub fn post_held(&mut self) {
        self.notice = Some(Notice::OnceMore);
        self.phase = Phase::Filling;
    }

    /// Adds blank rows up to the limit, where the form takes several serial numbers: no script can add one later.
    pub fn add_spare_rows(&mut self) {
        if !self.form.serial_numbers.several {
            return;
        }
        if let Some(rows) = self.rows_mut() {
            let next = rows.iter().map(|row| row.id + 1).max().unwrap_or_default();
            rows.extend((next..).take(limits::SERIAL_NUMBERS.saturating_sub(rows.len())).map(|id| Row::new(id, "")));
        }
    }

    /// Says at each field why its file was not taken. Whether any of them is asked for.
    fn complain_of_receipts(&mut self, refused: &[(usize, Message)]) -> bool {
        let mut any = false;
        for (index, message) in refused {
            let asked = self.is_asked(*index);
            if let Some(field) = self.fields.get_mut(*index).filter(|_| asked) {
                field.message = Some(*message);
                any = true;
            }
        }
        self.summary |= any;
        any
    }
}
