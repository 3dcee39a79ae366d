//! To whom a mail goes: an address as it was typed, as any mail server takes it.

use lettre::Address;
use regcard_protocol::contact::EmailAddress;
use url::Host;

/// The address, with its domain in ASCII: only what stands before the `@` needs a server that knows more than that (RFC 6531). What may stand
/// there is for the receiving server to say; there are people whose address has two dots in a row, or more than 64 characters. Nothing
/// in it can begin another command or header: [`EmailAddress`] takes no blanks, brackets or control characters.
pub(super) fn recipient(typed: &str) -> Option<Address> {
    let address = EmailAddress::parse(typed).ok()?;
    let (local, domain) = address.as_str().rsplit_once('@')?;
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Some(Address::new_dangerous(local, domain)),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::recipient;

    #[test]
    fn a_domain_is_written_in_ascii_and_the_rest_as_it_was_typed() {
        for (typed, written) in [
            ("o'hara+box@example.com", "o'hara+box@example.com"),
            ("Ann@bücher.example", "Ann@xn--bcher-kva.example"),
            ("a..b.@example.com", "a..b.@example.com"),
            ("müller@example.com", "müller@example.com"),
        ] {
            assert_eq!(recipient(typed).unwrap().to_string(), written);
        }
        let long = format!("{}@example.com", "a".repeat(100));
        assert_eq!(recipient(&long).unwrap().to_string(), long);
    }

    #[test]
    fn what_is_no_address_gets_no_mail() {
        for wrong in
            ["", "ann", "ann@example.com\r\nRCPT TO:<bo@example.com>", "<ann@example.com>", "ann@0x7f.1", "ann@xn--\u{FFFF}.example"]
        {
            assert!(recipient(wrong).is_none(), "{wrong}");
        }
    }
}
