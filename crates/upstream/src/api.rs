//! The registration API itself, as its documentation has it, over what is in memory; and the routes by which a story is told.

use serde_json::{Map, Value, json};

use crate::http::{Request, Response, decoded};
use crate::memory::{Memory, Registration, now};
use crate::script::{Around, Call, Script, Total};

/// Names that stand in a registration by themselves; all others are extra fields.
const CORE: [&str; 7] = ["type", "productName", "customerEmail", "customerName", "serialNumbers", "purchaseDate", "accessToken"];

/// The routes by which a story is told.
pub(crate) fn admin(memory: &mut Memory, request: &Request) -> Response {
    match (request.method.as_str(), request.path()) {
        ("POST", "/script") => match serde_json::from_str::<Script>(&request.body) {
            Ok(script) => {
                memory.follow(script);
                Response::empty(204)
            }
            Err(error) => Response::json(400, &json!({ "message": error.to_string() })),
        },
        ("POST", "/release") => {
            for held in std::mem::take(&mut memory.held) {
                answer(memory, &held);
            }
            Response::empty(204)
        }
        ("GET", "/seen") => Response::json(200, &memory.told(request.query("field").as_deref())),
        ("DELETE", "/seen") => {
            memory.forget_what_came();
            Response::empty(204)
        }
        _ => Response::json(404, &json!({ "message": "no such route" })),
    }
}

/// What the API says.
pub(crate) fn answer(memory: &mut Memory, request: &Request) -> Response {
    if request.path().starts_with("/files/") {
        return file(memory, request);
    }
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let in_body = request.json().get("accessToken").and_then(Value::as_str).map(str::to_owned);
    let given = bearer.map(str::to_owned).or(in_body);
    if given.is_none() || memory.token.is_some() && memory.token != given {
        return error(401, "Unauthorized");
    }
    match Call::of(request) {
        Call::Register => register(memory, &request.json()),
        Call::List => list(memory, request),
        Call::Change => change(memory, request),
        Call::Delete => delete(memory, request),
        Call::Check => check(memory, request),
        Call::AddSerials => add_serials(memory, &request.json()),
        Call::Sign => sign(memory, request),
        Call::Put | Call::Other => error(404, "Not found"),
    }
}

fn error(status: u16, message: &str) -> Response {
    Response::json(status, &json!({ "message": message }))
}

fn register(memory: &mut Memory, body: &Value) -> Response {
    let Some(list) = body.get("registrations").and_then(Value::as_array) else {
        return error(400, "registrations is required");
    };
    let texts = |one: &Value| one.get("serialNumbers").and_then(Value::as_array).cloned().unwrap_or_default();
    for one in list {
        if one.get("customerEmail").and_then(Value::as_str).is_none_or(str::is_empty) {
            return error(422, "customerEmail is required");
        }
        if memory.one_time && texts(one).iter().filter_map(Value::as_str).any(|serial| memory.is_registered(serial)) {
            return error(409, "The serial number is already registered");
        }
    }
    let mut stored = Vec::new();
    for one in list {
        let members = one.as_object().cloned().unwrap_or_default();
        let registration = Registration { id: memory.number(), created_at: now(), members };
        stored.push(shown(memory, &registration));
        memory.registrations.push(registration);
    }
    if memory.shape.says_nothing { Response::empty(200) } else { Response::json(201, &wrapped(memory, stored, None)) }
}

fn list(memory: &Memory, request: &Request) -> Response {
    let member = |one: &Registration, key: &str| one.members.get(key).and_then(Value::as_str).map(str::to_owned);
    let email = request.query("email").map(|email| email.to_lowercase());
    let slug = request.query("formSlug");
    let form = |one: &Registration| member(one, "type").unwrap_or_else(|| "product-registration".to_owned());
    let fits = |one: &&Registration| {
        email.as_ref().is_none_or(|email| member(one, "customerEmail").is_some_and(|own| own.to_lowercase() == *email))
            && slug.as_ref().is_none_or(|slug| form(one) == *slug)
    };
    let mut all: Vec<&Registration> = memory.registrations.iter().rev().filter(fits).collect();
    if memory.shape.ascending {
        all.reverse();
    }
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(100).clamp(1, 100);
    let page = if memory.shape.ignores_page { 1 } else { number("page").unwrap_or(1).max(1) };
    // As seen in the wild: a list of one has the newest, a longer one lacks some.
    let dropped = if limit > 1 { memory.shape.drops_newest } else { 0 };
    let part: Vec<Value> = all.iter().skip(dropped).skip((page - 1) * limit).take(limit).map(|one| shown(memory, one)).collect();
    let total = if memory.shape.total == Total::Page { part.len() } else { all.len() };
    Response::json(200, &wrapped(memory, part, Some(total)))
}

fn change(memory: &mut Memory, request: &Request) -> Response {
    let (body, id) = (request.json(), id_of(request));
    let Some(found) = memory.registrations.iter_mut().find(|one| Some(one.id) == id) else {
        return error(404, "Registration not found");
    };
    let mut sent = body.get("registration").and_then(Value::as_object).cloned().unwrap_or_default();
    let extras = sent.remove("fields").and_then(|fields| fields.as_object().cloned()).unwrap_or_default();
    found.members.extend(sent);
    found.members.extend(extras);
    let found = found.clone();
    Response::json(200, &json!({ "data": shown(memory, &found) }))
}

