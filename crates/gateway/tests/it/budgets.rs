//! How much one session, and one address, may ask for: the last that is taken, and the first that is not.

use futures_util::future::join_all;
use regcard_gateway::limits;
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, ORIGIN, Page, registration, registration_with};

const KEY: &str = "0123456789abcdef";

#[tokio::test]
async fn a_session_has_sixty_checks_and_its_renewal_goes_on_counting() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let checks = join_all((0..59).map(|_| page.check("SN-1"))).await;
    assert!(checks.iter().all(|answer| answer.status == 200));
    let renewed = gateway.session(ORIGIN, FORM, Some(&page.token)).await.good(201);
    let renewed = Page { token: renewed["token"].as_str().unwrap().to_owned(), ..page.clone() };
    renewed.check("SN-1").await.good(200);
    for over in [&page, &renewed] {
        let refused = over.check("SN-1").await;
        assert_eq!(refused.problem(429, "budget-exhausted")["retryable"], true);
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    }
    gateway.page().await.check("SN-1").await.good(200);
}

#[tokio::test]
async fn a_session_has_twelve_uploads_and_its_renewal_goes_on_counting() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    for _ in 0..11 {
        page.upload_file("image/jpeg", 9).await.good(201);
    }
    let kept = page.upload(crate::shop::photo(9)).await;
    let renewed = gateway.session(ORIGIN, FORM, Some(&page.token)).await.good(201);
    let renewed = Page { token: renewed["token"].as_str().unwrap().to_owned(), ..page.clone() };
    renewed.upload_file("image/jpeg", 9).await.problem(429, "budget-exhausted");
    gateway.load_serials(&["SN-1"]).await;
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": kept } }));
    renewed.register(KEY, typed).await.good(201);
}

#[tokio::test]
async fn one_key_does_not_try_any_number_of_serial_numbers() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    for number in 0..10 {
        page.register(KEY, registration(&format!("GUESS-{number}"))).await.problem(422, "validation");
    }
    page.register(KEY, registration("GUESS-9")).await.problem(422, "validation");
    page.register(KEY, registration("GUESS-10")).await.problem(429, "budget-exhausted");
}

#[tokio::test]
async fn a_session_has_ten_registrations_and_the_same_again_costs_nothing() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &FORM_FILE.replace("validate = true", "validate = false").replace("one_time = true", "one_time = false"));
    let page = gateway.page().await;
    let submit = |page: &Page, number: usize| {
        let page = page.clone();
        async move { page.register(&format!("the-key-of-number-{number}"), registration("SN-1")).await }
    };
    for number in 0..10 {
        submit(&page, number).await.good(201);
        submit(&page, number).await.good(201);
    }
    let renewed = gateway.session(ORIGIN, FORM, Some(&page.token)).await.good(201);
    let renewed = Page { token: renewed["token"].as_str().unwrap().to_owned(), ..page.clone() };
    submit(&renewed, 10).await.problem(429, "budget-exhausted");
    submit(&renewed, 9).await.good(201);
    assert_eq!(gateway.registrations().await.len(), 10);
}

#[tokio::test]
async fn an_address_has_sixty_sessions_a_minute() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    for _ in 0..60 {
        gateway.page().await;
    }
    let refused = gateway.session(ORIGIN, FORM, None).await;
    refused.problem(429, "budget-exhausted");
    assert_eq!(refused.header("retry-after"), "60");
    let claimed = gateway.request(Method::POST, "/v1/sessions").header("origin", ORIGIN).header("x-forwarded-for", "203.0.113.9");
    let claimed = crate::shop::with_json(claimed, &json!({ "key": gateway.key, "form": FORM }));
    Answer::to(claimed).await.problem(429, "budget-exhausted");
    gateway.clock.advance(60);
    gateway.page().await;
}

/// What an answer says of budgets: what there is in all, what is left, and when to come again.
fn told(answer: &Answer) -> [String; 3] {
    ["ratelimit-policy", "ratelimit", "retry-after"].map(|name| answer.header(name))
}

#[tokio::test]
async fn every_answer_says_how_much_is_left_of_the_sessions_budget() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let opened = gateway.session(ORIGIN, FORM, None).await;
    let policies = r#""checks";q=60;w=86400, "uploads";q=12;w=86400, "registrations";q=10;w=86400"#;
    assert_eq!((opened.status, told(&opened)), (201, [policies, "", ""].map(str::to_owned)));
    let page = gateway.page().await;
    let says = |of: &str, quota: u32, left: u32, seconds: u32, retry: &str| {
        [format!("\"{of}\";q={quota};w=86400"), format!("\"{of}\";r={left};t={seconds}"), retry.to_owned()]
    };
    let checked = page.check("SN-1").await;
    assert_eq!((checked.status, told(&checked)), (200, says("checks", 60, 59, 86_400, "")));
    gateway.clock.advance(10);
    assert_eq!(told(&page.check("SN-2").await), says("checks", 60, 58, 86_390, ""));
    let granted = page.upload_file("image/jpeg", 9).await;
    assert_eq!((granted.status, told(&granted)), (201, says("uploads", 12, 11, 86_400, "")));
    let refused = page.register(KEY, registration("SN-2")).await;
    assert_eq!((refused.status, told(&refused)), (422, says("registrations", 10, 9, 86_400, "")));
    for _ in 0..2 {
        let registered = page.register(KEY, registration("SN-1")).await;
        assert_eq!((registered.status, told(&registered)), (201, says("registrations", 10, 8, 86_400, "")), "the same again is free");
    }
    for _ in 0..11 {
        page.upload_file("image/jpeg", 9).await.good(201);
    }
    let over = page.upload_file("image/jpeg", 9).await;
    assert_eq!((over.status, told(&over)), (429, says("uploads", 12, 0, 86_400, "900")), "sooner in another session");
}

