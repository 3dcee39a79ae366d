//! Registering from the hosted page where another registration API stands behind the gateway.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::Notify;

use crate::gateway::Gateway;
use crate::shop::registration;
use crate::upstream::{Manner, STORED, Upstream, says};
use crate::visitor::{NONCE, Visitor};

/// A gateway in front of another API, and that one, which takes files too.
async fn forwarding() -> (Gateway, Upstream) {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, "SENTINEL-token").await;
    let signed = format!(r#"{{"signedRequest":"{}/put?signature=abc","url":"https://files.example/r1.pdf"}}"#, upstream.url);
    upstream.uploading(says(200, "", signed));
    (gateway, upstream)
}

fn pdf() -> Vec<u8> {
    format!("%PDF-1.7\n{}", "x".repeat(100_000)).into_bytes()
}

#[tokio::test]
async fn in_forward_mode_the_gateway_sends_the_receipt_itself() {
    let (gateway, upstream) = forwarding().await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").ticks("PrivacyPolicy");
    let end = filled.chooses("InvoiceUpload", "receipt.pdf", pdf()).sends().await;
    assert_eq!((end.page.status, end.number()), (201, "up-1".to_owned()), "{}", end.page.text());
    let seen = upstream.seen();
    let put = seen.iter().find(|seen| seen.line.starts_with("PUT ")).unwrap();
    assert_eq!(put.line, "PUT /some/api/put?signature=abc");
    let head = put.head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/pdf") && head.contains("content-length: 100009"), "{head}");
    assert!(!head.contains("authorization") && !head.contains("transfer-encoding") && !head.contains("origin"), "{head}");
    assert!(put.body.as_bytes() == pdf());
    let sent: serde_json::Value = serde_json::from_str(&upstream.posts()[0].body).unwrap();
    let expected = registration("SN-1");
    for field in ["customerName", "customerEmail", "productName", "serialNumbers", "purchaseDate"] {
        assert_eq!(sent["registrations"][0][field], expected[field]);
    }
    assert_eq!(sent["registrations"][0]["InvoiceUpload"], "https://files.example/r1.pdf");
    assert_eq!(sent["registrations"][0]["PrivacyPolicy"], "Tell me about new parts and recipes, about once a month");
    assert_eq!((gateway.held().await, gateway.files()), (0, 0), "nothing of it stays here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_forward_mode_five_clicks_go_out_once_too() {
    let (gateway, upstream) = forwarding().await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "receipt.pdf", pdf());
    let ends = join_all((0..5).map(|_| filled.sends())).await;
    for end in ends {
        assert_eq!((end.page.status, end.number()), (201, "up-1".to_owned()), "{}", end.page.text());
    }
    assert_eq!(upstream.posts().len(), 1);
    assert_eq!(upstream.seen().iter().filter(|seen| seen.line.starts_with("PUT ")).count(), 1);
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn in_forward_mode_a_visitor_who_did_not_wait_is_told_how_it_ended() {
    let (gateway, upstream) = forwarding().await;
    let told = Arc::new(Notify::new());
    upstream.registering(Manner::WhenTold(Arc::clone(&told), 201, STORED));
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1");
    let page = gateway.app.tokens.open_page(filled.holds(NONCE).unwrap()).unwrap().jti;
    let send = || {
        let filled = filled.clone();
        tokio::spawn(async move { filled.sends().await })
    };
    let first = send();
    crate::until("it has arrived upstream", || upstream.posts().len() == 1).await;
    first.abort();
    // The first post is given up here, while the upstream goes on with it.
    drop(gateway.app.turns.of(&page).await);
    let again = send();
    crate::until("the second one is looked at", || gateway.app.turns.of(&page).now_or_never().is_none()).await;
    told.notify_one();
    assert_eq!(again.await.unwrap().number(), "up-1");
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test]
async fn in_forward_mode_what_is_not_answered_is_taken_on_once() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(Manner::LoseTheAnswer);
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1");
    for _ in 0..2 {
        let end = filled.sends().await;
        assert_eq!(end.page.status, 202);
        assert!(end.page.text().contains("Your registration is on its way"), "{}", end.page.text());
    }
    assert_eq!(filled.types("note", "Please").sends().await.page.status, 409, "another form is not in what was taken on");
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test]
async fn in_forward_mode_what_the_upstream_refuses_can_be_corrected_on_the_same_page() {
    let (gateway, upstream) = forwarding().await;
    let named = r#"{"errors":[{"pointer":"/registrations/0/customerEmail","code":"email","message":"secret"}]}"#;
    upstream.registering(says(422, "", named));
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "receipt.pdf", pdf());
    let page = filled.sends().await;
    assert_eq!((page.page.status, page.holds(NONCE)), (422, filled.holds(NONCE)));
    assert_eq!(page.complaints(), ["customerEmail: Enter an e-mail address such as name@example.com"]);
    upstream.registering(says(201, "", STORED));
    assert_eq!(filled.sends().await.page.status, 422, "the very same post stays refused, and is not sent");
    assert_eq!(upstream.posts().len(), 1);
    let corrected = page.types("customerEmail", "mara@example.org");
    let end = corrected.sends().await;
    assert_eq!((end.page.status, end.number()), (201, "up-1".to_owned()), "{}", end.page.text());
    assert_eq!(corrected.sends().await.number(), "up-1");
    assert_eq!(upstream.posts().len(), 2);
    let sent: serde_json::Value = serde_json::from_str(&upstream.posts()[1].body).unwrap();
    assert_eq!(sent["registrations"][0]["InvoiceUpload"], "https://files.example/r1.pdf", "it came with the first post");
}

#[tokio::test]
async fn in_forward_mode_a_receipt_that_cannot_be_passed_on_is_said_at_its_field() {
    let (gateway, upstream) = forwarding().await;
    upstream.storing(says(403, "", "<Error>secret</Error>"));
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "receipt.pdf", pdf());
    let page = filled.sends().await;
    assert_eq!(page.page.status, 422);
    let words = "InvoiceUpload: The receipt could not be sent. Try again, or remove it and send the form without it";
    assert_eq!(page.complaints(), [words]);
    assert!(!page.page.text().contains("secret"));
    assert!(upstream.posts().is_empty(), "nothing is registered with the receipt silently absent");
    assert_eq!(page.sends().await.number(), "up-1");
    assert_eq!(gateway.files(), 0);
}
