//! What happens to the files of a field: chosen, prepared, sent, stored, removed, tried again.
//!
//! Looking into a file, making a picture smaller and sending it are one effect. News of a file that is not there any longer
//! is not heard.

use regcard_protocol::limits;

use super::{CardEvent, Effect, FieldAnswer, FileFacts, FormState, Message, Phase, Place, Receipt, Way};
use crate::text::Text;

impl FormState {
    /// Files were chosen, dropped, pasted or taken by the camera. One takes the place of another unless the field takes several.
    pub(super) fn files_picked(&mut self, index: usize, files: Vec<FileFacts>) -> Vec<Effect> {
        self.picker = None;
        let several = self.form.fields.get(index).is_some_and(|definition| definition.several);
        let mut effects = if several { Vec::new() } else { self.drop_files(index, &|_| true) };
        let Some(receipts) = self.receipts_mut(index) else {
            return Vec::new();
        };
        let mut message = None;
        let most = if several { limits::FILES } else { 1 };
        for file in files {
            // A control that adds to its files names the earlier ones once more. One that failed is to be sent anew.
            let again = receipts.iter().position(|other| other.file.is(&file));
            if let Some(failed) = again.filter(|at| receipts[*at].has_failed()) {
                effects.push(Effect::ForgetFile(receipts.remove(failed).file.id));
            } else if again.is_some() {
                effects.push(Effect::ForgetFile(file.id));
                continue;
            }
            let refused = if file.size == 0 {
                Some(Text::FileEmpty)
            } else if receipts.len() == most {
                Some(Text::TooManyFiles)
            } else {
                None
            };
            if refused.is_some() {
                message = refused;
                effects.push(Effect::ForgetFile(file.id));
            } else {
                effects.push(Effect::Upload(index, file.id));
                receipts.push(Receipt { file, way: Way::Preparing });
            }
        }
        effects.extend([Effect::HoldFiles(index), self.told(index, message)]);
        effects
    }

    /// So many percent have left; `None` while nothing moves.
    pub(super) fn upload_moved(&mut self, index: usize, id: u32, percent: Option<u8>) -> Vec<Effect> {
        if let Some(receipt) = self.receipt_under_way(index, id) {
            receipt.way = percent.map_or(Way::Waiting, Way::Sending);
        }
        Vec::new()
    }

    pub(super) fn uploaded(&mut self, index: usize, id: u32, upload_id: String) -> Vec<Effect> {
        let Some(receipt) = self.receipt_under_way(index, id) else {
            return Vec::new();
        };
        receipt.way = Way::Stored(upload_id);
        // What is said of another file stays said.
        let mut effects = vec![Effect::Emit(CardEvent::Upload(self.fields[index].upload()))];
        effects.extend(self.receipt_settled(index));
        effects
    }

    /// The file did not arrive. A file that will never be taken goes; any other can be tried again.
    pub(super) fn upload_failed(&mut self, index: usize, id: u32, status: u16) -> Vec<Effect> {
        let Some(receipt) = self.receipt_under_way(index, id) else {
            return Vec::new();
        };
        receipt.way = Way::Failed;
        let refused = match status {
            404 => Some(Text::FileUnreadable),
            413 => Some(Text::FileTooLarge),
            415 | 422 => Some(Text::FileType),
            _ => None,
        };
        let mut effects = if refused.is_some() { self.drop_files(index, &|one| one.file.id == id) } else { Vec::new() };
        effects.push(self.told(index, refused));
        effects.extend(self.receipt_settled(index));
        effects
    }

    pub(super) fn file_removed(&mut self, index: usize, nth: usize) -> Vec<Effect> {
        let Some(id) = self.fields.get(index).and_then(|field| field.receipts().get(nth)).map(|receipt| receipt.file.id) else {
            return Vec::new();
        };
        let mut effects = self.drop_files(index, &|one| one.file.id == id);
        effects.push(self.told(index, None));
        effects.push(Effect::Focus(Place::Field(index)));
        effects.extend(self.receipt_settled(index));
        effects
    }

    pub(super) fn upload_retried(&mut self, index: usize, nth: usize) -> Vec<Effect> {
        let Some(receipt) = self.receipts_mut(index).and_then(|receipts| receipts.get_mut(nth)).filter(|receipt| receipt.has_failed())
        else {
            return Vec::new();
        };
        receipt.way = Way::Preparing;
        vec![Effect::Upload(index, receipt.file.id), self.told(index, None)]
    }

    /// Tries everything again that failed.
    pub(super) fn uploads_retried(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for index in 0..self.fields.len() {
            for nth in 0..self.fields[index].receipts().len() {
                effects.extend(self.upload_retried(index, nth));
            }
        }
        effects
    }

    /// Goes on with what was to be sent once no receipt is on its way any longer.
    fn receipt_settled(&mut self, index: usize) -> Vec<Effect> {
        let Phase::AwaitingReceipt(key) = &self.phase else {
            return Vec::new();
        };
        let key = key.clone();
        if self.fields[index].message.is_some() {
            self.phase = Phase::Filling;
            self.summary = true;
            return vec![Effect::FocusSummary];
        }
        if self.awaits_receipts() {
            return Vec::new();
        }
        self.send(key)
    }

    /// Whether a file may still arrive by itself.
    pub(super) fn awaits_receipts(&self) -> bool {
        self.fields.iter().any(|field| field.receipts().iter().any(Receipt::is_under_way))
    }

    /// Takes away files of a field; its control then holds the others.
    pub(super) fn drop_files(&mut self, index: usize, goes: &dyn Fn(&Receipt) -> bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(receipts) = self.receipts_mut(index) {
            receipts.retain(|receipt| {
                if goes(receipt) {
                    effects.push(Effect::ForgetFile(receipt.file.id));
                }
                !goes(receipt)
            });
        }
        if !effects.is_empty() {
            effects.push(Effect::HoldFiles(index));
        }
        effects
    }

    /// The same with all of them, which the page is told.
    pub(super) fn drop_all_files(&mut self, index: usize) -> Vec<Effect> {
        let mut effects = self.drop_files(index, &|_| true);
        if !effects.is_empty() {
            effects.push(self.told(index, None));
        }
        effects
    }

    /// The same with those that are not stored.
    pub(super) fn leave_files_behind(&mut self, index: usize) -> Vec<Effect> {
        let mut effects = self.drop_files(index, &|receipt| !matches!(receipt.way, Way::Stored(_)));
        if !effects.is_empty() {
            self.without_receipt = true;
            effects.push(self.told(index, None));
        }
        effects
    }

    /// Says what is wrong, as long as it is, and tells the page how far the files are.
    fn told(&mut self, index: usize, message: Option<Message>) -> Effect {
        let field = &mut self.fields[index];
        let failed = field.receipts().iter().any(Receipt::has_failed);
        field.message = message.or(failed.then_some(Text::UploadFailed));
        Effect::Emit(CardEvent::Upload(field.upload()))
    }

    fn receipts_mut(&mut self, index: usize) -> Option<&mut Vec<Receipt>> {
        match &mut self.fields.get_mut(index)?.answer {
            FieldAnswer::Receipts(receipts) => Some(receipts),
            FieldAnswer::Text(_)
            | FieldAnswer::Ticked(_)
            | FieldAnswer::Chosen(_)
            | FieldAnswer::SerialNumbers(_)
            | FieldAnswer::Nothing => None,
        }
    }

    fn receipt_under_way(&mut self, index: usize, id: u32) -> Option<&mut Receipt> {
        self.receipts_mut(index)?.iter_mut().find(|receipt| receipt.file.id == id && receipt.is_under_way())
    }
}
