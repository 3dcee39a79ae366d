//! What the operator's own machines see, on an address that is not the gateway's.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::answer::Answer;
use crate::gateway::built_widget;
use crate::process::Process;
use crate::shop::registration;
use crate::visitor::{TRAP, Visitor};

async fn ask(gateway: &Process, path: &str) -> Answer {
    Answer::to(gateway.shop.http.get(format!("{}{path}", gateway.operator()))).await
}

/// Status and words of the readiness. A store that did not answer within two seconds, on a machine that stands still, is asked once more.
#[expect(clippy::unwrap_used, reason = "what was waited for is there")]
async fn readiness(gateway: &Process) -> (u16, Value) {
    let mut said = None;
    crate::until_so("the store answers", async || {
        let answer = ask(gateway, "/readyz").await;
        said = Some((answer.status, answer.json()));
        answer.json()["checks"]["store"] == "ok"
    })
    .await;
    said.unwrap()
}

fn widget() -> (tempfile::TempDir, String) {
    let widget = built_widget();
    let path = widget.path().display().to_string();
    (widget, path)
}

#[tokio::test]
async fn a_gateway_is_ready_while_everything_it_needs_is_there() {
    let (widget, path) = widget();
    let mut gateway = Process::start_in_configured("[operator]\ndisk_free_percent = 0\n", &["--assets", &path]);
    let (status, ready) = readiness(&gateway).await;
    assert_eq!(status, 200, "{ready}");
    for check in ["running", "store", "disk", "widget", "secret"] {
        assert_eq!(ready["checks"][check], "ok", "{check}");
    }
    ask(&gateway, "/healthz").await.good(200);
    let secrets = gateway.folder().join("regcard-data").join("secrets");
    fs::rename(&secrets, secrets.with_extension("away")).unwrap();
    let (status, said) = readiness(&gateway).await;
    assert_eq!((status, &said["status"]), (503, &"not ready".into()), "{said}");
    assert!(said["checks"]["secret"].as_str().unwrap().contains("No such file"), "{said}");
    ask(&gateway, "/healthz").await.good(200);
    fs::rename(secrets.with_extension("away"), &secrets).unwrap();
    assert_eq!(readiness(&gateway).await.0, 200);
    fs::remove_file(widget.path().join("manifest.json")).unwrap();
    assert_eq!(readiness(&gateway).await.0, 503);
    assert!(gateway.terminate().await);
}

#[tokio::test]
async fn a_disk_that_is_too_full_is_told() {
    let gateway = Process::start_configured("[operator]\ndisk_free_percent = 100\n");
    let answer = ask(&gateway, "/readyz").await;
    assert!(answer.status == 503 && String::from_utf8_lossy(&answer.body).contains("less than 100 %"));
    gateway.shop.page().await;
}

#[tokio::test]
async fn the_operators_routes_are_not_the_visitors_and_the_other_way_round() {
    let gateway = Process::start();
    for path in ["/healthz", "/readyz", "/metrics"] {
        gateway.shop.get(path).await.problem(404, "not-found");
        assert_ne!(ask(&gateway, path).await.status, 404);
    }
    assert_eq!(ask(&gateway, "/api/registrations").await.status, 404);
    let off = Process::start_configured("[operator]\nlisten = ''\n");
    assert!(!off.log().contains("operator"), "{}", off.log());
}

#[tokio::test]
async fn what_was_done_is_counted_and_nobody_is_named() {
    let gateway = Process::start();
    let shop = &gateway.shop;
    shop.load_serials(&["SN-SENTINEL-1"]).await;
    let page = shop.page().await;
    page.check("SN-SENTINEL-1").await.good(200);
    page.check("SN-SENTINEL-2").await.good(200);
    page.upload(crate::shop::photo(50)).await;
    for _ in 0..2 {
        page.register("0123456789abcdef", registration("SN-SENTINEL-1")).await.good(201);
    }
    shop.api("/api/registrations?email=mara@example.com").await.good(200);
    shop.api("/api/serial_numbers/SN-SENTINEL-1").await.good(200);
    shop.get("/SENTINEL/nothing").await;
    Visitor::opens(shop).await.fills_in("SN-SENTINEL-1").types(TRAP, "SENTINEL").sends().await;
    shop.request(reqwest::Method::from_bytes(b"SENTINEL").unwrap(), "/v1/sessions").send().await.unwrap();
    let answer = ask(&gateway, "/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = String::from_utf8(answer.body).unwrap();
    for line in [
        "regcard_serial_checks_total{answer=\"available\"} 1",
        "regcard_serial_checks_total{answer=\"unknown\"} 1",
        "regcard_uploads_total{outcome=\"stored\"} 1",
        "regcard_registrations_total{status=\"registered\"} 1",
        "regcard_requests_total{route=\"/v1/registrations\",method=\"POST\",status=\"2xx\"} 2",
        "regcard_requests_total{route=\"/api/serial_numbers/{serial}\",method=\"GET\",status=\"2xx\"} 1",
        "regcard_requests_total{route=\"-\",method=\"GET\",status=\"4xx\"} 1",
        "regcard_requests_total{route=\"/v1/sessions\",method=\"other\",status=\"4xx\"} 1",
        "regcard_hosted_held_back_total 1",
        "regcard_requests_in_flight 0",
        "regcard_requests_shed_total 0",
        "regcard_request_seconds_bucket{route=\"/v1/registrations\",method=\"POST\",le=\"30\"} 2",
        "# TYPE regcard_store_commit_seconds histogram",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let open = text.lines().find_map(|line| line.strip_prefix("regcard_connections ")).unwrap();
    assert!(open.parse::<u32>().unwrap() >= 1);
    for personal in ["SENTINEL", "mara", "Mara", &page.token, &shop.key] {
        assert!(!text.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn readiness_goes_first_and_the_gateway_after_it() {
    let (_widget, path) = widget();
    let mut gateway = Process::start_in_configured("shutdown_notice = 20\noperator.disk_free_percent = 0\n", &["--assets", &path]);
    assert_eq!(readiness(&gateway).await.0, 200);
    let told = Instant::now();
    gateway.signal();
    crate::until("it was told", || gateway.log().contains("told to end")).await;
    let answer = ask(&gateway, "/readyz").await;
    assert!(answer.status == 503 && String::from_utf8_lossy(&answer.body).contains("about to end"));
    // Whoever has not heard of it yet is served as ever, on a new connection too.
    gateway.shop.http = crate::shop::client();
    gateway.shop.page().await;
    assert!(gateway.terminate().await);
    assert!(told.elapsed() < Duration::from_secs(20), "told a second time it does not wait");
}

#[tokio::test]
async fn what_runs_is_finished_before_the_end_and_nobody_new_is_let_in() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut gateway = Process::start();
    let address = gateway.shop.gateway.trim_start_matches("http://").to_owned();
    let mut running = tokio::net::TcpStream::connect(&address).await.unwrap();
    running
        .write_all(b"POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n")
        .await
        .unwrap();
    gateway.working_on(1).await;
    gateway.signal();
    crate::until_so("nobody is let in", async || tokio::net::TcpStream::connect(&address).await.is_err()).await;
    running.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    running.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(gateway.ended().await);
}
