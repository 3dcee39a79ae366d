//! What the stories of the gateway rely on: that this bucket refuses what a bucket has to refuse. Signed here by `rusty-s3`, checked
//! there by `s3s`.
#![expect(clippy::unwrap_used, reason = "these are tests; what goes wrong here has to end them")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, Response};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use tempfile::TempDir;

const KEY: &str = "receipts/one";
const MINUTE: Duration = Duration::from_secs(60);

struct Running {
    child: Child,
    _folder: TempDir,
    url: String,
    http: Client,
    bucket: Bucket,
    credentials: Credentials,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn start() -> Running {
    // The first one stays; it is always the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = Client::builder().no_proxy().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcard-bucket"));
    command.args(["--access-key", "test", "--secret-key", "a test's secret", "--folder"]).arg(folder.path().join("objects"));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening: ").unwrap().to_owned();
    let bucket = Bucket::new(url.parse().unwrap(), UrlStyle::Path, "receipts", "us-east-1").unwrap();
    let credentials = Credentials::new("test", "a test's secret");
    Running { child, _folder: folder, url, http, bucket, credentials }
}

/// What is signed of a file of five bytes.
const SIGNED: [(&str, &str); 3] = [("content-length", "5"), ("content-type", "image/jpeg"), ("if-none-match", "*")];

impl Running {
    fn signed_put(&self, expires: Duration) -> String {
        let mut put = self.bucket.put_object(Some(&self.credentials), KEY);
        SIGNED.iter().for_each(|(name, value)| put.headers_mut().insert(*name, *value));
        put.sign(expires).into()
    }

    async fn put(&self, url: &str, body: &'static str, headers: &[(&str, &str)]) -> u16 {
        let request = headers.iter().fold(self.http.put(url), |request, (name, value)| request.header(*name, *value));
        request.body(body).send().await.unwrap().status().as_u16()
    }

