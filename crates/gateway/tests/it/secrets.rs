//! What is secret stays so: in no answer, no line of the log, no byte on the disk.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::answer::Answer;
use crate::gateway::on_postgres;
use crate::process::Process;
use crate::shop::{FORM, ORIGIN, one, registration, with_json};
use crate::upstream::{Upstream, says};

const TOKEN: &str = "SENTINEL-access-token-of-the-upstream";

/// The ways in which a text may be written down.
fn spellings(secret: &str) -> Vec<String> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let base64 = |bytes: &[u8]| {
        let groups = bytes.chunks_exact(3).map(|group| u32::from_be_bytes([0, group[0], group[1], group[2]]));
        groups.flat_map(|bits| [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize]))).collect::<String>()
    };
    let hexadecimal = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    // Base64 of the same text looks different at each of the three places where a group can begin.
    let shifted = (0..3).map(|start| base64(&secret.as_bytes()[start..]));
    shifted.chain([secret.to_owned(), hexadecimal, secret.chars().rev().collect()]).collect()
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    spellings(secret).iter().any(|spelling| text.contains(spelling))
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            all.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap_or_default()));
        }
    }
    all
}

fn whole(answer: &Answer) -> Vec<u8> {
    [format!("{:?}", answer.headers).as_bytes(), &answer.body].concat()
}

#[tokio::test]
async fn the_upstreams_token_reaches_the_upstream_and_nobody_else() {
    let upstream = Upstream::start().await;
    let mut gateway = Process::in_front_of(&upstream.url, TOKEN, &[]);
    let shop = gateway.shop.clone();
    let page = shop.page().await;
    let mut answers = vec![
        page.check("SN-1").await,
        page.upload_file("image/jpeg", 9).await,
        page.register("0123456789abcdef", registration("SN-1")).await,
        shop.api("/api/registrations").await,
        shop.get(&format!("/v1/forms/{}/{FORM}", shop.key)).await,
        shop.get(&format!("/v1/forms/{}/{FORM}/card", shop.key)).await,
        shop.get(&format!("/v1/{}/regcard.js", shop.key)).await,
    ];
    assert_eq!(answers[2].status, 201);
    // An upstream that repeats what it was sent, as a debug page does.
    let echo = format!("authorization: Bearer {TOKEN}");
    for status in [200, 400, 401, 409, 422, 500] {
        upstream.checking(says(status, format!("x-echo: {echo}\r\n"), echo.clone()));
        upstream.uploading(says(status, format!("x-echo: {echo}\r\n"), echo.clone()));
        answers.push(page.check("SN-1").await);
        answers.push(page.upload_file("image/jpeg", 9).await);
        upstream.checking(says(204, "", ""));
    }
    upstream.checking(says(200, "", "{}"));
    for status in [200, 400, 401, 409, 422, 500] {
        upstream.registering(says(status, format!("x-echo: {echo}\r\n"), echo.clone()));
        answers.push(page.register(&format!("the-key-for-{status}-now"), registration("SN-1")).await);
    }
    assert!(upstream.seen().iter().all(|seen| seen.head.contains(TOKEN)), "it was sent");
    assert!(gateway.terminate().await);
    for answer in &answers {
        assert!(!holds(&whole(answer), TOKEN), "{answer:?}");
    }
    assert!(gateway.log().contains("answered"), "there is a log, of everything that there is to log");
    for (name, bytes) in files(gateway.folder()) {
        assert!(!holds(&bytes, TOKEN), "{name}");
    }
}

