//! How much one session, one address, and all visitors of one merchant together may ask for. One gateway counts in memory: a restart forgives, and nothing is written per
//! request. Several gateways on one store count there, together.
//!
//! Who it was is not kept: things are counted under the hash of their names, by the gateway's secret.

mod books;
mod kind;
mod left;

use std::net::IpAddr;
use std::sync::Arc;

use regcard_protocol::limits as shared;

use crate::limits;
use crate::problem::GatewayError;
use crate::secrets::{Purpose, Secrets};
use crate::store::{Counted, Merchant, Mode, Once, Spent, Store, StoreError};

use books::{Books, Name};
use kind::Kind;

pub use left::Left;

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
        self.take(Kind::AddressSessionsMinute, &address.bytes(), now).await?;
        self.take(Kind::AddressSessionsHour, &address.bytes(), now).await.map(drop)
    }

    /// One more check. What is left of the session's.
    pub async fn check(&self, sid: &str, address: Address, now: i64) -> Result<Left, GatewayError> {
        let left = self.take(Kind::Checks, sid.as_bytes(), now).await?;
        self.not_used_up(Kind::AddressMisses, &address.bytes(), now).await?;
        self.take(Kind::AddressChecks, &address.bytes(), now).await?;
        Ok(left)
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
            self.spend(Kind::AddressMisses, &address.bytes(), now).await?;
            if merchant.mode == Mode::Test {
                continue;
            }
            let spent = self.spend(Kind::MerchantMisses, merchant.id.as_bytes(), now).await?;
            if spent.used == self.quota(Kind::MerchantMisses) {
                tracing::warn!(
                    merchant = merchant.id,
                    "serial numbers of this merchant are guessed; for a while none is checked before it is sent"
                );
            }
        }
        Ok(())
    }

    /// A submit named numbers that nobody knows. Each is the answer to a question, so each counts as a submit of its address's: up to
    /// four hundred fit into one, which would make submits the cheaper way to guess.
    pub async fn missed_by_submit(&self, count: usize, address: Address, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
        self.missed(count, address, merchant, now).await?;
        for _ in 1..count {
            self.spend(Kind::AddressRegistrations, &address.bytes(), now).await?;
        }
        Ok(())
    }

    /// One more upload. What is left of the session's.
    pub async fn upload(&self, sid: &str, address: Address, now: i64) -> Result<Left, GatewayError> {
        let left = self.take(Kind::Uploads, sid.as_bytes(), now).await?;
        self.take(Kind::AddressUploads, &address.bytes(), now).await?;
        Ok(left)
    }

    /// One more submit, or the same again, which costs nothing. What is left of the session's.
    pub async fn registration(&self, sid: &str, key: [u8; 32], address: Address, now: i64) -> Result<Left, GatewayError> {
        let once = Counted { name: self.name("submit", &[sid.as_bytes(), &key]), limit: 1, ends: now + limits::RENEWAL_SECONDS };
        let address = address.bytes();
        let of = [(Kind::Registrations, sid.as_bytes()), (Kind::AddressRegistrations, &*address)];
        let counted =
            of.map(|(kind, whose)| Counted { name: self.name(kind.name(), &[whose]), limit: self.quota(kind), ends: now + kind.seconds() });
        let [session, _] = counted;
        match self.books.spend_once(once, counted, now).await? {
            Once::Before | Once::Now => {
                let spent = self.books.spent(session.name, now).await?.unwrap_or(Spent { used: 0, ends: session.ends });
                Ok(self.left(Kind::Registrations, spent, now))
            }
            Once::Over(position, spent) => Err(self.exhausted(of[position.min(1)].0, spent, now)),
        }
    }

    /// What a session has in all, of each of its budgets.
    pub fn of_session(&self) -> [Left; 3] {
        [Kind::Checks, Kind::Uploads, Kind::Registrations].map(|kind| self.left(kind, Spent { used: 0, ends: kind.seconds() }, 0))
    }

    async fn take(&self, kind: Kind, whose: &[u8], now: i64) -> Result<Left, GatewayError> {
        let spent = self.spend(kind, whose, now).await?;
        if spent.used <= self.quota(kind) { Ok(self.left(kind, spent, now)) } else { Err(self.exhausted(kind, spent, now)) }
    }

    async fn not_used_up(&self, kind: Kind, whose: &[u8], now: i64) -> Result<(), GatewayError> {
        let spent = self.books.spent(self.name(kind.name(), &[whose]), now).await?;
        match spent.filter(|spent| spent.used >= self.quota(kind)) {
            Some(spent) => Err(self.exhausted(kind, spent, now)),
            None => Ok(()),
        }
    }

    async fn spend(&self, kind: Kind, whose: &[u8], now: i64) -> Result<Spent, StoreError> {
        self.books.spend(self.name(kind.name(), &[whose]), kind.seconds(), now).await
    }

    fn left(&self, kind: Kind, spent: Spent, now: i64) -> Left {
        let quota = self.quota(kind);
        Left { budget: kind.name(), quota, seconds: kind.seconds(), left: quota.saturating_sub(spent.used), anew: spent.ends - now }
    }

    fn exhausted(&self, kind: Kind, spent: Spent, now: i64) -> GatewayError {
        let left = Left { left: 0, ..self.left(kind, spent, now) };
        // A new session has a new budget.
        let retry_after = if kind.is_of_session() { shared::SESSION_SECONDS } else { u32::try_from(left.anew).unwrap_or(1) };
        GatewayError::BudgetExhausted { retry_after, left: Some(left) }
    }

    fn quota(&self, kind: Kind) -> u64 {
        u64::from(kind.quota().saturating_mul(if kind.is_of_session() { 1 } else { self.factor }))
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

#[cfg(test)]
mod tests;
