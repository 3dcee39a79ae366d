//! Where the script's tag stands, and who put it there.

use serde_json::json;

use super::list::Group;
use super::{Host, run};
use crate::http;
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn tags() {
    run(Group::Tags).await;
}

pub(super) async fn two_versions(host: &Host<'_>) {
    // The same script as another release would have it, from another address, before and after this one.
    let script = String::from_utf8(http::ask("GET", &host.visit.gateway.script_url(), &[], "").await.body).unwrap();
    let version = script.split_once("\"version\":\"").expect("the script names its version").1.split('"').next().unwrap();
    let other = script.replace(&format!("\"version\":\"{version}\""), "\"version\":\"99.0.0\"");
    let other = host.script("/another-version.js", &other);
    let own = host.visit.gateway.script().replace(" async", "");
    for (scripts, owner) in [(format!("{own}{other}"), version), (format!("{other}{own}"), "99.0.0")] {
        host.goes_to(&scripts, &host.visit.gateway.element()).await;
        host.touches().await;
        assert_eq!(host.card().read("root.querySelectorAll('form').length").await, 1);
        assert_eq!(host.js("return RegCard.version").await, owner);
    }
    // Somebody else's element of that name stays theirs; the link inside works, and nothing is thrown.
    host.browser().console_says(&[]).await;
    let taken = "<script>customElements.define('reg-card', class extends HTMLElement {});</script>";
    host.goes_to(taken, &host.snippet()).await;
    host.shows_the_link().await;
    until_true("our script has run", async || host.js("return !!window.RegCard").await == true).await;
    host.browser().console_says(&[]).await;
}

pub(super) async fn anywhere(host: &Host<'_>) {
    let (script, element) = (host.visit.gateway.script(), host.visit.gateway.element());
    let plain = script.replace(" async", "");
    let scripts =
        [plain.clone(), script.clone(), plain.replace("<script", "<script defer"), plain.replace("<script", "<script type=\"module\"")];
    for script in scripts {
        for (head, body) in [(script.as_str(), element.clone()), ("", format!("{script}{element}")), ("", format!("{element}{script}"))] {
            host.goes_to(head, &body).await;
            host.card().is_painted().await;
            host.touches().await;
            host.browser().console_is_silent().await;
        }
    }
    // In one file with the shop's own scripts, which is how optimisers leave it.
    let text = String::from_utf8(http::ask("GET", &host.visit.gateway.script_url(), &[], "").await.body).unwrap();
    let bundle =
        host.script("/bundle.js", &format!("(function () {{ var shop = 1 }})()\n;{text}\n;(function () {{ window.after = true }})()"));
    host.goes_to(&bundle, &element).await;
    host.touches().await;
    assert_eq!(host.js("return window.after").await, true);
    host.browser().console_is_silent().await;
}

pub(super) async fn rocket_loader(host: &Host<'_>) {
    let script = host.visit.gateway.script().replace("<script", "<script type=\"49cd0-text/javascript\"");
    let rocket = "<script>addEventListener('load', async () => { for (const tag of document.querySelectorAll('script[type$=\"-text/javascript\"]')) {
        const text = await (await fetch(tag.src)).text(); tag.remove(); (0, eval)(text); } });</script>";
    host.goes_to("", &format!("{script}{}{rocket}", host.visit.gateway.element())).await;
    host.registers().await;
}

pub(super) async fn delayed(host: &Host<'_>) {
    let script = host.visit.gateway.script().replace("<script async src", "<script type=\"rocketlazyloadscript\" data-rocket-src");
    let delay = "<script>const go = () => document.querySelectorAll('[type=rocketlazyloadscript]').forEach(tag => { const script = document.createElement('script');
        script.src = tag.dataset.rocketSrc; tag.replaceWith(script); });
        for (const type of ['keydown', 'mousemove', 'touchstart', 'wheel']) addEventListener(type, go, { once: true, passive: true });</script>";
    host.goes_to("", &format!("{script}{}{delay}", host.visit.gateway.element())).await;
    host.shows_the_link().await;
    assert_eq!(host.requests().len(), 0, "nothing runs before a touch");
    host.browser().driver().action_chain().move_to(300, 300).perform().await.unwrap();
    host.registers().await;
}

pub(super) async fn tag_manager(host: &Host<'_>) {
    // It takes data- attributes off script tags, and puts HTML and script in late, through innerHTML and a clone.
    let snippet = json!(host.snippet());
    host.goes_to("", "<div id=\"here\"></div>").await;
    let inject = "const place = document.getElementById('here'), holder = document.createElement('div');
        holder.innerHTML = arguments[0];
        for (const node of [...holder.childNodes]) {
            if (node.localName !== 'script') { place.append(node); continue; }
            const script = document.createElement('script'); script.type = 'text/javascript'; script.src = node.src; document.body.append(script);
        }";
    host.browser().js(inject, vec![snippet]).await;
    host.registers().await;
}

pub(super) async fn stripped(host: &Host<'_>) {
    let body = format!("{}<div data-regcard=\"product-registration\" data-product=\"Espresso Duo\"></div>", host.visit.gateway.script());
    host.goes_to("", &body).await;
    host.registers().await;
    // Put in later, by the builder's own script.
    host.goes_to("", &host.visit.gateway.script()).await;
    host.js("document.body.insertAdjacentHTML('beforeend', '<div data-regcard=\"\" data-product=\"Espresso Duo\"></div>')").await;
    host.registers().await;
}
