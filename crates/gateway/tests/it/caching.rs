//! What caches may keep: the script and the card by their content, the widget's files for ever, everything else never.

use std::io::Read;

use reqwest::Method;

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway, built_widget};
use crate::shop::FORM;

async fn with_widget() -> (Gateway, tempfile::TempDir) {
    let built = built_widget();
    let folder = built.path().to_owned();
    (Gateway::start_with(|config| config.assets = Some(folder)).await, built)
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    assert!(brotli::Decompressor::new(bytes, 4_096).read_to_end(&mut plain).is_ok());
    plain
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (gateway, _built) = with_widget().await;
    for path in [format!("/v1/{}/regcard.js", gateway.key), format!("/v1/forms/{}/{FORM}/card", gateway.key)] {
        gateway.save_form(FORM, FORM_FILE);
        let first = gateway.get(&path).await;
        let tag = first.header("etag");
        assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        assert_eq!(first.header("cache-control"), "public, max-age=60, stale-while-revalidate=600");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = Answer::to(gateway.request(Method::GET, &path).header("if-none-match", known)).await;
            assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.clone()));
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
            assert_eq!(again.header("access-control-allow-origin"), "*");
        }
        let other = Answer::to(gateway.request(Method::GET, &path).header("if-none-match", "\"x\"")).await;
        assert_eq!((other.status, other.body), (200, first.body));
        gateway.save_form(FORM, &FORM_FILE.replace("Bought from", "Where from"));
        let changed = Answer::to(gateway.request(Method::GET, &path).header("if-none-match", &tag)).await;
        assert!(changed.status == 200 && changed.header("etag") != tag, "{path}");
    }
}

#[tokio::test]
async fn whoever_understands_brotli_gets_it() {
    let (gateway, _built) = with_widget().await;
    for path in [
        format!("/v1/{}/regcard.js", gateway.key),
        format!("/v1/forms/{}/{FORM}/card", gateway.key),
        "/v1/assets/regcard-0a0a.js".to_owned(),
    ] {
        let plain = gateway.get(&path).await;
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), (String::new(), "Accept-Encoding".to_owned()), "{path}");
        for accepted in ["br", "gzip, deflate, br, zstd", "gzip;q=0.5, br;q=0.9"] {
            let packed = Answer::to(gateway.request(Method::GET, &path).header("accept-encoding", accepted)).await;
            assert_eq!(
                (packed.header("content-encoding").as_str(), unpacked(&packed.body)),
                ("br", plain.body.clone()),
                "{path} {accepted}"
            );
            assert_eq!(packed.header("vary"), "Accept-Encoding");
        }
        for refused in ["gzip", "br;q=0", "identity", "brx"] {
            let answer = Answer::to(gateway.request(Method::GET, &path).header("accept-encoding", refused)).await;
            assert_eq!((answer.header("content-encoding"), &answer.body), (String::new(), &plain.body), "{path} {refused}");
        }
    }
}

#[tokio::test]
async fn the_widgets_files_never_change() {
    let (gateway, _built) = with_widget().await;
    for (name, media_type) in [
        ("regcard-0a0a.wasm", "application/wasm"),
        ("regcard-0a0a.js", "text/javascript; charset=utf-8"),
        ("card-0a0a.css", "text/css; charset=utf-8"),
    ] {
        let file = gateway.get(&format!("/v1/assets/{name}")).await;
        for (header, value) in [
            ("content-type", media_type),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(file.header(header), value, "{name} {header}");
        }
        assert_eq!(file.status, 200);
    }
    for name in ["manifest.json", "..%2fsecrets", "%2e%2e%2fregcard.sqlite3", "regcard-0b0b.wasm", "x"] {
        gateway.get(&format!("/v1/assets/{name}")).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_tab_that_is_older_than_the_gateway_still_gets_its_pair() {
    let (gateway, built) = with_widget().await;
    let old = gateway.get("/v1/assets/regcard-0a0a.wasm").await.body;
    crate::gateway::build_widget(built.path(), "0b0b");
    let gateway = gateway.restart().await;
    assert!(gateway.get(&format!("/v1/{}/regcard.js", gateway.key)).await.text().contains("regcard-0b0b.wasm"));
    assert_eq!(gateway.get("/v1/assets/regcard-0a0a.wasm").await.body, old);
    assert_eq!(gateway.get("/v1/assets/regcard-0b0b.wasm").await.status, 200);
}

#[tokio::test]
async fn nothing_personal_is_ever_kept_by_a_cache() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let registered = page.register("0123456789abcdef", crate::shop::registration("SN-1")).await;
    let hosted = crate::visitor::Visitor::opens(&gateway).await.fills_in("SN-1").sends().await.page;
    for answer in [registered, page.check("SN-1").await, gateway.api("/api/registrations").await, hosted, page.check("").await] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("etag"), "");
    }
    // A page that a link has filled in shows what stands in its address. The browser alone may keep it, for who goes back.
    let linked = gateway.get(&format!("/v1/forms/{}/{FORM}?customerName=Mara", gateway.key)).await;
    assert_eq!((linked.header("cache-control"), linked.header("etag")), ("private, no-cache".to_owned(), String::new()));
}
