//! What happens to the rows of serial numbers together: another one, one less, several at once, and what a check tells the rest
//! of the form.

use regcard_protocol::form::FieldKind;
use regcard_protocol::limits;
use regcard_protocol::serial_number::CheckAnswer;

use super::{CallFault, Check, Effect, FieldAnswer, FormState, Phase, Place, Row};

/// Enter in a row. A scanner ends every number with it, so it sends nothing while something is still to be filled in: the focus
/// goes there instead.
pub(super) fn entered(state: &mut FormState, id: u32, scanned: bool) -> Vec<Effect> {
    let Some(row) = state.row_mut(id) else {
        return Vec::new();
    };
    if row.text.trim().is_empty() {
        return Vec::new();
    }
    let mut effects = row.check_now();
    let last = state.rows().last().is_some_and(|row| row.id == id);
    let empty_row = state.rows().iter().find(|row| row.text.trim().is_empty()).map(|row| row.id);
    if let Some(empty) = empty_row {
        effects.push(Effect::Focus(Place::Row(empty)));
    } else if let Some(next) = next_empty(state) {
        // Whoever scans one number after the other gets row after row. An empty one at the end is not sent.
        if state.form.serial_numbers.several && last && (scanned || state.rows().len() > 1) {
            effects.extend(added(state));
        } else {
            effects.push(Effect::Focus(next));
        }
    } else if state.phase == Phase::Filling {
        state.phase = Phase::Gathering;
        effects.push(Effect::Gather);
    }
    effects
}

/// The next required field that holds nothing, behind the serial numbers and then from the form's start.
fn next_empty(state: &FormState) -> Option<Place> {
    let empty = |index: &usize| {
        let (Some(field), Some(definition)) = (state.fields.get(*index), state.form.fields.get(*index)) else { return false };
        let nothing = match &field.answer {
            FieldAnswer::Text(text) => text.trim().is_empty(),
            FieldAnswer::Ticked(ticked) => !ticked,
            FieldAnswer::Chosen(values) => values.is_empty(),
            FieldAnswer::SerialNumbers(_) | FieldAnswer::Receipts(_) | FieldAnswer::Nothing => false,
        };
        nothing && definition.required && definition.kind != FieldKind::Hidden && state.is_asked(*index)
    };
    let own = state.fields.iter().position(|field| field.rows().is_some()).unwrap_or_default();
    (own..state.fields.len()).chain(0..own).find(empty).map(Place::Field)
}

/// Several numbers at once, from a mail or a table: a row each, as far as there is room.
pub(super) fn pasted(state: &mut FormState, id: u32, numbers: Vec<String>) -> Vec<Effect> {
    let several = state.form.serial_numbers.several;
    let mut effects = Vec::new();
    let mut place = Some(id);
    for number in numbers.into_iter().take(if several { limits::SERIAL_NUMBERS } else { 1 }) {
        let Some(id) = place.or_else(|| another(state)) else { break };
        place = None;
        if let Some(row) = state.row_mut(id) {
            drop(row.typed(number.clone()));
            effects.push(Effect::Fill(Place::Row(id), number));
            effects.extend(row.check_now());
        }
    }
    effects
}

/// A number that was suggested, or is written as the merchant loaded it.
pub(super) fn suggested(state: &mut FormState, id: u32, number: String) -> Vec<Effect> {
    let Some(row) = state.row_mut(id) else {
        return Vec::new();
    };
    drop(row.typed(number.clone()));
    let mut effects = vec![Effect::Fill(Place::Row(id), number)];
    effects.extend(row.check_now());
    effects.push(Effect::Focus(Place::Row(id)));
    effects
}

/// The answer to a check. The number's product fills in the product, where nobody has said what it is.
pub(super) fn checked(state: &mut FormState, id: u32, generation: u32, answer: Result<CheckAnswer, CallFault>) -> Vec<Effect> {
    let Some(row) = state.row_mut(id) else {
        return Vec::new();
    };
    let mut effects = row.checked(generation, answer);
    let Check::Available(Some(product)) = &row.check else {
        return effects;
    };
    let product = product.clone();
    if let Some(index) = state.form.fields.iter().position(|field| field.kind == FieldKind::Product)
        && state.given_product.is_none()
        && let Some(choice) = listed(&state.form.fields[index].choices, &product)
        && let FieldAnswer::Text(text) = &mut state.fields[index].answer
        && text.trim().is_empty()
    {
        text.clone_from(&choice);
        state.fields[index].message = None;
        effects.push(Effect::Fill(Place::Field(index), choice));
    }
    effects
}

/// The product as the list has it; any, where there is no list.
fn listed(choices: &[regcard_protocol::form::Choice], product: &str) -> Option<String> {
    if choices.is_empty() {
        return Some(product.to_owned());
    }
    let same = |text: &str| text.eq_ignore_ascii_case(product);
    choices.iter().find(|choice| same(&choice.value) || same(choice.shown())).map(|choice| choice.value.clone())
}

/// Another row is wanted.
pub(super) fn added(state: &mut FormState) -> Vec<Effect> {
    another(state).map(|id| Effect::Focus(Place::Row(id))).into_iter().collect()
}

/// Adds an empty row, if there is room for one.
fn another(state: &mut FormState) -> Option<u32> {
    let rows = state.rows_mut().filter(|rows| rows.len() < limits::SERIAL_NUMBERS)?;
    // A number of its own below the limit, after the others as long as there is one.
    let highest = rows.last().map_or(0, |row| row.id + 1);
    let is_free = |id: &u32| (*id as usize) < limits::SERIAL_NUMBERS && rows.iter().all(|row| row.id != *id);
    let id = (highest..).take(1).chain(0..).find(is_free)?;
    let position = rows.iter().position(|row| row.id > id).unwrap_or(rows.len());
    rows.insert(position, Row::new(id, ""));
    Some(id)
}

/// A row is not wanted any longer.
pub(super) fn removed(state: &mut FormState, id: u32) -> Vec<Effect> {
    let Some(rows) = state.rows_mut() else {
        return Vec::new();
    };
    match rows.iter().position(|row| row.id == id) {
        Some(position) if rows.len() > 1 => {
            rows.remove(position);
            let neighbour = rows[position.saturating_sub(1)].id;
            vec![Effect::AbortCheck(id), Effect::Focus(Place::Row(neighbour))]
        }
        Some(_) | None => Vec::new(),
    }
}
