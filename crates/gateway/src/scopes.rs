//! What an access token may do. A token that only reads cannot erase.

use std::fmt;

use thiserror::Error;

/// One thing that a token may do, as a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Scope {
    /// Look up registrations and forms.
    RegistrationsRead = 1,
    /// Add, change and erase registrations.
    RegistrationsWrite = 2,
    /// Look up serial numbers.
    SerialNumbersRead = 4,
    /// Load serial numbers.
    SerialNumbersWrite = 8,
    /// Upload files.
    UploadsWrite = 16,
}

/// Everything there is, in the order it is listed.
const ALL: [Scope; 5] =
    [Scope::RegistrationsRead, Scope::RegistrationsWrite, Scope::SerialNumbersRead, Scope::SerialNumbersWrite, Scope::UploadsWrite];

/// The things that a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

/// No such scope.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{0}\" is no scope; there are registrations:read, registrations:write, serial_numbers:read, serial_numbers:write, uploads:write")]
pub struct UnknownScope(String);

/// A scope that a route asks for, as a type, so that no handler can forget to ask.
pub trait Needed: Send {
    /// Which.
    const SCOPE: Scope;
}

/// See [`Scope::RegistrationsRead`].
#[derive(Clone, Copy, Debug)]
pub struct RegistrationsRead;
/// See [`Scope::RegistrationsWrite`].
#[derive(Clone, Copy, Debug)]
pub struct RegistrationsWrite;
/// See [`Scope::SerialNumbersRead`].
#[derive(Clone, Copy, Debug)]
pub struct SerialNumbersRead;
/// See [`Scope::SerialNumbersWrite`].
#[derive(Clone, Copy, Debug)]
pub struct SerialNumbersWrite;
/// See [`Scope::UploadsWrite`].
#[derive(Clone, Copy, Debug)]
pub struct UploadsWrite;

impl Needed for RegistrationsRead {
    const SCOPE: Scope = Scope::RegistrationsRead;
}
impl Needed for RegistrationsWrite {
    const SCOPE: Scope = Scope::RegistrationsWrite;
}
impl Needed for SerialNumbersRead {
    const SCOPE: Scope = Scope::SerialNumbersRead;
}
impl Needed for SerialNumbersWrite {
    const SCOPE: Scope = Scope::SerialNumbersWrite;
}
impl Needed for UploadsWrite {
    const SCOPE: Scope = Scope::UploadsWrite;
}

impl Scope {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::RegistrationsRead => "registrations:read",
            Scope::RegistrationsWrite => "registrations:write",
            Scope::SerialNumbersRead => "serial_numbers:read",
            Scope::SerialNumbersWrite => "serial_numbers:write",
            Scope::UploadsWrite => "uploads:write",
        }
    }
}

impl Scopes {
    /// Everything, as the registration API's own tokens.
    pub const ALL: Scopes = Scopes(31);

    /// Reads a list. None named is everything.
    ///
    /// # Errors
    /// [`UnknownScope`] for the first that is none.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Scopes, UnknownScope> {
        let mut scopes = Scopes(0);
        for name in names {
            let scope = ALL.into_iter().find(|scope| scope.as_str() == name).ok_or_else(|| UnknownScope(name.to_owned()))?;
            scopes.0 |= scope as u8;
        }
        Ok(if scopes.0 == 0 { Scopes::ALL } else { scopes })
    }

    /// Whether this is among them.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & scope as u8 != 0
    }

    /// Their names.
    pub fn names(self) -> Vec<&'static str> {
        ALL.into_iter().filter(|scope| self.has(*scope)).map(Scope::as_str).collect()
    }

    /// As a store keeps them.
    pub fn bits(self) -> i64 {
        i64::from(self.0)
    }

    /// As a store has kept them; what a later version may have added is not known here, and so not given.
    pub fn of_bits(bits: i64) -> Scopes {
        Scopes(u8::try_from(bits & Scopes::ALL.bits()).unwrap_or_default())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_and_none_is_all() {
        let two = Scopes::parse(["uploads:write", "registrations:read"]).unwrap();
        assert_eq!(two.to_string(), "registrations:read uploads:write");
        assert_eq!(Scopes::of_bits(two.bits()), two);
        assert_eq!(Scopes::parse([]), Ok(Scopes::ALL));
        assert_eq!(Scopes::ALL.names().len(), 5);
        assert!(Scopes::parse(["registrations"]).is_err() && !two.has(Scope::RegistrationsWrite));
        assert_eq!(Scopes::of_bits(1 << 20), Scopes(0));
    }
}
