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
use crate::store::{Counted, InTurn, Merchant, Mode, Once, Spent, Store, Takes};

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

/// A budget, whose it is, and what is taken of it.
type Taken<'a> = (Kind, &'a [u8], Takes);

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
        let address = address.bytes();
        let of = [Kind::AddressSessionsMinute, Kind::AddressSessionsHour].map(|kind| (kind, &*address, Takes::Some(1)));
        self.take(&of, now).await.map(drop)
    }

    /// One more check of what was typed with other things. What is left of the session's.
    pub async fn check(&self, sid: &str, address: Address, now: i64) -> Result<Left, GatewayError> {
        self.take_of_session(&check(sid, &address.bytes()), now).await
    }

    /// One more check, unless a merchant's numbers are guessed: what is guessed from many addresses is too much of a merchant's before it is too
    /// much of any of them. What is left of the session's.
    pub async fn check_unless_guessed(&self, merchant: &Merchant, sid: &str, address: Address, now: i64) -> Result<Left, GatewayError> {
        let address = address.bytes();
        let of: Vec<Taken<'_>> = guesses(merchant).into_iter().chain(check(sid, &address)).collect();
        self.take_of_session(&of, now).await
    }

    /// Checks found nothing. Who is over the limit is told at the next one.
    pub async fn missed(&self, count: usize, address: Address, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
        if count == 0 {
            return Ok(());
        }
        let misses = Takes::Some(count as u64);
        let address = address.bytes();
        let mut of: Vec<Taken<'_>> = vec![(Kind::AddressMisses, &address, misses)];
        of.extend(guesses(merchant).map(|(kind, whose, _)| (kind, whose, misses)));
        let spent = self.count(&of, now).await?;
        let quota = self.quota(Kind::MerchantMisses);
        let mut merchants = of.iter().zip(spent).filter(|((kind, _, _), _)| *kind == Kind::MerchantMisses);
        let last = merchants.any(|(_, spent)| spent.used >= quota && spent.used < quota.saturating_add(count as u64));
        if last {
            tracing::warn!(
                merchant = merchant.id,
                "serial numbers of this merchant are guessed; for a while none is checked before it is sent"
            );
        }
        Ok(())
    }

    /// A submit named numbers that nobody knows. Each is the answer to a question, so each counts as a submit of its address's: up to
    /// four hundred fit into one, which would make submits the cheaper way to guess.
    pub async fn missed_by_submit(&self, count: usize, address: Address, merchant: &Merchant, now: i64) -> Result<(), GatewayError> {
        self.missed(count, address, merchant, now).await?;
        // The submit itself was counted before.
        let beyond = count.saturating_sub(1) as u64;
        if beyond > 0 {
            self.count(&[(Kind::AddressRegistrations, &address.bytes(), Takes::Some(beyond))], now).await?;
        }
        Ok(())
    }

    /// One more upload. What is left of the session's.
    pub async fn upload(&self, sid: &str, address: Address, now: i64) -> Result<Left, GatewayError> {
        let address = address.bytes();
        let of = [(Kind::Uploads, sid.as_bytes(), Takes::Some(1)), (Kind::AddressUploads, &*address, Takes::Some(1))];
        self.take_of_session(&of, now).await
    }

    /// One more submit, or the same again, which costs nothing. What is left of the session's.
    pub async fn registration(&self, sid: &str, key: [u8; 32], address: Address, now: i64) -> Result<Left, GatewayError> {
        let once = Counted { name: self.name("submit", &[sid.as_bytes(), &key]), limit: 1, ends: now + limits::RENEWAL_SECONDS };
        let address = address.bytes();
        let of = [(Kind::Registrations, sid.as_bytes(), Takes::Some(1)), (Kind::AddressRegistrations, &*address, Takes::Some(1))];
        let counted = of.map(|one| self.counted(&one, now));
        let [session, _] = counted;
        match self.books.spend_once(once, counted, now).await? {
            Once::Now(spent) => Ok(self.left(Kind::Registrations, spent, now)),
            Once::Before => {
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

    /// Takes something of each in one go, up to one that has none left. How much is used of each.
    async fn take(&self, of: &[Taken<'_>], now: i64) -> Result<Vec<Spent>, GatewayError> {
        let counted = of.iter().map(|one| (self.counted(one, now), one.2)).collect();
        let InTurn { spent, over } = self.books.spend_each(counted, now).await?;
        match of.iter().zip(&spent).next_back().filter(|_| over) {
            Some(((kind, _, _), spent)) => Err(self.exhausted(*kind, *spent, now)),
            None => Ok(spent),
        }
    }

    /// Counts something in each, also where none is left.
    async fn count(&self, of: &[Taken<'_>], now: i64) -> Result<Vec<Spent>, GatewayError> {
        let counted = of.iter().map(|one| (Counted { limit: u64::MAX, ..self.counted(one, now) }, one.2));
        Ok(self.books.spend_each(counted.collect(), now).await?.spent)
    }

    /// The same, and what is left of the session's among them.
    async fn take_of_session(&self, of: &[Taken<'_>], now: i64) -> Result<Left, GatewayError> {
        let spent = self.take(of, now).await?;
        let session = of.iter().zip(spent).find(|((kind, _, _), _)| kind.is_of_session());
        let (kind, spent) = session.map_or((Kind::Checks, Spent { used: 0, ends: now }), |((kind, _, _), spent)| (*kind, spent));
        Ok(self.left(kind, spent, now))
    }

    fn counted(&self, (kind, whose, _): &Taken<'_>, now: i64) -> Counted {
        Counted { name: self.name(kind.name(), &[whose]), limit: self.quota(*kind), ends: now + kind.seconds() }
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

/// What a check takes of a session and an address; whoever guesses gets none.
fn check<'a>(sid: &'a str, address: &'a [u8]) -> [Taken<'a>; 3] {
    [
        (Kind::Checks, sid.as_bytes(), Takes::Some(1)),
        (Kind::AddressMisses, address, Takes::Nothing),
        (Kind::AddressChecks, address, Takes::Some(1)),
    ]
}

/// By what is seen that a merchant's numbers are guessed. A test key knows none of them.
fn guesses(merchant: &Merchant) -> Option<Taken<'_>> {
    match merchant.mode {
        Mode::Own | Mode::Forward(_) => Some((Kind::MerchantMisses, merchant.id.as_bytes(), Takes::Nothing)),
        Mode::Test => None,
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
