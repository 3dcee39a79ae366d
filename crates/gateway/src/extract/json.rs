//! JSON bodies: of the right type, within the limit, not too deep, no key twice.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::BytesMut;
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use tokio::time::timeout;

use super::digits;
use crate::app::App;
use crate::limits;
use crate::listen::TooSlow;
use crate::problem::GatewayError;

/// A JSON body of at most so many bytes.
#[derive(Clone, Debug)]
pub struct JsonBody<const LIMIT: usize>(pub Value);

impl<const LIMIT: usize> FromRequest<Arc<App>> for JsonBody<LIMIT> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, _app: &Arc<App>) -> Result<JsonBody<LIMIT>, GatewayError> {
        let (parts, body) = request.into_parts();
        read_json(&parts.headers, body, LIMIT).await.map(JsonBody)
    }
}

/// Reads a JSON body.
///
/// # Errors
/// 415 for another type, 413 above the limit, 408 if it does not come, 400 if it is not JSON.
pub async fn read_json(headers: &HeaderMap, body: Body, limit: usize) -> Result<Value, GatewayError> {
    parse(&read_bytes(headers, body, limit).await?)
}

/// The same, with every digit of every number, as [`parse_exactly`] reads them.
///
/// # Errors
/// As [`read_json`].
pub async fn read_json_exactly(headers: &HeaderMap, body: Body, limit: usize) -> Result<Value, GatewayError> {
    parse_exactly(&read_bytes(headers, body, limit).await?)
}

/// Reads JSON of a merchant's. A number that would be read as another one, since it has more digits than numbers hold, is read as the text of
/// its digits: a serial number is one, whichever way it was sent.
///
/// # Errors
/// If it is not JSON.
pub fn parse_exactly(bytes: &[u8]) -> Result<Value, GatewayError> {
    let value = parse(bytes)?;
    if digits::may_be_another(&value) { parse(&digits::quoted(bytes)) } else { Ok(value) }
}

async fn read_bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<BytesMut, GatewayError> {
    if !is_json(headers) {
        return Err(GatewayError::UnsupportedMediaType);
    }
    timeout(limits::BODY_TOTAL, read(body, limit)).await.map_err(|_| GatewayError::RequestTimeout)?
}

/// A value as a type of the protocol.
///
/// # Errors
/// 422 with a pointer at what is missing, unknown or of another kind.
pub fn decode<T: DeserializeOwned>(value: Value) -> Result<T, GatewayError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path: String = error
            .path()
            .iter()
            .map(|segment| match segment {
                serde_path_to_error::Segment::Seq { index } => format!("/{index}"),
                serde_path_to_error::Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
                serde_path_to_error::Segment::Enum { variant } => format!("/{variant}"),
                serde_path_to_error::Segment::Unknown => String::new(),
            })
            .collect();
        GatewayError::field(&path, "kind", &error.inner().to_string())
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => value.trim_matches('"').eq_ignore_ascii_case("utf-8"),
        Some(_) | None => true,
    })
}

/// What is too large is read past, within reason, so that the sender sees the answer and not a broken connection.
pub(super) async fn read(body: Body, limit: usize) -> Result<BytesMut, GatewayError> {
    let mut bytes = BytesMut::new();
    let mut count = 0;
    let mut stream = body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| match TooSlow::is_behind(&error) {
            true => GatewayError::RequestTimeout,
            false => GatewayError::BadRequest("the body was cut off"),
        })?;
        count += piece.len();
        if count <= limit {
            bytes.extend_from_slice(&piece);
        } else if count > limit + limits::BULK_JSON_BYTES {
            break;
        }
    }
    if count > limit { Err(GatewayError::TooLarge) } else { Ok(bytes) }
}

fn parse(bytes: &[u8]) -> Result<Value, GatewayError> {
    let malformed = |error: serde_json::Error| GatewayError::MalformedJson(format!("line {}, column {}", error.line(), error.column()));
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    Ok(value)
}

/// Reads a value, counting its depth and refusing a key that comes twice.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Strict, E> {
        if self.depth == limits::JSON_DEPTH { Err(E::custom("too deep")) } else { Ok(Strict { depth: self.depth + 1 }) }
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut all = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(inside)?;
            if all.insert(key, value).is_some() {
                return Err(A::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_json_allows_and_nobody_means_is_refused() {
        assert_eq!(parse(br#"{"a":[1,-2,0.5,null,true,"x"]}"#).unwrap(), json!({"a": [1, -2, 0.5, null, true, "x"]}));
        for bad in
            [&br#"{"a":1,"a":2}"#[..], br#"{"a":{"b":1,"b":1}}"#, b"{", b"", b"{} x", b"[1,]", b"\xFF", b"{\"a\":\"\\ud800\"}", b"1e999"]
        {
            assert!(parse(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn sixteen_levels_are_taken_and_seventeen_are_not() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(limits::JSON_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(limits::JSON_DEPTH + 1).as_bytes()).is_err());
        assert!(parse(nested(100_000).as_bytes()).is_err());
    }

    #[test]
    fn json_is_said_to_be_json() {
        let says = |text: &str| is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]));
        assert!(says("application/json") && says("Application/JSON; charset=UTF-8") && says("application/json;charset=\"utf-8\""));
        assert!(!says("text/plain") && !says("application/json; charset=utf-16") && !says("application/jsonp") && !says(""));
        assert!(!is_json(&HeaderMap::new()));
    }
}
