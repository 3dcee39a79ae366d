//! A fault of the program in the middle of a request: the end of that request alone, counted, and told without what it was about.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "to panic is what this is about")]

use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use regcard_gateway::app::App;
use regcard_gateway::{measure, panics};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::registration;

/// Set for the process in which the program fails: what is done about it is done for a whole process.
const VARIABLE: &str = "REGCARD_TEST_PANICS";

/// More often than there is room for requests.
const FAULTS: usize = 6;

/// Fails with what somebody typed in its mouth and a turn in its hand, as a slice of a text in the middle of a letter would.
async fn fails(State(app): State<Arc<App>>, typed: String) -> String {
    let _turn = app.turns.of("somebody").await;
    panic!("byte index 3 is not a char boundary; it is inside 'ä' of `{typed}`")
}

/// A route that pages read, and one that they do not.
fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/uploads/failing/here", post(fails)).route("/failing", post(fails))
}

async fn in_a_process_of_its_own() {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    panics::watch();
    let measures = measure::begin().unwrap();
    let gateway = Gateway::start_beside(routes(), |config| config.requests_at_once = 3).await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    // Somebody else is in the middle of a request all that time.
    let mut other = TcpStream::connect(gateway.gateway.trim_start_matches("http://")).await.unwrap();
    let half = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
    other.write_all(half.as_bytes()).await.unwrap();
    for number in 0..FAULTS {
        let path = if number % 2 == 0 { "/v1/uploads/failing/here" } else { "/failing" };
        let request = page.request(reqwest::Method::POST, path).body("mara@example.com, SN-SENTINEL");
        let failed = Answer::to(request).await;
        let problem = failed.problem(500, "internal");
        assert_eq!((&problem["retryable"], failed.header("x-content-type-options")), (&true.into(), "nosniff".to_owned()));
        assert!(!failed.text().contains("char boundary") && !failed.text().contains("SENTINEL"), "{failed:?}");
        assert_eq!(failed.header("access-control-allow-origin"), if number % 2 == 0 { "*" } else { "" }, "a card can read what happened");
        // A line that can be found by what the customer was told.
        eprintln!("answered: {}", problem["requestId"].as_str().unwrap());
    }
    other.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    drop(gateway.app.turns.of("somebody").await);
    assert!(measures.render().contains(&format!("regcard_panics_total {FAULTS}\n")), "{}", measures.render());
}

#[tokio::test]
async fn a_fault_of_the_program_ends_one_request_and_is_counted_and_told_without_what_was_typed() {
    if std::env::var_os(VARIABLE).is_some() {
        return in_a_process_of_its_own().await;
    }
    let name = "panics::a_fault_of_the_program_ends_one_request_and_is_counted_and_told_without_what_was_typed";
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own).args(["--exact", name, "--nocapture"]).env(VARIABLE, "1").output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}{log}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "it was this one that ran");
    let told: Vec<&str> = log.lines().filter(|line| line.contains("the program failed")).collect();
    let answered: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("answered: ")).collect();
    assert_eq!((told.len(), answered.len()), (FAULTS, FAULTS), "{log}");
    for (line, id) in told.iter().zip(answered) {
        assert!(line.contains(id) && line.contains("panics.rs:"), "{line}");
    }
    for typed in ["SENTINEL", "mara@example.com", "char boundary"] {
        assert!(!log.contains(typed), "{typed}: {log}");
    }
}
