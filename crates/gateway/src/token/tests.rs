//! Tokens that were changed, mixed up or kept too long.

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_795_518_000;

fn tokens(public_url: &str) -> (tempfile::TempDir, Tokens) {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::open(folder.path()).unwrap();
    (folder, Tokens::new(Arc::new(secrets), public_url))
}

fn session() -> Session {
    Session {
        v: 1,
        mid: "demo".into(),
        ep: 1,
        pk: "pk_live_0123456789abcdef".into(),
        sid: "0193-sid".into(),
        org: "https://shop.example".into(),
        frm: "product-registration".into(),
        ops: Operation::ALL,
        iat: NOW,
        exp: NOW + 900,
        rex: NOW + limits::RENEWAL_SECONDS,
        jti: "0123456789abcdef".into(),
    }
}

fn grant() -> Grant {
    Grant { v: 1, uid: "u1".into(), mid: "demo".into(), t: "image/png".into(), z: 100, exp: NOW + 600 }
}

fn page() -> HostedPage {
    HostedPage {
        v: 1,
        mid: "demo".into(),
        ep: 1,
        pk: "pk_live_0123456789abcdef".into(),
        frm: "product-registration".into(),
        sid: "0193-sid".into(),
        jti: "ab".repeat(16),
        exp: NOW + limits::PAGE_SECONDS,
    }
}

fn claim() -> StatusClaim {
    StatusClaim { v: 1, mid: "demo".into(), key: "ab".repeat(32), exp: NOW + limits::STATUS_SECONDS }
}

#[test]
fn a_token_reads_back_and_is_short_enough_for_every_network() {
    let (_folder, tokens) = tokens("https://gw.example");
    let token = tokens.seal_session(&session()).unwrap();
    assert!(token.len() < 600, "{}", token.len());
    assert_eq!(tokens.open_session(&token, NOW), Ok(session()));
    assert!(!token.contains("demo"));
}

#[test]
fn a_session_ends_after_fifteen_minutes_and_the_leeway() {
    let (_folder, tokens) = tokens("https://gw.example");
    let token = tokens.seal_session(&session()).unwrap();
    assert!(tokens.open_session(&token, NOW + 900 + 59).is_ok());
    assert_eq!(tokens.open_session(&token, NOW + 900 + 60), Err(TokenError::Expired));
    assert!(tokens.open_session_to_renew(&token, NOW + 900 + 60).is_ok());
    assert!(tokens.open_session_to_renew(&token, NOW + limits::RENEWAL_SECONDS + 59).is_ok());
    assert_eq!(tokens.open_session_to_renew(&token, NOW + limits::RENEWAL_SECONDS + 60), Err(TokenError::Expired));
    assert_eq!(tokens.open_session(&token, NOW - 61), Err(TokenError::Foreign));
}

#[test]
fn no_token_is_good_for_another_purpose() {
    let (_folder, tokens) = tokens("https://gw.example");
    let (session, grant, status) =
        (tokens.seal_session(&session()).unwrap(), tokens.seal_grant(&grant()).unwrap(), tokens.seal_status(&claim()).unwrap());
    let page = tokens.seal_page(&page()).unwrap();
    assert!(tokens.open_grant(&grant, NOW).is_ok() && tokens.open_status(&status, NOW).is_ok() && tokens.open_page(&page).is_ok());
    for other in [&session, &grant, &status] {
        assert_eq!(tokens.open_page(other), Err(TokenError::Foreign));
    }
    for other in [&grant, &status, &page] {
        assert_eq!(tokens.open_session(other, NOW), Err(TokenError::Foreign));
    }
    for other in [&session, &status, &page] {
        assert_eq!(tokens.open_grant(other, NOW), Err(TokenError::Foreign));
    }
    for other in [&session, &grant, &page] {
        assert_eq!(tokens.open_status(other, NOW), Err(TokenError::Foreign));
    }
}

#[test]
fn a_page_registers_for_a_day_and_the_leeway() {
    let (_folder, tokens) = tokens("https://gw.example");
    let page = tokens.open_page(&tokens.seal_page(&page()).unwrap()).unwrap();
    assert!(!page.has_run_out(NOW + 24 * 3_600 + 59));
    assert!(page.has_run_out(NOW + 24 * 3_600 + 60));
}

#[test]
fn a_token_of_another_gateway_is_foreign() {
    let (folder, here) = tokens("https://gw.example");
    let token = here.seal_session(&session()).unwrap();
    let same_secret = Tokens::new(Arc::new(Secrets::open(folder.path()).unwrap()), "https://other.example");
    assert_eq!(same_secret.open_session(&token, NOW), Err(TokenError::Foreign));
    let (_other_folder, other_secret) = tokens("https://gw.example");
    assert_eq!(other_secret.open_session(&token, NOW), Err(TokenError::Foreign));
}

#[test]
fn a_token_with_any_bit_changed_is_foreign() {
    let (_folder, tokens) = tokens("https://gw.example");
    let token = tokens.seal_grant(&grant()).unwrap();
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut changed = token.clone().into_bytes();
            changed[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            assert!(tokens.open_grant(&changed, NOW).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn an_upstream_token_opens_for_its_merchant_alone() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::open(folder.path()).unwrap();
    let sealed = seal_upstream_token(&secrets, "demo", &"SENTINEL".to_owned().into()).unwrap();
    assert!(!sealed.contains("SENTINEL"));
    assert_eq!(open_upstream_token(&secrets, "demo", &sealed).unwrap().expose_secret(), "SENTINEL");
    assert!(open_upstream_token(&secrets, "other", &sealed).is_err());
}

proptest! {
    #[test]
    fn what_was_not_made_here_is_foreign(text in "v4\\.local\\.[A-Za-z0-9_-]{0,300}(\\.[A-Za-z0-9_-]{0,40})?|\\PC{0,200}") {
        let (_folder, tokens) = tokens("https://gw.example");
        prop_assert_eq!(tokens.open_session(&text, NOW), Err(TokenError::Foreign));
    }
}