fn delete(memory: &mut Memory, request: &Request) -> Response {
    let (before, id) = (memory.registrations.len(), id_of(request));
    memory.registrations.retain(|one| Some(one.id) != id);
    if memory.registrations.len() < before {
        Response::json(200, &json!({ "message": "ok" }))
    } else {
        error(404, "Registration not found")
    }
}

fn id_of(request: &Request) -> Option<u64> {
    request.path().rsplit('/').next()?.trim_start_matches("reg_").parse().ok()
}

fn check(memory: &Memory, request: &Request) -> Response {
    let Some(serial) = request.path().strip_prefix("/api/serial_numbers/").map(decoded) else {
        let free = memory.serials.iter().find(|(serial, _)| !memory.is_registered(serial));
        return free.map_or_else(|| Response::empty(204), |(_, entry)| Response::json(200, &json!({ "data": entry })));
    };
    let known = memory.serials.get(&serial).cloned().or_else(|| memory.knows.then(|| json!({ "serialNumber": serial, "sku": "DUO" })));
    let Some(Value::Object(mut entry)) = known else {
        return Response::empty(204);
    };
    entry.insert("registered".to_owned(), json!(memory.is_registered(&serial)));
    Response::json(200, &json!({ "data": entry }))
}

fn add_serials(memory: &mut Memory, body: &Value) -> Response {
    let Some(list) = body.get("serialNumbers").and_then(Value::as_array) else {
        return error(422, "serialNumbers is required");
    };
    for one in list {
        if let Some(serial) = one.get("serialNumber").and_then(Value::as_str) {
            memory.serials.insert(serial.to_owned(), one.clone());
        }
    }
    Response::json(201, &json!({ "data": list }))
}

fn sign(memory: &mut Memory, request: &Request) -> Response {
    let (Some(name), Some(kind)) = (request.query("fileName"), request.query("fileType")) else {
        return error(400, "fileName and fileType are required");
    };
    let number = memory.number();
    let address = format!("{}/files/{number}/{name}", memory.origin);
    let kind = kind.replace('/', "%2F");
    Response::json(200, &json!({ "signedRequest": format!("{address}?type={kind}"), "url": address }))
}

/// Where files are sent to, also from a page.
fn file(memory: &mut Memory, request: &Request) -> Response {
    let origin = request.header("origin").filter(|origin| memory.cors.iter().any(|allowed| allowed == origin || allowed == "*"));
    let may = |response: Response| match origin {
        Some(origin) => response.with("access-control-allow-origin", origin).with("access-control-allow-methods", "PUT"),
        None => response,
    };
    let may = |response: Response| may(response).with("access-control-allow-headers", "content-type");
    match request.method.as_str() {
        "OPTIONS" => may(Response::empty(if origin.is_some() { 204 } else { 403 })),
        "PUT" if request.query("type").as_deref() == request.header("content-type") => {
            memory.files.insert(request.path().to_owned());
            may(Response::empty(200))
        }
        "PUT" => may(error(403, "SignatureDoesNotMatch")),
        "GET" if memory.files.contains(request.path()) => Response::empty(200),
        _ => error(404, "Not found"),
    }
}

/// A registration as the API shows it.
fn shown(memory: &Memory, one: &Registration) -> Value {
    let shape = &memory.shape;
    let id = if shape.number_ids { json!(one.id) } else { json!(format!("reg_{}", one.id)) };
    let mut shown = Map::from_iter([
        ("id".to_owned(), id),
        ("status".to_owned(), json!("active")),
        ("createdAt".to_owned(), json!(instant(one.created_at))),
        ("warranty".to_owned(), Value::Null),
    ]);
    let mut extras = Map::new();
    for (key, value) in &one.members {
        let core = CORE.contains(&key.as_str());
        if core || shape.flat {
            shown.insert(key.clone(), value.clone());
        } else {
            extras.insert(key.clone(), value.clone());
        }
    }
    shown.extend(shape.shows.clone());
    shown.retain(|key, _| !shape.without.contains(key));
    extras.retain(|key, _| !shape.without.contains(key));
    if !shape.flat {
        shown.insert("fieldData".to_owned(), Value::Object(extras));
    }
    Value::Object(shown)
}

fn wrapped(memory: &Memory, list: Vec<Value>, total: Option<usize>) -> Value {
    let mut around = match memory.shape.around {
        Around::Data => json!({ "data": list }),
        Around::Registrations => json!({ "registrations": list }),
        Around::Nothing => return Value::Array(list),
    };
    if let (Some(total), Some(members)) = (total, around.as_object_mut()) {
        match memory.shape.total {
            Total::Beside | Total::Page => drop(members.insert("total".to_owned(), json!(total))),
            Total::Meta => drop(members.insert("meta".to_owned(), json!({ "total": total }))),
            Total::Nowhere => {}
        }
    }
    around
}

/// An instant as the API writes it, `2026-11-24T11:00:00.000Z`.
fn instant(millis: u128) -> String {
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    // Days since 0000-03-01, in which leap days come last (Howard Hinnant's way).
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u128::from(month <= 2);
    let (hour, minute, second, milli) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_the_api_does() {
        assert_eq!(instant(1_795_518_000_007), "2026-11-24T11:00:00.007Z");
        assert_eq!(instant(951_782_400_000), "2000-02-29T00:00:00.000Z");
    }
}
