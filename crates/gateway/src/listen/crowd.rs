//! How many connections there are, in all and of one address. Whoever is one too many is not let in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::budget::Address;

/// Counts connections.
#[derive(Clone, Debug)]
pub struct Crowd {
    most: u32,
    most_of_one: u32,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    all: u32,
    by_address: HashMap<Address, u32>,
}

/// Why a connection is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are as many as there may be.
    All,
    /// This address has as many as one may have.
    Address,
}

impl Full {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Full::All => "all",
            Full::Address => "address",
        }
    }
}

/// A connection's place. Dropped, it is free again.
#[derive(Debug)]
pub struct Place {
    crowd: Crowd,
    address: Option<Address>,
}

impl Crowd {
    /// So many in all, so many of one address.
    pub fn new(most: u32, most_of_one: u32) -> Crowd {
        Crowd { most, most_of_one, inside: Arc::default() }
    }

    /// A place for one more. A proxy's connections are many visitors', so they are counted in all only.
    ///
    /// # Errors
    /// [`Full`].
    pub fn enter(&self, peer: IpAddr, is_proxy: bool) -> Result<Place, Full> {
        let mut inside = self.inside();
        if inside.all >= self.most {
            return Err(Full::All);
        }
        let address = (!is_proxy).then(|| Address::from(peer));
        if let Some(address) = address {
            let own = inside.by_address.entry(address).or_default();
            if *own >= self.most_of_one {
                return Err(Full::Address);
            }
            *own += 1;
        }
        inside.all += 1;
        Ok(Place { crowd: self.clone(), address })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.crowd.inside();
        inside.all = inside.all.saturating_sub(1);
        if let Some(address) = self.address
            && let Some(own) = inside.by_address.get_mut(&address)
        {
            *own -= 1;
            if *own == 0 {
                inside.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    fn peer(number: u32) -> IpAddr {
        IpAddr::from((0x0A00_0000 + number).to_be_bytes())
    }

    #[test]
    fn sixty_four_of_one_address_and_ten_thousand_of_all_are_let_in() {
        let crowd = Crowd::new(limits::CONNECTIONS, limits::ADDRESS_CONNECTIONS);
        let mut inside: Vec<Place> = (0..64).map(|_| crowd.enter(peer(0), false).unwrap()).collect();
        assert_eq!(crowd.enter(peer(0), false).unwrap_err(), Full::Address);
        inside.extend((0..9_936).map(|number| crowd.enter(peer(1 + number / 64), false).unwrap()));
        assert_eq!(crowd.enter(peer(5_000), false).unwrap_err(), Full::All);
        inside.clear();
        assert!(crowd.enter(peer(0), false).is_ok() && crowd.inside().by_address.is_empty(), "who goes leaves nothing");
    }

    #[test]
    fn one_customer_of_ipv6_is_one_address_and_a_proxy_is_many() {
        let crowd = Crowd::new(10, 1);
        let customer = |last: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, 3, 4, 5, last]);
        let _inside = crowd.enter(customer(1), false).unwrap();
        assert_eq!(crowd.enter(customer(2), false).unwrap_err(), Full::Address);
        let _through_a_proxy: Vec<Place> = (0..9).map(|_| crowd.enter(peer(1), true).unwrap()).collect();
        assert_eq!(crowd.enter(peer(1), true).unwrap_err(), Full::All);
    }
}
