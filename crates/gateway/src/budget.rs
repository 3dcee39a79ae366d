//! How much one session, and one address, may ask for. In memory: a restart forgives, and nothing is written per request.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use regcard_protocol::limits as shared;

use crate::limits;

/// Who asks, as far as budgets go: an IPv4 address, or the network that one IPv6 customer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Address {
        match address.to_canonical() {
            IpAddr::V4(four) => Address(IpAddr::V4(four)),
            IpAddr::V6(six) => Address(IpAddr::V6((u128::from(six) >> 64 << 64).into())),
        }
    }
}

/// The budget is used up; seconds until it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    SessionsMinute,
    SessionsHour,
    Checks,
    Misses,
    Uploads,
    Registrations,
}

impl Kind {
    fn limit(self) -> u32 {
        match self {
            Kind::SessionsMinute => limits::ADDRESS_SESSIONS_MINUTE,
            Kind::SessionsHour => limits::ADDRESS_SESSIONS_HOUR,
            Kind::Checks => limits::ADDRESS_CHECKS_HOUR,
            Kind::Misses => limits::ADDRESS_MISSES_HOUR,
            Kind::Uploads => limits::ADDRESS_UPLOADS_HOUR,
            Kind::Registrations => limits::ADDRESS_REGISTRATIONS_HOUR,
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Kind::SessionsMinute => 60,
            Kind::SessionsHour | Kind::Checks | Kind::Misses | Kind::Uploads | Kind::Registrations => 3_600,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Window {
    start: i64,
    used: u32,
}

#[derive(Debug, Default)]
struct Used {
    last: i64,
    checks: u32,
    uploads: u32,
    /// Hashes of idempotency keys: the same submit sent again costs nothing.
    registrations: HashSet<[u8; 32]>,
}

#[derive(Debug, Default)]
struct Books {
    addresses: HashMap<(Kind, Address), Window>,
    sessions: HashMap<String, Used>,
}

/// The budgets of one gateway.
#[derive(Debug)]
pub struct Budgets {
    factor: u32,
    books: Mutex<Books>,
}

impl Budgets {
    /// Budgets per address are this many times the defaults.
    pub fn new(factor: u32) -> Budgets {
        Budgets { factor, books: Mutex::default() }
    }

    /// One more session.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn session(&self, address: Address, now: i64) -> Result<(), Exhausted> {
        let mut books = self.books();
        self.spend(&mut books, Kind::SessionsMinute, address, now)?;
        self.spend(&mut books, Kind::SessionsHour, address, now)
    }

    /// One more check.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn check(&self, sid: &str, address: Address, now: i64) -> Result<(), Exhausted> {
        let mut books = self.books();
        let used = books.session(sid, now);
        if used.checks >= shared::SESSION_CHECKS {
            return Err(Exhausted(shared::SESSION_SECONDS));
        }
        used.checks += 1;
        if let Some(window) = books.addresses.get(&(Kind::Misses, address)) {
            self.room(Kind::Misses, *window, now)?;
        }
        self.spend(&mut books, Kind::Checks, address, now)
    }

    /// A check found nothing.
    pub fn missed(&self, address: Address, now: i64) {
        // Who is over the limit is told at the next check.
        let _counted = self.spend(&mut self.books(), Kind::Misses, address, now);
    }

    /// One more upload.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn upload(&self, sid: &str, address: Address, now: i64) -> Result<(), Exhausted> {
        let mut books = self.books();
        let used = books.session(sid, now);
        if used.uploads >= shared::SESSION_UPLOADS {
            return Err(Exhausted(shared::SESSION_SECONDS));
        }
        used.uploads += 1;
        self.spend(&mut books, Kind::Uploads, address, now)
    }

    /// One more submit, or the same again, which costs nothing.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub fn registration(&self, sid: &str, key: [u8; 32], address: Address, now: i64) -> Result<(), Exhausted> {
        let mut books = self.books();
        let used = books.session(sid, now);
        if used.registrations.contains(&key) {
            return Ok(());
        }
        if used.registrations.len() >= shared::SESSION_REGISTRATIONS as usize {
            return Err(Exhausted(shared::SESSION_SECONDS));
        }
        used.registrations.insert(key);
        self.spend(&mut books, Kind::Registrations, address, now)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn room(&self, kind: Kind, window: Window, now: i64) -> Result<(), Exhausted> {
        let end = window.start + kind.seconds();
        if now < end && window.used >= kind.limit().saturating_mul(self.factor) {
            return Err(Exhausted(u32::try_from(end - now).unwrap_or(1)));
        }
        Ok(())
    }

