//! Merchants: who they are, and who holds their registrations.

use crate::origin::Origin;

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Its name in commands and in the store.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Raising it ends every session.
    pub epoch: i64,
    /// Who holds the registrations.
    pub mode: Mode,
    /// Where its card may stand.
    pub origins: Vec<Origin>,
    /// Its forms; the first is the default.
    pub forms: Vec<String>,
    /// Where an upstream's uploads go, as far as is known.
    pub upload_origins: Vec<Origin>,
    /// Until when the upstream is not called, because it refuses the access token. A new token lifts it.
    pub held_until: i64,
    /// Who is told of each new registration by mail, if anybody is.
    pub notice_to: Option<String>,
}

/// Who holds a merchant's registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// This gateway.
    Own,
    /// Another registration API.
    Forward(Upstream),
    /// Nobody: it is asked with a test key. No store says this of a merchant, see [`crate::app::App::merchant_of_key`].
    Test,
}

/// Where a merchant's registrations are kept from now on. What has been kept stays where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Where they were; a new merchant's here.
    #[default]
    AsBefore,
    /// Here.
    Here,
    /// By another registration API.
    At(Upstream),
}

/// Another registration API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its base address, which ends in `/api` or the like.
    pub url: String,
    /// Its access token, sealed.
    pub sealed_token: String,
}

/// What a merchant is created or changed with. `None` and empty lists leave what is there.
#[derive(Clone, Debug, Default)]
pub struct MerchantSettings {
    /// See [`Merchant::id`].
    pub id: String,
    /// See [`Merchant::name`]; the id if a new merchant is given none.
    pub name: Option<String>,
    /// Replace the old ones.
    pub origins: Vec<Origin>,
    /// Replace the old ones.
    pub forms: Vec<String>,
    /// Where its registrations are kept from now on.
    pub keeping: Keeping,
    /// Are added.
    pub upload_origins: Vec<Origin>,
}
