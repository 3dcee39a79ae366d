//! The hosted page: the same form for links and mails, filled with what came along, and registering nothing by itself.

use regcard_gateway::limits;
use reqwest::Method;

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, ORIGIN};
use crate::visitor::Visitor;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&quot;</template>";

fn path(gateway: &Gateway) -> String {
    format!("/v1/forms/{}/{FORM}", gateway.key)
}

fn in_url(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn the_page_shows_the_form_and_lets_nothing_from_elsewhere_in() {
    let gateway = Gateway::start().await;
    let page = gateway.get(&path(&gateway)).await;
    assert_eq!((page.status, page.header("content-type").as_str()), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "private, no-cache", "who goes back finds the same page, with the same nonce");
    let policy = page.header("content-security-policy");
    let parts: Vec<&str> = policy.split("; ").collect();
    assert_eq!(
        parts,
        [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    );
    let html = page.text();
    assert!(html.contains("<header>demo &amp; Sons</header>") && html.contains("name=\"customerEmail\""), "{html}");
    assert!(html.contains(&format!("{}/v1/{}/regcard.js?form={FORM}&amp;lang=en", gateway.gateway, gateway.key)));
    assert!(!html.contains("<script>") && !html.contains(" style=") && !html.contains(" onclick"), "no inline script or style");
}

#[tokio::test]
async fn what_a_link_brings_along_stands_in_the_controls_as_text() {
    let gateway = Gateway::start().await;
    let query = format!(
        "?customerName={0}&customerEmail=mara%2Bx@example.com&productName={0}&serialNumber=SN-1&serialNumber=SN-2&note={0}&lang={0}",
        in_url(HOSTILE)
    );
    let page = gateway.get(&format!("{}{query}", path(&gateway))).await;
    let html = page.text();
    assert_eq!(page.status, 200);
    assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
    assert_eq!(html.matches("</template>").count(), 1);
    for value in ["mara+x@example.com", "SN-1", "SN-2"] {
        assert!(html.contains(&format!("value=\"{value}\"")), "{value}: {html}");
    }
    assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)"), "{html}");
    let plus = gateway.get(&format!("{}?customerEmail=mara+x@example.com", path(&gateway))).await;
    assert!(plus.text().contains("value=\"mara+x@example.com\""), "a plus that a link forgot to encode");
}

#[tokio::test]
async fn every_parameter_of_a_link_is_taken_the_first_included() {
    let gateway = Gateway::start().await;
    let order = "[[field]]\nkey = \"orderNumber\"\nkind = \"text\"\nlabel = \"Order number\"\nfrom_url = \"order\"\n";
    gateway.save_form(FORM, &format!("{FORM_FILE}\n{order}"));
    let link = |query: &str| format!("{}?{query}", path(&gateway));
    let all = "serialNumber=SN%2B1&orderNumber=%231001&customerName=Ann%20%26%20Bob&note=a%3Db%26c,d";
    let turned = "note=a%3Db%26c,d&customerName=Ann+%26+Bob&order=%231001&serialNumber=SN%2B1";
    for query in [
        all.to_owned(),
        turned.to_owned(),
        format!("utm_source=mail&{all}"),
        format!("{all}&utm_source=mail&unknown=1&PrivacyPolicy=on&newParts=true&InvoiceUpload=secret"),
        format!("{all}&{}", all.replace("Ann", "Another").replace("1001", "1002")),
    ] {
        let page = Visitor::follows(&gateway, &link(&query)).await;
        for (name, value) in [("serialNumber", "SN+1"), ("orderNumber", "#1001"), ("customerName", "Ann & Bob"), ("note", "a=b&c,d")] {
            assert_eq!(page.holds(name), Some(value), "{query}");
        }
        assert_eq!((page.holds("PrivacyPolicy"), page.holds("newParts")), (None, None), "{query}");
        assert!(!page.page.text().contains("secret") && !page.page.text().contains("mail&"), "{query}");
    }
    assert!(gateway.registrations().await.is_empty(), "nobody has sent anything");
}

#[tokio::test]
async fn what_another_page_posts_is_taken_over_and_nothing_is_registered() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let post = || gateway.request(Method::POST, &path(&gateway)).header("origin", ORIGIN);
    let typed = [
        ("customerName", HOSTILE),
        ("customerEmail", "mara@example.com"),
        ("serialNumber", "SN-1"),
        ("newParts", "on"),
        ("PrivacyPolicy", "on"),
    ];
    let urlencoded: Vec<String> = typed.iter().map(|(name, value)| format!("{name}={}", in_url(value))).collect();
    let urlencoded = post().header("content-type", "application/x-www-form-urlencoded").body(urlencoded.join("&"));
    let part = |(name, value): &(&str, &str)| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--x\r\ncontent-disposition: form-data; name=\"InvoiceUpload\"; filename=\"a\"\r\n\r\nsecret-bytes\r\n--x--\r\n";
    let multipart = format!("{}{file}", typed.iter().map(part).collect::<String>());
    let multipart = post().header("content-type", "multipart/form-data; boundary=x").body(multipart);
    for request in [urlencoded, multipart] {
        let page = Answer::to(request).await;
        let html = page.text();
        assert_eq!(page.status, 200, "{html}");
        assert!(html.contains("value=\"mara@example.com\"") && html.contains("value=\"SN-1\""), "{html}");
        assert!(!html.contains("<script>alert") && !html.contains("secret-bytes") && !html.contains(" checked"), "{html}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(page.header("access-control-allow-origin"), "");
    }
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn a_post_that_is_too_large_or_of_another_kind_is_refused() {
    let gateway = Gateway::start().await;
    let post = |media_type: &str, body: String| {
        let request = gateway.request(Method::POST, &path(&gateway)).header("content-type", media_type);
        Answer::to(request.body(body))
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let field = |length: usize| format!("note={}", "x".repeat(length - 5));
    assert_eq!(post(urlencoded, field(64 * 1024)).await.status, 200);
    post(urlencoded, field(64 * 1024 + 1)).await.problem(413, "too-large");
    post("text/plain", "x".to_owned()).await.problem(415, "unsupported-media-type");
    post("application/json", "{}".to_owned()).await.problem(415, "unsupported-media-type");
    post("multipart/form-data", "x".to_owned()).await.problem(400, "bad-request");
    post("multipart/form-data; boundary=x", "x".to_owned()).await.problem(400, "bad-request");
    // Parts cost something each, also where they say nothing: how many, how long their names, how long a head that does not end.
    let parts = |count: usize, name: usize| {
        let part = format!("--x\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n\r\n", "n".repeat(name));
        format!("{}--x--\r\n", part.repeat(count))
    };
    let multipart = |body: String| post("multipart/form-data; boundary=x", body);
    assert_eq!(multipart(parts(limits::POST_PARTS, 1)).await.status, 200);
    multipart(parts(limits::POST_PARTS + 1, 1)).await.problem(413, "too-large");
    assert_eq!(multipart(parts(64, 1024)).await.status, 200);
    multipart(parts(65, 1024)).await.problem(413, "too-large");
    let head = format!("--x\r\ncontent-disposition: form-data; name=\"{}", "n".repeat(3 * 1024 * 1024));
    multipart(head).await.problem(413, "too-large");
    let photo = "x".repeat(3 * 1024 * 1024);
    let large = format!("--x\r\ncontent-disposition: form-data; name=\"InvoiceUpload\"; filename=\"a\"\r\n\r\n{photo}\r\n--x--\r\n");
    assert_eq!(post("multipart/form-data; boundary=x", large).await.status, 200, "a photo in the post is read past");
}

#[tokio::test]
async fn receipts_may_go_to_an_upstreams_store_and_nowhere_else() {
    let upstream = crate::upstream::Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, "token").await;
    gateway.page().await.upload_file("image/jpeg", 9).await.good(201);
    let policy = gateway.get(&path(&gateway)).await.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' https://files.example"), "{policy}");
}
