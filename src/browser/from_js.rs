//! Reading what the browser parsed into our own types: serde over JavaScript's values.
//!
//! A crate does the same with errors that tell what was found where. Those words, and the printing of floating point numbers that
//! comes with them, are a tenth of what a customer downloads; here something makes sense or it does not.

use std::fmt;

use js_sys::{Array, Object, Reflect};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use wasm_bindgen::{JsCast, JsValue};

/// What was there is not what it should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nonsense;

/// Reads a value.
///
/// # Errors
/// [`Nonsense`] for anything that is not of that shape. Members that are not known are passed over.
pub(super) fn from_js<T: for<'de> Deserialize<'de>>(value: JsValue) -> Result<T, Nonsense> {
    T::deserialize(Value(value))
}

impl fmt::Display for Nonsense {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nonsense")
    }
}

impl std::error::Error for Nonsense {}

impl Error for Nonsense {
    fn custom<T: fmt::Display>(_message: T) -> Nonsense {
        Nonsense
    }
}

struct Value(JsValue);

impl Value {
    fn is_nothing(&self) -> bool {
        self.0.is_undefined() || self.0.is_null()
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = Nonsense;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nonsense> {
        if let Some(text) = self.0.as_string() {
            return visitor.visit_string(text);
        }
        if let Some(truth) = self.0.as_bool() {
            return visitor.visit_bool(truth);
        }
        if let Some(number) = self.0.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "every number that the gateway sends is whole and small")]
            return visitor.visit_i64(number as i64);
        }
        if Array::is_array(&self.0) {
            return visitor.visit_seq(Items(Array::from(&self.0), 0));
        }
        match self.0.dyn_into::<Object>() {
            Ok(object) => visitor.visit_map(Entries { entries: Object::entries(&object), position: 0, value: JsValue::UNDEFINED }),
            Err(_) => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nonsense> {
        if self.is_nothing() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Nonsense> {
        visitor.visit_map(Members { object: self.0, names: names.iter(), value: JsValue::UNDEFINED })
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Nonsense> {
        visitor.visit_enum(self.0.as_string().ok_or(Nonsense)?.into_deserializer())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Nonsense> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

/// The values of an array.
struct Items(Array, u32);

impl<'de> SeqAccess<'de> for Items {
    type Error = Nonsense;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Nonsense> {
        if self.1 == self.0.length() {
            return Ok(None);
        }
        self.1 += 1;
        seed.deserialize(Value(self.0.get(self.1 - 1))).map(Some)
    }
}

/// The members of an object that is a table.
struct Entries {
    entries: Array,
    position: u32,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Nonsense;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Nonsense> {
        if self.position == self.entries.length() {
            return Ok(None);
        }
        let entry = Array::from(&self.entries.get(self.position));
        self.position += 1;
        self.value = entry.get(1);
        seed.deserialize(Value(entry.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Nonsense> {
        seed.deserialize(Value(std::mem::take(&mut self.value)))
    }
}

/// The members of an object that has names for them; the others are passed over.
struct Members {
    object: JsValue,
    names: std::slice::Iter<'static, &'static str>,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Nonsense;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Nonsense> {
        for name in self.names.by_ref() {
            let value = Reflect::get(&self.object, &JsValue::from_str(name)).map_err(|_| Nonsense)?;
            if !value.is_undefined() {
                self.value = value;
                return seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Nonsense> {
        seed.deserialize(Value(std::mem::take(&mut self.value)))
    }
}