    async fn get(&self, expires: Duration) -> Response {
        self.http.get(self.bucket.get_object(Some(&self.credentials), KEY).sign(expires)).send().await.unwrap()
    }
}

const GOOD: [(&str, &str); 2] = [("content-type", "image/jpeg"), ("if-none-match", "*")];

#[tokio::test]
async fn what_was_signed_is_taken_and_given_back() {
    let bucket = start();
    assert_eq!(bucket.put(&bucket.signed_put(MINUTE), "12345", &GOOD).await, 200);
    let got = bucket.get(MINUTE).await;
    assert_eq!((got.status().as_u16(), got.text().await.unwrap().as_str()), (200, "12345"));
}

#[tokio::test]
async fn nothing_else_than_was_signed_is_taken() {
    let bucket = start();
    let url = bucket.signed_put(MINUTE);
    assert_eq!(bucket.put(&url, "123456", &GOOD).await, 403, "another length");
    assert_eq!(bucket.put(&url, "1234", &GOOD).await, 403, "another length");
    assert_eq!(bucket.put(&url, "12345", &[("content-type", "text/html"), ("if-none-match", "*")]).await, 403, "another type");
    assert_eq!(bucket.put(&url, "12345", &[("if-none-match", "*")]).await, 403, "no type");
    assert_eq!(bucket.put(&url, "12345", &[("content-type", "image/jpeg")]).await, 403, "no condition");
    assert_eq!(bucket.put(&url.replace("receipts/one", "receipts/two"), "12345", &GOOD).await, 403, "another object");
    let forged = url.split("&X-Amz-Signature=").next().unwrap().to_owned() + "&X-Amz-Signature=" + &"0".repeat(64);
    assert_eq!(bucket.put(&forged, "12345", &GOOD).await, 403, "another signature");
    assert_eq!(bucket.put(url.split('?').next().unwrap(), "12345", &GOOD).await, 403, "none");
    let deleting = bucket.http.request(Method::DELETE, &url).send().await.unwrap();
    assert_eq!(deleting.status().as_u16(), 403, "another method");
    assert_eq!(bucket.get(MINUTE).await.status().as_u16(), 404);
}

#[tokio::test]
async fn an_address_by_another_secret_is_no_address() {
    let mut bucket = start();
    bucket.credentials = Credentials::new("test", "another secret");
    assert_eq!(bucket.put(&bucket.signed_put(MINUTE), "12345", &GOOD).await, 403);
    bucket.credentials = Credentials::new("somebody", "a test's secret");
    assert_eq!(bucket.put(&bucket.signed_put(MINUTE), "12345", &GOOD).await, 403);
}

#[tokio::test]
async fn an_address_runs_out() {
    let bucket = start();
    // A machine may stand still for longer than an address is good; then it is told with one that is good for longer.
    let mut good_for = Duration::from_secs(2);
    let url = loop {
        let url = bucket.signed_put(good_for);
        if bucket.put(&url, "12345", &GOOD).await == 200 {
            break url;
        }
        good_for *= 2;
        assert!(good_for < MINUTE, "it never was good");
    };
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let runs_out = async {
        // What is not signed as it is sent is refused either way; this one is good as long as its time runs.
        while bucket.put(&url, "12345", &GOOD).await != 403 {
            looks.tick().await;
        }
    };
    assert!(tokio::time::timeout(3 * MINUTE, runs_out).await.is_ok());
    assert_eq!(bucket.put(&bucket.signed_put(MINUTE), "12345", &GOOD).await, 412, "it is the address that is refused");
}

#[tokio::test]
async fn an_object_is_written_once() {
    let bucket = start();
    let url = bucket.signed_put(MINUTE);
    assert_eq!(bucket.put(&url, "12345", &GOOD).await, 200);
    assert_eq!(bucket.put(&url, "abcde", &GOOD).await, 412);
    assert_eq!(bucket.get(MINUTE).await.text().await.unwrap(), "12345");
}

#[tokio::test]
async fn a_page_may_put_and_read_every_answer() {
    let bucket = start();
    let ask = |method: &str, headers: &str| {
        let request = bucket.http.request(Method::OPTIONS, bucket.signed_put(MINUTE)).header("origin", "https://shop.example");
        request.header("access-control-request-method", method).header("access-control-request-headers", headers).send()
    };
    let allowed = ask("PUT", "content-type,if-none-match").await.unwrap();
    assert_eq!(allowed.status().as_u16(), 204);
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://shop.example");
    assert_eq!(allowed.headers()["access-control-allow-headers"], "content-type, if-none-match");
    assert_eq!(ask("DELETE", "").await.unwrap().status().as_u16(), 403);
    let refused = bucket.http.put(&bucket.url).header("origin", "https://shop.example").send().await.unwrap();
    assert!(!refused.status().is_success());
    assert_eq!(refused.headers()["access-control-allow-origin"], "https://shop.example");
}

#[tokio::test]
async fn a_test_can_let_it_fail_and_read_what_was_asked() {
    let bucket = start();
    let fail = async |query: &str| bucket.http.post(format!("{}/-/fail?{query}", bucket.url)).send().await.unwrap();
    let url = bucket.signed_put(MINUTE);
    fail("times=2&method=PUT").await;
    for expected in [503, 503, 200] {
        assert_eq!(bucket.put(&url, "12345", &GOOD).await, expected);
    }
    fail("method=GET&status=500").await;
    assert_eq!(bucket.get(MINUTE).await.status().as_u16(), 500);
    assert_eq!(bucket.get(MINUTE).await.status().as_u16(), 200);
    let asked = bucket.http.get(format!("{}/-/requests", bucket.url)).send().await.unwrap().text().await.unwrap();
    let asked: Vec<serde_json::Value> = serde_json::from_str(&asked).unwrap();
    let seen: Vec<String> = asked.iter().map(|one| format!("{} {} {}", one["method"], one["status"], one["sent"])).collect();
    assert_eq!(seen, ["\"PUT\" 503 5", "\"PUT\" 503 5", "\"PUT\" 200 5", "\"GET\" 500 0", "\"GET\" 200 0"]);
    assert_eq!(asked[4]["answered"], 5);
}

#[tokio::test]
async fn an_answer_can_get_lost_after_it_was_done() {
    let bucket = start();
    bucket.http.post(format!("{}/-/fail?method=PUT&done", bucket.url)).send().await.unwrap();
    let url = bucket.signed_put(MINUTE);
    assert_eq!(bucket.put(&url, "12345", &GOOD).await, 503);
    assert_eq!(bucket.put(&url, "12345", &GOOD).await, 412);
}
