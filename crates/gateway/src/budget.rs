//! How much one session, and one address, may ask for. One gateway counts in memory: a restart forgives, and nothing is written per
//! request. Several gateways on one store count there, together.
//!
//! Who it was is not kept: things are counted under the hash of their names, by the gateway's secret.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use regcard_protocol::limits as shared;

use crate::limits;
use crate::problem::GatewayError;
use crate::secrets::{Purpose, Secrets};
use crate::store::{Counted, Once, Spent, Store, StoreError};

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

/// What an address has a budget of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    fn word(self) -> &'static str {
        match self {
            Kind::SessionsMinute => "sessions a minute",
            Kind::SessionsHour => "sessions an hour",
            Kind::Checks => "checks",
            Kind::Misses => "misses",
            Kind::Uploads => "uploads",
            Kind::Registrations => "registrations of an address",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Kind::SessionsMinute => 60,
            Kind::SessionsHour | Kind::Checks | Kind::Misses | Kind::Uploads | Kind::Registrations => 3_600,
        }
    }
}

/// What is counted, by the hash of its name.
type Name = [u8; 32];

/// Who counts.
#[derive(Debug)]
enum Books {
    Own(Mutex<HashMap<Name, Spent>>),
    Shared(Arc<dyn Store>),
}

/// The budgets of one gateway, or of several.
pub struct Budgets {
    factor: u32,
    secret: [u8; 32],
    books: Books,
}

impl std::fmt::Debug for Budgets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Budgets").field("factor", &self.factor).finish_non_exhaustive()
    }
}

impl Budgets {
    /// Budgets per address are this many times the defaults. With a store they are shared by all gateways on it.
    pub fn new(factor: u32, secrets: &Secrets, shared: Option<Arc<dyn Store>>) -> Budgets {
        let secret = secrets.newest(Purpose::Budget).map(|(_, key)| key).unwrap_or_default();
        Budgets { factor, secret, books: shared.map_or_else(|| Books::Own(Mutex::default()), Books::Shared) }
    }

    /// One more session.
    ///
    /// # Errors
    /// [`GatewayError::BudgetExhausted`]; that the store cannot be asked. The same for all others here.
    pub async fn session(&self, address: Address, now: i64) -> Result<(), GatewayError> {
        self.of_address(Kind::SessionsMinute, address, now).await?;
        self.of_address(Kind::SessionsHour, address, now).await
    }

    /// One more check.
    pub async fn check(&self, sid: &str, address: Address, now: i64) -> Result<(), GatewayError> {
        self.of_session("checks", sid, shared::SESSION_CHECKS, now).await?;
        let missed = self.books.spent(self.name(Kind::Misses.word(), &[&address.bytes()])).await?;
        if let Some(missed) = missed.filter(|missed| now < missed.ends && missed.used >= u64::from(self.limit(Kind::Misses))) {
            return Err(exhausted(missed, now));
        }
        self.of_address(Kind::Checks, address, now).await
    }

    /// Checks found nothing. Who is over the limit is told at the next one.
    pub async fn missed(&self, count: usize, address: Address, now: i64) -> Result<(), GatewayError> {
        for _ in 0..count {
            self.spend(self.name(Kind::Misses.word(), &[&address.bytes()]), Kind::Misses.seconds(), now).await?;
        }
        Ok(())
    }

    /// One more upload.
    pub async fn upload(&self, sid: &str, address: Address, now: i64) -> Result<(), GatewayError> {
        self.of_session("uploads", sid, shared::SESSION_UPLOADS, now).await?;
        self.of_address(Kind::Uploads, address, now).await
    }

    /// One more submit, or the same again, which costs nothing.
    pub async fn registration(&self, sid: &str, key: [u8; 32], address: Address, now: i64) -> Result<(), GatewayError> {
        let once = Counted { name: self.name("submit", &[sid.as_bytes(), &key]), limit: 1, ends: now + limits::RENEWAL_SECONDS };
        let session = Counted {
            name: self.name("registrations", &[sid.as_bytes()]),
            limit: u64::from(shared::SESSION_REGISTRATIONS),
            ends: now + limits::RENEWAL_SECONDS,
        };
        let kind = Kind::Registrations;
        let address =
            Counted { name: self.name(kind.word(), &[&address.bytes()]), limit: u64::from(self.limit(kind)), ends: now + kind.seconds() };
        match self.spend_once(once, [session, address], now).await? {
            Once::Before | Once::Now => Ok(()),
            // A new session has a new budget.
            Once::Over(0, _) => Err(GatewayError::BudgetExhausted { retry_after: shared::SESSION_SECONDS }),
            Once::Over(_, spent) => Err(exhausted(spent, now)),
        }
    }

    async fn of_session(&self, what: &str, sid: &str, limit: u32, now: i64) -> Result<(), GatewayError> {
        let spent = self.spend(self.name(what, &[sid.as_bytes()]), limits::RENEWAL_SECONDS, now).await?;
        if spent.used <= u64::from(limit) {
            return Ok(());
        }
        // A new session has a new budget.
        Err(GatewayError::BudgetExhausted { retry_after: shared::SESSION_SECONDS })
    }

    async fn of_address(&self, kind: Kind, address: Address, now: i64) -> Result<(), GatewayError> {
        let spent = self.spend(self.name(kind.word(), &[&address.bytes()]), kind.seconds(), now).await?;
        if spent.used <= u64::from(self.limit(kind)) { Ok(()) } else { Err(exhausted(spent, now)) }
    }

    fn limit(&self, kind: Kind) -> u32 {
        kind.limit().saturating_mul(self.factor)
    }

