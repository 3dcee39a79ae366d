//! What there is a budget of: how much of it, for how long.

use regcard_protocol::limits as shared;

use crate::limits;

/// What a session, an address or a merchant has a budget of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Checks,
    Uploads,
    Registrations,
    AddressSessionsMinute,
    AddressSessionsHour,
    AddressChecks,
    AddressMisses,
    AddressUploads,
    AddressRegistrations,
    MerchantMisses,
}

const HOUR: i64 = 3_600;

impl Kind {
    /// How it is called where pages are told of it, how much of it there is, and for how many seconds.
    const fn terms(self) -> (&'static str, u32, i64) {
        match self {
            Kind::Checks => ("checks", shared::SESSION_CHECKS, limits::RENEWAL_SECONDS),
            Kind::Uploads => ("uploads", shared::SESSION_UPLOADS, limits::RENEWAL_SECONDS),
            Kind::Registrations => ("registrations", shared::SESSION_REGISTRATIONS, limits::RENEWAL_SECONDS),
            Kind::AddressSessionsMinute => ("address-sessions-minute", limits::ADDRESS_SESSIONS_MINUTE, 60),
            Kind::AddressSessionsHour => ("address-sessions-hour", limits::ADDRESS_SESSIONS_HOUR, HOUR),
            Kind::AddressChecks => ("address-checks", limits::ADDRESS_CHECKS_HOUR, HOUR),
            Kind::AddressMisses => ("address-misses", limits::ADDRESS_MISSES_HOUR, HOUR),
            Kind::AddressUploads => ("address-uploads", limits::ADDRESS_UPLOADS_HOUR, HOUR),
            Kind::AddressRegistrations => ("address-registrations", limits::ADDRESS_REGISTRATIONS_HOUR, HOUR),
            Kind::MerchantMisses => ("merchant-misses", limits::MERCHANT_MISSES_HOUR, HOUR),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        self.terms().0
    }

    /// Before the factor.
    pub(super) const fn quota(self) -> u32 {
        self.terms().1
    }

    pub(super) const fn seconds(self) -> i64 {
        self.terms().2
    }

    pub(super) const fn is_of_session(self) -> bool {
        matches!(self, Kind::Checks | Kind::Uploads | Kind::Registrations)
    }
}
