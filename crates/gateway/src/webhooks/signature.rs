//! Signatures as Standard Webhooks 1.0 has them: `v1,` and an HMAC-SHA256 of `id.timestamp.body`, by a secret that the receiver has, too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

use crate::clock::{self, NoRandomness};

/// How every secret begins, so that it is known for what it is.
const PREFIX: &str = "whsec_";

/// 24 to 64 bytes, by the specification.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What signs one endpoint's webhooks.
#[derive(Debug)]
pub struct SigningSecret(SecretBox<Vec<u8>>);

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn create() -> Result<SigningSecret, NoRandomness> {
        Ok(SigningSecret(SecretBox::new(Box::new(clock::random::<32>()?.to_vec()))))
    }

    /// Reads one as it is shown; nothing if it is none, or too short to be safe.
    pub fn parse(text: &str) -> Option<SigningSecret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        SECRET_BYTES.contains(&bytes.len()).then(|| SigningSecret(SecretBox::new(Box::new(bytes))))
    }

    /// As it is shown to the merchant, once.
    pub fn reveal(&self) -> SecretString {
        format!("{PREFIX}{}", STANDARD.encode(self.0.expose_secret())).into()
    }

    /// The signature of a body, sent under this number at this second.
    pub fn sign(&self, id: &str, second: i64, body: &str) -> String {
        // A key of any length is good for it.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()) else {
            return String::new();
        };
        mac.update(format!("{id}.{second}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// What stands in `webhook-signature`: a signature by each secret, with blanks between.
pub(super) fn signatures(secrets: &[SigningSecret], id: &str, second: i64, body: &str) -> String {
    secrets.iter().map(|secret| secret.sign(id, second, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the specification's own libraries sign in their tests.
    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const SECOND: i64 = 1_649_367_553;
    const BODY: &str = r#"{"email":"test@example.com","username":"test_user"}"#;
    const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

    /// A receiver, written from the specification and from nothing here.
    fn receives(secret: &str, id: &str, timestamp: &str, signature: &str, body: &str, now: i64) -> bool {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
        let Ok(second) = timestamp.parse::<i64>() else {
            return false;
        };
        if (now - second).abs() > 5 * 60 {
            return false;
        }
        signature.split(' ').filter_map(|one| one.split_once(',')).filter(|(version, _)| *version == "v1").any(|(_, digits)| {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
            mac.update([id, ".", timestamp, ".", body].concat().as_bytes());
            STANDARD.decode(digits).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok())
        })
    }

    #[test]
    fn the_specifications_own_vector_is_signed_the_same() {
        assert_eq!(SigningSecret::parse(SECRET).unwrap().sign(ID, SECOND, BODY), SIGNATURE);
        assert!(receives(SECRET, ID, &SECOND.to_string(), SIGNATURE, BODY, SECOND));
    }

    #[test]
    fn the_specifications_other_cases_end_as_they_should() {
        let second = SECOND.to_string();
        let case = |signature: &str| receives(SECRET, ID, &second, signature, BODY, SECOND);
        let others = ["v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ=", "v1,Mm7xgUVICxZfQ3bgf0h0Dof65L/IFx+PnZvnDWPCX6Q="];
        assert!(case(&format!("{} {} {SIGNATURE} v1,9DfC1c3eeOrXB6w/5dIDydLNQaEyww5KalE5jLBZucE=", others[0], others[1])));
        assert!(case(&format!("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== {SIGNATURE}")));
        assert!(!case(&others.join(" ")));
        for partial in ["v1,", &SIGNATURE[..8], "", "v1,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU="] {
            assert!(!case(partial), "{partial}");
        }
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let second = SECOND.to_string();
        for (id, timestamp, signature, body) in [
            ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpK", second.as_str(), SIGNATURE, BODY),
            (ID, "1649367554", SIGNATURE, BODY),
            (ID, &second, SIGNATURE, r#"{"email":"test@example.com","username":"test_usar"}"#),
            (ID, &second, SIGNATURE, r#"{"email":"test@example.com", "username":"test_user"}"#),
            (ID, &second, "v1,uZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", BODY),
            (ID, &second, "v2,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", BODY),
        ] {
            assert!(!receives(SECRET, id, timestamp, signature, body, SECOND), "{id} {timestamp} {signature} {body}");
        }
    }

    #[test]
    fn what_is_older_than_five_minutes_is_not_taken_nor_what_is_to_come() {
        let at = |now| receives(SECRET, ID, &SECOND.to_string(), SIGNATURE, BODY, now);
        assert!(at(SECOND + 300) && at(SECOND - 300));
        assert!(!at(SECOND + 301) && !at(SECOND - 301));
    }

    #[test]
    fn while_a_secret_is_replaced_either_is_good() {
        let (old, new) = (SigningSecret::create().unwrap(), SigningSecret::create().unwrap());
        let shown = [&old, &new].map(|secret| secret.reveal().expose_secret().to_owned());
        let signature = signatures(&[new, old], "m", SECOND, "{}");
        assert_eq!(signature.split(' ').count(), 2);
        assert!(shown.iter().all(|secret| receives(secret, "m", &SECOND.to_string(), &signature, "{}", SECOND)));
        assert!(!receives(SECRET, "m", &SECOND.to_string(), &signature, "{}", SECOND));
    }

    #[test]
    fn secrets_are_twenty_four_to_sixty_four_bytes_and_are_not_shown_by_accident() {
        let of = |bytes: usize| SigningSecret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; bytes])));
        assert!(of(23).is_none() && of(24).is_some() && of(64).is_some() && of(65).is_none());
        assert!(SigningSecret::parse("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").is_none() && SigningSecret::parse("whsec_!").is_none());
        let secret = SigningSecret::parse(SECRET).unwrap();
        assert_eq!(secret.reveal().expose_secret(), SECRET);
        assert!(!format!("{secret:?} {:?}", secret.reveal()).contains("C2FV"));
    }
}