    fn name(&self, what: &str, whose: &[&[u8]]) -> Name {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(what.as_bytes());
        for part in whose {
            hasher.update(&[0]).update(part);
        }
        hasher.finalize().into()
    }

    async fn spend_once(&self, once: Counted, of: [Counted; 2], now: i64) -> Result<Once, StoreError> {
        let books = match &self.books {
            Books::Shared(store) => return store.spend_once(once, of.to_vec(), now).await,
            Books::Own(books) => books,
        };
        let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut books, now);
        let current = |books: &HashMap<Name, Spent>, name: &Name| books.get(name).copied().filter(|spent| now < spent.ends);
        if current(&books, &once.name).is_some() {
            return Ok(Once::Before);
        }
        for (position, budget) in of.iter().enumerate() {
            if let Some(spent) = current(&books, &budget.name).filter(|spent| spent.used >= budget.limit) {
                return Ok(Once::Over(position, spent));
            }
        }
        for counted in [once].iter().chain(&of) {
            let spent = current(&books, &counted.name).unwrap_or(Spent { used: 0, ends: counted.ends });
            books.insert(counted.name, Spent { used: spent.used + 1, ..spent });
        }
        Ok(Once::Now)
    }

    /// Counts one more. A count that has ended begins anew.
    async fn spend(&self, name: Name, seconds: i64, now: i64) -> Result<Spent, StoreError> {
        match &self.books {
            Books::Shared(store) => store.spend(name, now + seconds, now).await,
            Books::Own(books) => {
                let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
                make_room(&mut books, now);
                let spent = books.entry(name).or_insert(Spent { used: 0, ends: now + seconds });
                if now >= spent.ends {
                    *spent = Spent { used: 0, ends: now + seconds };
                }
                spent.used += 1;
                Ok(*spent)
            }
        }
    }
}

impl Books {
    async fn spent(&self, name: Name) -> Result<Option<Spent>, StoreError> {
        match self {
            Books::Shared(store) => store.spent(name).await,
            Books::Own(books) => Ok(books.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied()),
        }
    }
}

impl Address {
    fn bytes(self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(four) => four.octets().to_vec(),
            IpAddr::V6(six) => six.octets().to_vec(),
        }
    }
}

fn exhausted(spent: Spent, now: i64) -> GatewayError {
    GatewayError::BudgetExhausted { retry_after: u32::try_from(spent.ends - now).unwrap_or(1) }
}

/// Keeps a map within [`limits::BUDGET_ENTRIES`]: what has run out goes first, then whatever comes first.
fn make_room(books: &mut HashMap<Name, Spent>, now: i64) {
    if books.len() < limits::BUDGET_ENTRIES {
        return;
    }
    books.retain(|_, spent| now < spent.ends);
    if books.len() >= limits::BUDGET_ENTRIES {
        let some: Vec<Name> = books.keys().take(limits::BUDGET_ENTRIES / 10).copied().collect();
        for name in some {
            books.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Address {
        Address::from(IpAddr::from([203, 0, 113, 7]))
    }

    fn budgets(factor: u32) -> Budgets {
        Budgets { factor, secret: [7; 32], books: Books::Own(Mutex::default()) }
    }

    fn seconds_left(refused: Result<(), GatewayError>) -> Option<u32> {
        match refused {
            Ok(()) => None,
            Err(GatewayError::BudgetExhausted { retry_after }) => Some(retry_after),
            Err(other) => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn a_session_has_sixty_checks_twelve_uploads_and_ten_registrations() {
        let budgets = budgets(1);
        for _ in 0..60 {
            budgets.check("s", home(), 0).await.unwrap();
        }
        assert!(budgets.check("s", home(), 0).await.is_err());
        for _ in 0..12 {
            budgets.upload("s", home(), 0).await.unwrap();
        }
        assert!(budgets.upload("s", home(), 0).await.is_err());
        for key in 0..10 {
            budgets.registration("s", [key; 32], home(), 0).await.unwrap();
        }
        for _ in 0..2 {
            assert!(budgets.registration("s", [10; 32], home(), 0).await.is_err(), "also when it is tried again");
        }
        budgets.registration("s", [3; 32], home(), 0).await.expect("the same submit again is free");
    }

    #[tokio::test]
    async fn an_address_comes_again_when_its_hour_is_over() {
        let budgets = budgets(1);
        for number in 0..600 {
            budgets.check(&format!("s{number}"), home(), 100).await.unwrap();
        }
        assert_eq!(seconds_left(budgets.check("one-more", home(), 100).await), Some(3_600));
        assert_eq!(seconds_left(budgets.check("one-more", home(), 3_699).await), Some(1));
        budgets.check("one-more", home(), 3_700).await.unwrap();
    }

    #[tokio::test]
    async fn guessing_ends_sooner_than_checking() {
        for (factor, allowed) in [(1, false), (2, true)] {
            let budgets = budgets(factor);
            for number in 0..120 {
                budgets.check(&format!("s{number}"), home(), 0).await.unwrap();
                budgets.missed(1, home(), 0).await.unwrap();
            }
            assert_eq!(budgets.check("one-more", home(), 0).await.is_ok(), allowed);
        }
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

    #[tokio::test]
    async fn many_addresses_do_not_fill_the_memory() {
        let budgets = budgets(1);
        for number in 0..limits::BUDGET_ENTRIES as u32 + 50_000 {
            let _answer = budgets.session(Address::from(IpAddr::from(number.to_be_bytes())), 0).await;
        }
        let Books::Own(books) = &budgets.books else { panic!("these are its own") };
        assert!(books.lock().unwrap().len() <= limits::BUDGET_ENTRIES + 2);
    }
}