#[tokio::test]
async fn a_refusal_says_which_budget_is_used_up() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    for _ in 0..2 {
        let page = gateway.page().await;
        join_all((0..60).map(|_| page.check("SN-2"))).await;
    }
    gateway.clock.advance(100);
    let over = |of: &str, quota: u32, window: u32, seconds: u32| {
        [format!("\"{of}\";q={quota};w={window}"), format!("\"{of}\";r=0;t={seconds}"), seconds.to_string()]
    };
    assert_eq!(told(&page.check("SN-1").await), over("address-misses", 120, 3_600, 3_500));
    gateway.is_guessed_at(limits::MERCHANT_MISSES_HOUR).await;
    assert_eq!(told(&page.check("SN-1").await), over("merchant-misses", 500, 3_600, 3_500));
    while gateway.session(ORIGIN, FORM, None).await.status == 201 {}
    assert_eq!(told(&gateway.session(ORIGIN, FORM, None).await), over("address-sessions-minute", 60, 60, 60));
}

#[tokio::test]
async fn a_merchant_who_is_guessed_at_is_asked_no_more_but_loses_no_registration() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let other = gateway.another_shop("other", "https://other.example").await;
    let page = gateway.page().await;
    page.check("SN-1").await.good(200);
    gateway.is_guessed_at(limits::MERCHANT_MISSES_HOUR).await;
    let refused = page.check("SN-1").await;
    assert_eq!(refused.problem(429, "budget-exhausted")["retryable"], true);
    assert_eq!(refused.header("retry-after"), "3600");
    page.register(KEY, registration("SN-1")).await.good(201);
    let hosted = crate::visitor::Visitor::opens(&gateway).await.fills_in("SN-2").sends().await;
    assert_eq!(hosted.page.status, 201, "{}", hosted.page.text());
    let session = other.session("https://other.example", FORM, None).await.good(201);
    let theirs = Page { shop: other, origin: "https://other.example".to_owned(), token: session["token"].as_str().unwrap().to_owned() };
    theirs.check("SN-1").await.good(200);
    gateway.tried_out().await.page().await.check("TEST-UNKNOWN").await.good(200);
    gateway.clock.advance(3_600);
    gateway.page().await.check("SN-1").await.good(200);
}

#[tokio::test]
async fn what_a_check_a_submit_and_the_hosted_page_miss_counts_for_the_merchant() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1"]).await;
    gateway.is_guessed_at(limits::MERCHANT_MISSES_HOUR - 4).await;
    let page = gateway.page().await;
    page.check("NO-1").await.good(200);
    page.register(KEY, registration_with("", json!({ "serialNumbers": ["NO-2", "NO-3"] }))).await.problem(422, "validation");
    page.check("SN-1").await.good(200);
    assert_eq!(crate::visitor::Visitor::opens(&gateway).await.fills_in("NO-4").sends().await.page.status, 422);
    page.check("SN-1").await.problem(429, "budget-exhausted");
}

#[tokio::test]
async fn an_address_guesses_no_more_by_submits_than_by_checks() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let numbers = |submit: usize| (0..20).map(|number| format!("NO-{submit}-{number}")).collect::<Vec<_>>();
    for submit in 0..6 {
        let guesses = registration_with("", json!({ "serialNumbers": numbers(submit) }));
        let refused = page.register(&format!("the-key-of-number-{submit}"), guesses).await;
        assert_eq!(refused.faults(422, "validation").len(), 20);
    }
    for page in [page, gateway.page().await] {
        let over = page.register(KEY, registration("SN-1")).await;
        over.problem(429, "budget-exhausted");
        assert_eq!(told(&over)[0], r#""address-registrations";q=120;w=3600"#);
    }
    gateway.clock.advance(3_600);
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
}

#[tokio::test]
async fn an_address_may_guess_a_hundred_and_twenty_times_an_hour() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1"]).await;
    for _ in 0..2 {
        let page = gateway.page().await;
        let guesses = join_all((0..60).map(|_| page.check("SN-2"))).await;
        assert!(guesses.iter().all(|answer| answer.json()["status"] == "unknown"));
    }
    let page = gateway.page().await;
    page.check("SN-1").await.problem(429, "budget-exhausted");
    gateway.clock.advance(3_600);
    gateway.page().await.check("SN-1").await.good(200);
}
