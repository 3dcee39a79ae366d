//! What happens to a card: one event in, the changed state and what is to be done out.

use regcard_protocol::form::FieldKind;

use super::field::message;
use super::{CallFault, CardEvent, Done, Effect, Event, FieldAnswer, FormState, Notice, Phase, Row, serials};

/// Changes the state by one event and tells what is to be done.
pub fn update(state: &mut FormState, event: Event) -> Vec<Effect> {
    match event {
        Event::Typed(index, text) => typed(state, index, text),
        Event::Ticked(index, ticked) => {
            if let Some(field) = state.fields.get_mut(index) {
                field.answer = FieldAnswer::Ticked(ticked);
                field.message = None;
            }
            Vec::new()
        }
        Event::Chose(index, value, chosen) => chose(state, index, value, chosen),
        Event::Left(index) => left(state, index),
        Event::SerialTyped(id, text) => state.row_mut(id).map(|row| row.typed(text)).unwrap_or_default(),
        Event::SerialLeft(id) => state.row_mut(id).map(Row::check_now).unwrap_or_default(),
        Event::SerialEntered(id) => serials::entered(state, id, false),
        Event::SerialScanned(id) => serials::entered(state, id, true),
        Event::SerialsPasted(id, numbers) => serials::pasted(state, id, numbers),
        Event::Suggested(id, number) => serials::suggested(state, id, number),
        Event::ConfirmAgain(id) => state.row_mut(id).map_or_else(Vec::new, Row::confirm_again),
        Event::CheckDue(id, generation) => match state.row_mut(id) {
            Some(row) if row.generation == generation => row.check_now(),
            Some(_) | None => Vec::new(),
        },
        Event::Checked(id, generation, answer) => serials::checked(state, id, generation, answer),
        Event::RowAdded => serials::added(state),
        Event::RowRemoved(id) => serials::removed(state, id),
        Event::FilesPicked(index, files) => state.files_picked(index, files),
        Event::UploadMoved(index, id, percent) => state.upload_moved(index, id, percent),
        Event::Uploaded(index, id, upload_id) => state.uploaded(index, id, upload_id),
        Event::UploadFailed(index, id, status) => state.upload_failed(index, id, status),
        Event::FileRemoved(index, nth) => state.file_removed(index, nth),
        Event::UploadRetried(index, nth) => state.upload_retried(index, nth),
        Event::CameraPressed(index) => vec![Effect::OpenCamera(index)],
        Event::PickerOpened(index) => {
            state.picker = Some((index, false));
            vec![Effect::AwaitFiles(index)]
        }
        Event::PickerClosed(index) => {
            state.picker = None;
            vec![Effect::HoldFiles(index)]
        }
        Event::PickerSilent(index) => {
            if state.picker == Some((index, false)) {
                state.picker = Some((index, true));
            }
            Vec::new()
        }
        Event::SendWithout => state.send_without(),
        Event::Cleared => state.clear(),
        Event::AnotherPressed => state.another(),
        Event::Network(online) => network(state, online),
        Event::KeyFound(key) => state.key_found(key),
        Event::EarlierKnown(result) => state.earlier_known(result),
        Event::SubmitPressed => {
            if state.phase == Phase::Filling {
                state.phase = Phase::Gathering;
                vec![Effect::Gather]
            } else {
                Vec::new()
            }
        }
        Event::SubmitWithheld => {
            if state.phase == Phase::Gathering {
                state.phase = Phase::Filling;
            }
            Vec::new()
        }
        // Nothing on this page will ever work; better to know before the rest is filled in. Anything else is told when
        // something is asked for.
        Event::SessionFailed(CallFault::Problem(403, _, _)) => {
            state.notice = Some(Notice::NotAllowed);
            vec![Effect::Emit(CardEvent::Error(Notice::NotAllowed.code()))]
        }
        Event::SessionFailed(CallFault::NoAnswer | CallFault::Nonsense | CallFault::Problem(..)) => Vec::new(),
        Event::Gathered(answers, key, today) => {
            if state.phase == Phase::Gathering {
                state.gathered(&answers, key, today)
            } else {
                Vec::new()
            }
        }
        Event::Sent(result) => state.sent(result),
        Event::StatusKnown(result) => state.status_known(result),
        Event::SummaryPressed(place) => {
            if state.reachable(place) {
                vec![Effect::Focus(place)]
            } else {
                Vec::new()
            }
        }
        Event::CopyPressed(text) => vec![Effect::Copy(text)],
        Event::Copied(text) => {
            if let Phase::Done(done) = &mut state.phase {
                done.copied = Some(text);
            }
            Vec::new()
        }
        Event::CalendarPressed(title) => match &state.phase {
            Phase::Done(Done { warranty_until: Some(day), .. }) => vec![Effect::Calendar(title, day.to_string())],
            Phase::Done(_) | Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Sending(_) | Phase::Settling { .. } => {
                Vec::new()
            }
        },
        Event::PrintPressed => vec![Effect::Print],
    }
}

fn typed(state: &mut FormState, index: usize, typed: String) -> Vec<Effect> {
    let (Some(field), Some(definition)) = (state.fields.get_mut(index), state.form.fields.get(index)) else {
        return Vec::new();
    };
    // Nobody types where the page gives the product: it has turned to another one, or to none.
    if definition.kind == FieldKind::Product && state.given_product.is_some() {
        state.given_product = Some(typed.clone()).filter(|product| !product.is_empty());
    }
    if let FieldAnswer::Text(text) = &mut field.answer {
        *text = typed;
        // While it is typed nothing is complained about, but what has been mended stops being said.
        if field.message.is_some() && definition.check_text(text, state.today).is_ok() && !text.trim().is_empty() {
            field.message = None;
        }
    }
    Vec::new()
}

fn chose(state: &mut FormState, index: usize, value: String, chosen: bool) -> Vec<Effect> {
    if let Some(field) = state.fields.get_mut(index)
        && let FieldAnswer::Chosen(values) = &mut field.answer
    {
        values.retain(|other| *other != value);
        if chosen {
            values.push(value);
        }
        field.message = None;
    }
    Vec::new()
}

/// What a form without a network says goes when the network is back, and files that did not get through are tried again.
fn network(state: &mut FormState, online: bool) -> Vec<Effect> {
    state.online = online;
    if !online && state.notice.is_none() && state.phase == Phase::Filling {
        state.notice = Some(Notice::Offline);
    } else if online && state.notice == Some(Notice::Offline) {
        state.notice = None;
    }
    if online { state.uploads_retried() } else { Vec::new() }
}

fn left(state: &mut FormState, index: usize) -> Vec<Effect> {
    if let (Some(field), Some(definition)) = (state.fields.get_mut(index), state.form.fields.get(index))
        && let FieldAnswer::Text(text) = &field.answer
        && let Err(fault) = definition.check_text(text, state.today)
    {
        field.message = Some(message(definition.kind, fault));
    }
    Vec::new()
}
