//! Keys that may do less than everything, that end, and that are replaced.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::process::{Process, line, run};
use crate::shop::{FORM, ORIGIN, one, registration, with_json};

/// Every call of the API, the scope it needs, and a body where it takes one.
fn calls() -> Vec<(Method, &'static str, &'static str, Option<Value>)> {
    vec![
        (Method::GET, "/api/registrations", "registrations:read", None),
        (Method::GET, "/api/forms", "registrations:read", None),
        (Method::POST, "/api/registrations", "registrations:write", Some(one(registration("SN-1")))),
        (Method::PUT, "/api/registrations/x", "registrations:write", Some(json!({ "registration": {} }))),
        (Method::PUT, "/api/registration/x", "registrations:write", Some(json!({ "registration": {} }))),
        (Method::DELETE, "/api/registrations/x", "registrations:write", None),
        (Method::GET, "/api/serial_number", "serial_numbers:read", None),
        (Method::GET, "/api/serial_numbers/x", "serial_numbers:read", None),
        (Method::POST, "/api/serial_numbers", "serial_numbers:write", Some(json!({ "serialNumbers": [] }))),
        (Method::GET, "/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=9", "uploads:write", None),
        (Method::GET, "/api/upload_fiile?fileName=a.jpg&fileType=image/jpeg&fileSize=9", "uploads:write", None),
    ]
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let gateway = Gateway::start().await;
    let all = ["registrations:read", "registrations:write", "serial_numbers:read", "serial_numbers:write", "uploads:write"];
    for scope in all {
        let token = gateway.access_token_for(&[scope]).await;
        for (method, path, needed, body) in calls() {
            for in_body in [false, true] {
                let request = gateway.request(method.clone(), path);
                let answer = match (in_body, &body) {
                    (true, Some(Value::Object(members))) => {
                        let mut members = members.clone();
                        members.insert("accessToken".to_owned(), json!(token));
                        Answer::to(with_json(request, &members.into())).await
                    }
                    (true, _) => Answer::to(with_json(request, &json!({ "accessToken": token }))).await,
                    (false, Some(body)) => Answer::to(with_json(request.bearer_auth(&token), body)).await,
                    (false, None) => Answer::to(request.bearer_auth(&token)).await,
                };
                if needed == scope {
                    assert!(![401, 403].contains(&answer.status), "{method} {path} with {scope}: {answer:?}");
                } else {
                    let problem = answer.problem(403, "scope-missing");
                    assert!(problem["detail"].as_str().unwrap().contains(needed), "{problem}");
                    assert_eq!(problem["message"], problem["detail"]);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_made_listed_replaced_and_ended_by_commands() {
    let gateway = Process::start();
    let folder = gateway.folder();
    let token = line(folder, &["key", "create", "--merchant", "demo", "--kind", "access", "--scope", "registrations:read"]);
    let reads = |token: &str| {
        let request = gateway.shop.request(Method::GET, "/api/registrations").bearer_auth(token);
        async move { Answer::to(request).await.status }
    };
    assert_eq!(reads(&token).await, 200);
    let listed: Vec<Value> =
        line(folder, &["key", "list", "--merchant", "demo", "--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mine = listed.iter().find(|key| token.contains(key["id"].as_str().unwrap())).unwrap();
    assert_eq!((&mine["scopes"], &mine["endsAt"]), (&json!(["registrations:read"]), &Value::Null));
    assert!(listed.iter().all(|key| key["createdAt"].is_string()) && !token.ends_with(mine["id"].as_str().unwrap()));

    // The old one goes on until it ends.
    let id = mine["id"].as_str().unwrap();
    let rotated: Value = serde_json::from_str(&line(folder, &["key", "rotate", id, "--overlap", "1h", "--json"])).unwrap();
    let new = rotated["key"].as_str().unwrap();
    assert_eq!((reads(&token).await, reads(new).await), (200, 200));
    let post = with_json(gateway.shop.request(Method::POST, "/api/registrations").bearer_auth(new), &one(registration("x")));
    Answer::to(post).await.problem(403, "scope-missing");
    assert!(line(folder, &["key", "list", "--merchant", "demo"]).contains(&format!("ends {}", rotated["oldEndsAt"].as_str().unwrap())));
    // Whoever finds a token in a log can end it with what they have.
    line(folder, &["key", "revoke", &token]);
    assert_eq!((reads(&token).await, reads(new).await), (401, 200));
    line(folder, &["key", "rotate", new, "--overlap", "0"]);
    assert_eq!(reads(new).await, 401);
    for (arguments, why) in [
        (vec!["key", "revoke", "nobodys"], "no such key"),
        (vec!["key", "rotate", new], "has ended"),
        (vec!["key", "rotate", new, "--overlap", "soon"], "24h"),
        (vec!["key", "create", "--merchant", "demo", "--kind", "access", "--scope", "everything"], "no scope"),
        (vec!["key", "create", "--merchant", "demo", "--kind", "publishable", "--scope", "uploads:write"], "no scopes"),
    ] {
        let output = run(folder, &arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && output.stdout.is_empty() && said.contains(why), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn a_publishable_key_that_ends_takes_its_sessions_along() {
    let gateway = Process::start();
    gateway.shop.load_serials(&["SN-1"]).await;
    let page = gateway.shop.page().await;
    assert_eq!(page.check("SN-1").await.status, 200);
    let new = line(gateway.folder(), &["key", "rotate", &gateway.shop.key, "--overlap", "30d"]);
    assert_eq!(page.check("SN-1").await.status, 200, "pages that carry the old one go on");
    line(gateway.folder(), &["key", "revoke", &gateway.shop.key]);
    page.check("SN-1").await.problem(401, "unauthorized");
    page.register("0123456789abcdef", registration("SN-1")).await.problem(401, "unauthorized");
    gateway.shop.session(ORIGIN, FORM, None).await.problem(403, "key-disabled");
    gateway.shop.session(ORIGIN, FORM, Some(&page.token)).await.problem(403, "key-disabled");
    let mut shop = gateway.shop.clone();
    shop.key = new;
    shop.session(ORIGIN, FORM, None).await.good(201);
    assert!(gateway.shop.registrations().await.is_empty());
}