    fn spend(&self, books: &mut Books, kind: Kind, address: Address, now: i64) -> Result<(), Exhausted> {
        make_room(&mut books.addresses, |(kind, _), window| now < window.start + kind.seconds());
        let window = books.addresses.entry((kind, address)).or_insert(Window { start: now, used: 0 });
        if now >= window.start + kind.seconds() {
            *window = Window { start: now, used: 0 };
        }
        self.room(kind, *window, now)?;
        window.used += 1;
        Ok(())
    }
}

impl Books {
    fn session(&mut self, sid: &str, now: i64) -> &mut Used {
        make_room(&mut self.sessions, |_, used| now < used.last + limits::RENEWAL_SECONDS);
        let used = self.sessions.entry(sid.to_owned()).or_default();
        used.last = now;
        used
    }
}

/// Keeps a map within [`limits::BUDGET_ENTRIES`]: what has run out goes first, then whatever comes first.
fn make_room<K: Clone + Eq + Hash, V>(map: &mut HashMap<K, V>, fresh: impl Fn(&K, &V) -> bool) {
    if map.len() < limits::BUDGET_ENTRIES {
        return;
    }
    map.retain(|key, value| fresh(key, value));
    if map.len() >= limits::BUDGET_ENTRIES {
        let some: Vec<K> = map.keys().take(limits::BUDGET_ENTRIES / 10).cloned().collect();
        for key in some {
            map.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Address {
        Address::from(IpAddr::from([203, 0, 113, 7]))
    }

    #[test]
    fn a_session_has_sixty_checks_twelve_uploads_and_ten_registrations() {
        let budgets = Budgets::new(1);
        for _ in 0..60 {
            assert_eq!(budgets.check("s", home(), 0), Ok(()));
        }
        assert!(budgets.check("s", home(), 0).is_err());
        for _ in 0..12 {
            assert_eq!(budgets.upload("s", home(), 0), Ok(()));
        }
        assert!(budgets.upload("s", home(), 0).is_err());
        for key in 0..10 {
            assert_eq!(budgets.registration("s", [key; 32], home(), 0), Ok(()));
        }
        assert!(budgets.registration("s", [10; 32], home(), 0).is_err());
        assert_eq!(budgets.registration("s", [3; 32], home(), 0), Ok(()), "the same submit again is free");
    }

    #[test]
    fn an_address_comes_again_when_its_hour_is_over() {
        let budgets = Budgets::new(1);
        for number in 0..600 {
            assert_eq!(budgets.check(&format!("s{number}"), home(), 100), Ok(()));
        }
        assert_eq!(budgets.check("one-more", home(), 100), Err(Exhausted(3_600)));
        assert_eq!(budgets.check("one-more", home(), 3_699), Err(Exhausted(1)));
        assert_eq!(budgets.check("one-more", home(), 3_700), Ok(()));
    }

    #[test]
    fn guessing_ends_sooner_than_checking() {
        let budgets = Budgets::new(1);
        for number in 0..120 {
            assert_eq!(budgets.check(&format!("s{number}"), home(), 0), Ok(()));
            budgets.missed(home(), 0);
        }
        assert!(budgets.check("one-more", home(), 0).is_err());
        let factor = Budgets::new(2);
        for number in 0..120 {
            assert_eq!(factor.check(&format!("s{number}"), home(), 0), Ok(()));
            factor.missed(home(), 0);
        }
        assert_eq!(factor.check("one-more", home(), 0), Ok(()));
    }

    #[test]
    fn one_customer_of_ipv6_is_one_address() {
        let one: Address = IpAddr::from([0x2001, 0xdb8, 1, 2, 3, 4, 5, 6]).into();
        let same: Address = IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9]).into();
        let other: Address = IpAddr::from([0x2001, 0xdb8, 1, 3, 3, 4, 5, 6]).into();
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert_eq!(Address::from(IpAddr::from([0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7107])), home());
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let budgets = Budgets::new(1);
        for number in 0..limits::BUDGET_ENTRIES as u32 + 50_000 {
            let _answer = budgets.session(Address::from(IpAddr::from(number.to_be_bytes())), 0);
        }
        assert!(budgets.books().addresses.len() <= limits::BUDGET_ENTRIES + 2);
    }
}
