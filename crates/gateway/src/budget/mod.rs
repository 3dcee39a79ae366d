//! How much one session, one address, and all visitors of one merchant together may ask for. One gateway counts in memory: a restart forgives, and nothing is written per
//! request. Several gateways on one store count there, together.
//!
//! Who it was is not kept: things are counted under the hash of their names, by the gateway's secret.

mod books;

use std::net::IpAddr;
use std::sync::Arc;

use regcard_protocol::limits as shared;

use crate::limits;
use crate::problem::GatewayError;
use crate::secrets::{Purpose, Secrets};
use crate::store::{Counted, Merchant, Mode, Once, Spent, Store};

use books::{Books, Name};

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

/// What an address has a budget of, or a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    SessionsMinute,
    SessionsHour,
    Checks,
    Misses,
    MerchantMisses,
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
            Kind::MerchantMisses => limits::MERCHANT_MISSES_HOUR,
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
            Kind::MerchantMisses => "misses of a merchant",
            Kind::Uploads => "uploads",
            Kind::Registrations => "registrations of an address",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Kind::SessionsMinute => 60,
            Kind::SessionsHour | Kind::Checks | Kind::Misses | Kind::MerchantMisses | Kind::Uploads | Kind::Registrations => 3_600,
        }
    }
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
    /// Budgets per address and merchant are this many times the defaults. With a store they are shared by all gateways on it.
    pub fn new(factor: u32, secrets: &Secrets, shared: Option<Arc<dyn Store>>) -> Budgets {
        let secret = secrets.newest(Purpose::Budget).map(|(_, key)| key).unwrap_or_default();
        Budgets { factor, secret, books: shared.map_or_else(Books::own, Books::Shared) }
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
        self.not_used_up(Kind::Misses, &address.bytes(), now).await?;
        self.of_address(Kind::Checks, address, now).await
    }

    /// Whether a merchant's serial numbers can be asked about now. What is guessed from many addresses is too much of a merchant's
    /// before it is too much of any of them.
    pub async fn guessed(&self, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
        match merchant.mode {
            Mode::Own | Mode::Forward(_) => self.not_used_up(Kind::MerchantMisses, merchant.id.as_bytes(), now).await,
            // It knows none of the merchant's numbers.
            Mode::Test => Ok(()),
        }
    }

    /// Checks found nothing. Who is over the limit is told at the next one.
    pub async fn missed(&self, count: usize, address: Address, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
        for _ in 0..count {
            self.books.spend(self.name(Kind::Misses.word(), &[&address.bytes()]), Kind::Misses.seconds(), now).await?;
            if merchant.mode == Mode::Test {
                continue;
            }
            let kind = Kind::MerchantMisses;
            let spent = self.books.spend(self.name(kind.word(), &[merchant.id.as_bytes()]), kind.seconds(), now).await?;
            if spent.used == u64::from(self.limit(kind)) {
                tracing::warn!(
                    merchant = merchant.id,
                    "serial numbers of this merchant are guessed; for a while none is checked before it is sent"
                );
            }
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
        match self.books.spend_once(once, [session, address], now).await? {
            Once::Before | Once::Now => Ok(()),
            // A new session has a new budget.
            Once::Over(0, _) => Err(GatewayError::BudgetExhausted { retry_after: shared::SESSION_SECONDS }),
            Once::Over(_, spent) => Err(exhausted(spent, now)),
        }
    }

    async fn of_session(&self, what: &str, sid: &str, limit: u32, now: i64) -> Result<(), GatewayError> {
        let spent = self.books.spend(self.name(what, &[sid.as_bytes()]), limits::RENEWAL_SECONDS, now).await?;
        if spent.used <= u64::from(limit) {
            return Ok(());
        }
        // A new session has a new budget.
        Err(GatewayError::BudgetExhausted { retry_after: shared::SESSION_SECONDS })
    }

    async fn of_address(&self, kind: Kind, address: Address, now: i64) -> Result<(), GatewayError> {
        let spent = self.books.spend(self.name(kind.word(), &[&address.bytes()]), kind.seconds(), now).await?;
        if spent.used <= u64::from(self.limit(kind)) { Ok(()) } else { Err(exhausted(spent, now)) }
    }

    async fn not_used_up(&self, kind: Kind, whose: &[u8], now: i64) -> Result<(), GatewayError> {
        let spent = self.books.spent(self.name(kind.word(), &[whose]), now).await?;
        match spent.filter(|spent| spent.used >= u64::from(self.limit(kind))) {
            Some(spent) => Err(exhausted(spent, now)),
            None => Ok(()),
        }
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

#[cfg(test)]
mod tests;
