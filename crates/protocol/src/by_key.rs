//! A small table by text keys, sorted, in one list. Not for large ones: adding moves what comes after.
//!
//! `BTreeMap` would do the same; its code is 12 KB of what the browser gets, for tables of a few lines.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by their keys, each key once, in the order of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByKey<V>(Vec<(String, V)>);

impl<V> ByKey<V> {
    /// An empty table.
    pub fn new() -> ByKey<V> {
        ByKey(Vec::new())
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.position(key).ok().and_then(|position| self.0.get(position)).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: String, value: V) {
        match self.position(&key) {
            Ok(position) => self.0[position].1 = value,
            Err(position) => self.0.insert(position, (key, value)),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keys and values in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}

impl<V> Default for ByKey<V> {
    fn default() -> ByKey<V> {
        ByKey::new()
    }
}

impl<V> FromIterator<(String, V)> for ByKey<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(pairs: I) -> ByKey<V> {
        let mut table = ByKey::new();
        for (key, value) in pairs {
            table.insert(key, value);
        }
        table
    }
}

impl<V> IntoIterator for ByKey<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V> std::ops::Index<&str> for ByKey<V> {
    type Output = V;

    /// The value of a key that is known to be there.
    fn index(&self, key: &str) -> &V {
        match self.position(key) {
            Ok(position) => &self.0[position].1,
            Err(position) => &self.0[self.0.len() + position].1,
        }
    }
}

impl<V: Serialize> Serialize for ByKey<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for ByKey<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ByKey<V>, D::Error> {
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

struct Pairs<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Pairs<V> {
    type Value = ByKey<V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByKey<V>, A::Error> {
        let mut table = ByKey::new();
        while let Some((key, value)) = map.next_entry()? {
            table.insert(key, value);
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_map_of_the_standard_library_holds(pairs in proptest::collection::vec(("[a-c]{0,2}", 0u8..9), 0..20)) {
            let table: ByKey<u8> = pairs.iter().cloned().collect();
            let map: BTreeMap<String, u8> = pairs.into_iter().collect();
            prop_assert!(table.iter().eq(map.iter()));
            prop_assert_eq!(table.len(), map.len());
            prop_assert_eq!(serde_json::to_string(&table).unwrap(), serde_json::to_string(&map).unwrap());
            prop_assert_eq!(serde_json::from_str::<ByKey<u8>>(&serde_json::to_string(&map).unwrap()).unwrap(), table.clone());
            for key in ["", "a", "bb", "zz"] {
                prop_assert_eq!(table.get(key), map.get(key));
            }
        }
    }
}
