//! That these tests would hear it if a page complained: without that, a console that is silent would show nothing.

use crate::visit::Visit;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_complains_of_is_heard() {
    let visit = Visit::begin().await;
    let policy = "default-src 'self' data: 'unsafe-inline'";
    let body = "<button id=\"go\" onclick=\"
        console.error('an error in words'); console.warn('a warning in words'); Promise.reject(Error('a promise broken'));
        document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/refused.png' })); throw Error('an exception')\"></button>";
    visit.goes_to_with("", body, &[("content-security-policy", policy)]).await;
    visit.browser.js("setTimeout(() => document.getElementById('go').click());", vec![]).await;
    visit.browser.breathe().await;
    visit.browser.console_says(&["an error in words", "a warning in words", "a promise broken", "an exception", "refused.png"]).await;
    visit.browser.console_is_silent().await;
}
