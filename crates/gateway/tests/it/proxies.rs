//! Where a visitor is: what a header claims counts only where a proxy that is trusted wrote it.

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::process::Process;
use crate::shop::{FORM, ORIGIN, Shop, with_json};

/// Opens a session with this header; the status.
async fn session(shop: &Shop, header: &str, value: &str) -> u16 {
    let request = shop.request(Method::POST, "/v1/sessions").header("origin", ORIGIN).header(header, value);
    Answer::to(with_json(request, &json!({ "key": shop.key, "form": FORM }))).await.status
}

/// An address that changes with the number, in no order.
fn somewhere(number: u32) -> String {
    let [a, b, c, d] = number.wrapping_mul(2_654_435_761).to_be_bytes();
    format!("{}.{b}.{c}.{d}", a % 200 + 11)
}

#[tokio::test]
async fn a_thousand_claimed_addresses_of_one_visitor_share_one_budget() {
    let gateway = Process::start();
    let mut statuses = Vec::new();
    for number in 0..1_000 {
        let header = if number % 2 == 0 { "x-forwarded-for" } else { "forwarded" };
        let value = if number % 2 == 0 { somewhere(number) } else { format!("for={}", somewhere(number)) };
        statuses.push(session(&gateway.shop, header, &value).await);
    }
    // Sixty a minute, and a few more if a minute ended meanwhile.
    let opened = statuses.iter().filter(|status| **status == 201).count();
    assert!((60..=180).contains(&opened) && statuses.iter().all(|status| [201, 429].contains(status)), "{opened}");
}

#[tokio::test]
async fn visitors_behind_a_trusted_proxy_have_a_budget_each() {
    let gateway = Process::start_configured("[proxies]\ntrusted = ['127.0.0.0/8', '10.0.0.0/8']\n");
    for number in 0..130 {
        assert_eq!(session(&gateway.shop, "x-forwarded-for", &somewhere(number)).await, 201);
    }
    // What one of them makes up stands left of what the proxy saw, and a second proxy right of it.
    let mut statuses = Vec::new();
    for number in 0..130 {
        let value = format!("{}, 203.0.113.7, 10.1.1.1", somewhere(number));
        statuses.push(session(&gateway.shop, "x-forwarded-for", &value).await);
    }
    assert!(statuses.contains(&429) && statuses[..60].iter().all(|status| *status == 201), "{statuses:?}");
    // The header that this proxy does not write is the visitor's alone.
    let claimed = session(&gateway.shop, "forwarded", "for=198.51.100.9").await;
    assert_eq!(claimed, 201, "the proxy's own budget");
}
