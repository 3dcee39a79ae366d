//! One submit makes one registration, however often it is pressed and whatever is lost on the way.

use crate::card::SUBMIT;
use crate::proxy::Fate;
use crate::visit::{EMAIL, SERIAL, Visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_registers_once() {
    let visit = filled().await;
    let button = visit.card().find(SUBMIT).await;
    visit.browser.driver().action_chain().double_click_element(&button).perform().await.unwrap();
    let number = visit.card().done().await;
    assert_eq!(visit.submits(), 1);
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_pressed_twice_registers_once() {
    let visit = filled().await;
    visit.card().type_into("customerName", "\u{E007}\u{E007}").await;
    let number = visit.card().done().await;
    assert_eq!(visit.submits(), 1);
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_and_shows_the_number_that_was_given() {
    let visit = filled().await;
    visit.gateway.proxy.once("POST", "/v1/registrations", Fate::AnswerLost);
    visit.card().submit().await;
    let number = visit.card().done().await;
    visit.is_registered_once(&number).await;
    assert!(visit.gateway.proxy.count("GET", "/v1/registrations/status") > 0, "the status was not asked for");
    // The browser's own line for the answer that the test lost.
    visit.browser.console_says(&["/v1/registrations - Failed to load resource: net::ERR_EMPTY_RESPONSE"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_that_never_arrived_is_sent_again_under_the_same_key() {
    let visit = filled().await;
    visit.gateway.proxy.once("POST", "/v1/registrations", Fate::Lost);
    visit.card().submit().await;
    let number = visit.card().done().await;
    visit.is_registered_once(&number).await;
    let keys: Vec<_> = visit.gateway.proxy.seen("POST", "/v1/registrations");
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0].request.header("idempotency-key"), keys[1].request.header("idempotency-key"));
    // The request that the test lost, and the status that is not known then.
    visit
        .browser
        .console_says(&[
            "net::ERR_EMPTY_RESPONSE",
            "/v1/registrations/status - Failed to load resource: the server responded with a status of 404",
        ])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_renewed_in_silence() {
    let visit = filled().await;
    visit.gateway.proxy.once("POST", "/v1/registrations", Fate::StaleToken);
    visit.card().submit().await;
    let number = visit.card().done().await;
    visit.is_registered_once(&number).await;
    let sessions = visit.gateway.proxy.seen("POST", "/v1/sessions");
    assert_eq!(sessions.len(), 2);
    assert!(sessions[1].request.header("authorization").is_some(), "the session is a new one instead of the old one renewed");
    assert!(!visit.card().text().await.contains("RC-"));
    // The browser's own line for the refusal that the test made.
    visit.browser.console_says(&["/v1/registrations - Failed to load resource: the server responded with a status of 401"]).await;
}

/// A form that is live, filled in and checked.
async fn filled() -> Visit {
    let visit = Visit::to_the_product_page().await;
    visit.card().fill(EMAIL, SERIAL).await;
    visit.card().serial_is("available").await;
    visit
}