// The commands are waited for on a thread on which the upstream has to go on answering.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_outbox_and_the_probe_say_holds_no_token_either() {
    let upstream = Upstream::start().await;
    let mut gateway = Process::in_front_of(&upstream.url, TOKEN, &[]);
    let echo = format!("authorization: Bearer {TOKEN}");
    upstream.registering(says(429, format!("retry-after: 0\r\nx-echo: {echo}\r\n"), echo.clone()));
    gateway.shop.page().await.register("0123456789abcdef", registration("SN-1")).await.good(202);
    upstream.registering(says(422, "", format!(r#"{{"message":"Not with {TOKEN}"}}"#)));
    let told = |arguments: &[&str]| crate::process::run(gateway.folder(), arguments);
    crate::until("it is parked", || String::from_utf8_lossy(&told(&["outbox", "list"]).stdout).contains("rejected")).await;
    let listed = told(&["outbox", "list", "--json"]);
    let shown = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(shown.contains(r#""lastError":"refused with status 422""#), "{shown}");
    let id = shown.split('"').skip_while(|word| *word != "id").nth(2).unwrap().to_owned();
    let outputs = [listed, told(&["outbox", "show", &id]), told(&["upstream", "probe", "--merchant", "demo", "--allow-private-upstreams"])];
    for output in outputs {
        assert!(!output.stdout.is_empty() && !holds(&[output.stdout, output.stderr].concat(), TOKEN));
    }
    assert!(gateway.terminate().await);
    for (name, bytes) in files(gateway.folder()) {
        assert!(!holds(&bytes, TOKEN), "{name}");
    }
    assert!(!gateway.log().contains("mara@example.com"));
}

#[tokio::test]
async fn an_access_token_is_printed_once_and_kept_as_a_hash() {
    let mut gateway = Process::start();
    let shop = gateway.shop.clone();
    let secret = shop.access_token.rsplit('_').nth(1).unwrap().to_owned();
    assert!(shop.access_token.starts_with("sk_live_") && secret.len() == 43);
    shop.load_serials(&["SN-1", "SN-2"]).await;
    let mut in_body = one(registration("SN-2"));
    in_body["accessToken"] = json!(shop.access_token);
    let page = shop.page().await;
    let mistaken = shop.request(reqwest::Method::POST, "/v1/registrations").header("origin", ORIGIN).bearer_auth(&shop.access_token);
    let answers = [
        page.register("0123456789abcdef", registration("SN-1")).await,
        page.submit("a-token-in-a-pages-body", &in_body).await,
        Answer::to(with_json(mistaken, &in_body)).await,
        Answer::to(with_json(shop.request(reqwest::Method::POST, "/api/registrations"), &in_body)).await,
        shop.api("/api/registrations").await,
        shop.get(&format!("/{}", shop.access_token)).await,
    ];
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [201, 422, 401, 201, 200, 404]);
    let listed = crate::process::run(gateway.folder(), &["key", "list", "--merchant", "demo", "--json"]);
    assert!(!holds(&listed.stdout, &secret) && !holds(&listed.stderr, &secret));
    assert!(gateway.terminate().await);
    for answer in &answers {
        assert!(!holds(&whole(answer), &secret), "{answer:?}");
    }
    let all = files(gateway.folder());
    for (name, bytes) in &all {
        assert!(!holds(bytes, &secret), "{name}");
    }
    // Where a server keeps the rows there is no file of theirs to look into.
    let database = all.iter().find(|(name, _)| name.ends_with("regcard.sqlite3"));
    assert!(on_postgres() || database.is_some_and(|(_, bytes)| holds(bytes, &shop.key)), "what is not secret can be found this way");
}

#[tokio::test]
async fn no_line_of_the_log_holds_a_token_a_grant_a_serial_number_or_a_person() {
    for format in ["text", "json"] {
        let mut gateway = Process::start_configured(&format!("[log]\nformat = '{format}'\n"));
        let shop = gateway.shop.clone();
        shop.load_serials(&["SN-VERY-OWN-1"]).await;
        let page = shop.page().await;
        page.check("SN-VERY-OWN-1").await.good(200);
        let signed = page.signed("image/jpeg", 50).await;
        assert_eq!(page.put(&signed, "image/jpeg", crate::shop::photo(50)).await.status, 201);
        let registered = page.register("the-idempotency-key-itself", registration("SN-VERY-OWN-1")).await.good(201);
        shop.api("/api/registrations?email=mara@example.com").await.good(200);
        shop.api("/api/serial_numbers/SN-VERY-OWN-1").await.good(200);
        let visitor = crate::visitor::Visitor::opens(&shop).await;
        visitor.fills_in("SN-VERY-OWN-2").sends().await;
        // What is refused, and what comes from nowhere, is no reason to tell either.
        page.register("the-idempotency-key-itself", registration("SN-VERY-OWN-3")).await.problem(422, "idempotency-key-reused");
        shop.get("/SN-VERY-OWN-4?customerEmail=mara@example.com").await.problem(404, "not-found");
        assert!(gateway.terminate().await);
        let log = gateway.log();
        let grant = signed.rsplit('/').next().unwrap();
        let status = registered["statusToken"].as_str().unwrap();
        let own = [&shop.access_token, page.token.as_str(), grant, status];
        for secret in own.into_iter().chain(["the-idempotency-key-itself", "SN-VERY-OWN", "Mara", "mara@example.com", "mara%40example"]) {
            assert!(!log.contains(secret), "{format}: {secret}");
        }
        let answered: Vec<&str> = log.lines().filter(|line| line.contains("answered")).collect();
        assert!(answered.len() > 8, "{log}");
        if format == "json" {
            let lines: Vec<serde_json::Value> = answered.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert!(
                lines.iter().any(|line| line["route"] == "/v1/registrations" && line["status"] == 201 && line["span"]["id"].is_string()),
                "{log}"
            );
        }
    }
}
