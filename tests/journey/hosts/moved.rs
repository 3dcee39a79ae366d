//! Pages that move, replace, render again, translate and restore what is on them.

use serde_json::json;

use super::list::Group;
use super::{Host, run};
use crate::card::NAME;
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn moved() {
    run(Group::Moved).await;
}

pub(super) async fn moved_and_cloned(host: &Host<'_>) {
    host.goes_to("", &format!("<aside></aside>{}", host.snippet())).await;
    host.fills().await;
    let card = host.card();
    host.js("window.card = document.querySelector('reg-card'); document.querySelector('aside').append(card)").await;
    host.browser().breathe().await;
    assert_eq!(card.value_of("customerName").await, NAME);
    card.receipt_is("stored").await;
    // Taken out, and put back later.
    host.js("card.remove()").await;
    host.browser().breathe().await;
    host.js("document.querySelector('aside').append(card)").await;
    card.until("the form is live again", "!!root.querySelector('[data-upload=stored]')").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    // A clone is another card.
    host.js("document.body.append(card.cloneNode(true))").await;
    let clone = host.visit.card_at(1);
    clone.is_painted().await;
    assert_eq!(clone.value_of("customerName").await, "");
    clone.type_into("customerName", "Somebody else").await;
    until_true("the clone is live", async || host.js("return performance.getEntriesByName('regcard:live').length").await == 3).await;
    assert_eq!(card.value_of("customerName").await, NAME);
    host.js("document.querySelectorAll('reg-card')[1].remove()").await;
    host.submits().await;
    host.browser().console_is_silent().await;
}

pub(super) async fn rendered_again(host: &Host<'_>) {
    let react = ["react/umd/react.production.min.js", "react-dom/umd/react-dom.production.min.js"].map(|path| host.library(path)).concat();
    let app = "<div id=\"app\"></div><script>
        function Page() {
            const [count, set] = React.useState(0);
            window.again = () => set(n => n + 1);
            return React.createElement('section', { 'data-count': count }, 'Rendered ' + count,
                React.createElement('reg-card', { product: 'Espresso ' + (count ? 'Trio' : 'Duo'), theme: count % 2 ? 'dark' : 'light', class: 'c' + count, onClick: () => {} },
                    React.createElement('a', { href: '/' + count }, 'Register')));
        }
        ReactDOM.createRoot(document.getElementById('app')).render(React.createElement(React.StrictMode, null, React.createElement(Page)));
    </script>";
    host.goes_to(&react, &format!("{}{app}", host.visit.gateway.script())).await;
    again_and_again(host).await;

    let vue = host.library("vue/dist/vue.global.prod.js");
    let app = "<div id=\"app\"></div><script>
        const count = Vue.ref(0);
        window.again = () => { count.value += 1; };
        const app = Vue.createApp({ setup: () => () => Vue.h('section', { 'data-count': count.value }, ['Rendered ' + count.value,
            Vue.h('reg-card', { product: 'Espresso ' + (count.value ? 'Trio' : 'Duo'), theme: count.value % 2 ? 'dark' : 'light', class: 'c' + count.value },
                [Vue.h('a', { href: '/' + count.value }, 'Register')])]) });
        app.config.compilerOptions.isCustomElement = tag => tag === 'reg-card';
        app.mount('#app');
    </script>";
    host.goes_to(&vue, &format!("{}{app}", host.visit.gateway.script())).await;
    again_and_again(host).await;
}

/// What is typed and chosen is kept through a dozen renderings, under the same card.
async fn again_and_again(host: &Host<'_>) {
    host.fills().await;
    for n in 1..=12 {
        host.js("again()").await;
        until_true("it is rendered", async || {
            host.js("return document.querySelector('section').dataset.count").await == json!(n.to_string())
        })
        .await;
    }
    host.browser().breathe().await;
    let card = host.card();
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.value_of("serialNumber").await, host.serial_number());
    assert_eq!(host.js("return performance.getEntriesByName('regcard:live').length").await, 1, "the form began again");
    host.submits().await;
    host.browser().console_is_silent().await;
}

pub(super) async fn turbo(host: &Host<'_>) {
    let turbo = host.library("@hotwired/turbo/dist/turbo.es2017-umd.js");
    let page = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>Shop</title><link rel=\"icon\" href=\"data:,\">{turbo}{}</head><body>{body}</body></html>",
            host.visit.gateway.script()
        )
    };
    let headers = [("content-type", "text/html; charset=utf-8")];
    host.visit.shop.serve("/first", &headers, page("<h1>First</h1><a id=\"on\" href=\"/second\">On</a>"));
    host.visit.shop.serve(
        "/second",
        &headers,
        page(&format!("<h1>Second</h1>{}<a id=\"back\" href=\"/first\">Back</a>", host.visit.gateway.element())),
    );
    host.browser().go(&format!("{}/first", host.visit.shop.origin())).await;
    let heading =
        async |words: &str| until_true(words, async || host.js("return document.querySelector('h1')?.textContent").await == words).await;
    host.js("document.getElementById('on').click()").await;
    heading("Second").await;
    host.touches().await;
    // Away, and back by the history: Turbo shows its snapshot, in which there is no shadow root.
    host.js("document.getElementById('back').click()").await;
    heading("First").await;
    host.js("history.back()").await;
    heading("Second").await;
    host.card().is_painted().await;
    until_true("what was typed is there", async || host.card().value_of("customerName").await == NAME).await;
    host.registers().await;
}

pub(super) async fn back(host: &Host<'_>) {
    let headers = [("content-type", "text/html; charset=utf-8")];
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><title>Shop</title><link rel=\"icon\" href=\"data:,\"></head><body>{}</body></html>",
        host.snippet()
    );
    host.visit.shop.serve("/card", &headers, page);
    host.visit.shop.serve("/terms", &headers, "<!doctype html><title>Terms</title><link rel=\"icon\" href=\"data:,\"><h1>Terms</h1>");
    host.browser().go(&format!("{}/card", host.visit.shop.origin())).await;
    host.touches().await;
    let card = host.card();
    host.js("location.href = '/terms'").await;
    until_true("the terms are read", async || host.js("return document.querySelector('h1')?.textContent").await == "Terms").await;
    host.browser().driver().back().await.unwrap();
    card.is_painted().await;
    until_true("what was typed is there", async || card.value_of("customerName").await == NAME).await;
    host.registers().await;
    // And after the registration nothing is sent again.
    let before = host.visit.submits();
    host.js("location.href = '/terms'").await;
    until_true("the terms are read", async || host.js("return document.querySelector('h1')?.textContent").await == "Terms").await;
    host.browser().driver().back().await.unwrap();
    host.browser().breathe().await;
    assert_eq!(host.visit.submits(), before);
}

pub(super) async fn theme_editor(host: &Host<'_>) {
    host.goes_to("<script>window.Shopify = { designMode: true };</script>", &format!("<section id=\"s\">{}</section>", host.snippet()))
        .await;
    host.touches().await;
    // The editor renders the section again; the script does not run again.
    let again = "const section = document.getElementById('s');
        section.dispatchEvent(new CustomEvent('shopify:section:unload', { bubbles: true }));
        const html = section.innerHTML; section.innerHTML = ''; section.innerHTML = html;
        section.dispatchEvent(new CustomEvent('shopify:section:load', { bubbles: true }));";
    host.js(again).await;
    host.card().is_painted().await;
    host.fills().await;
    let before = host.visit.submits();
    host.card().submit().await;
    host.browser().breathe().await;
    host.card().says("preview").await;
    assert_eq!(host.visit.submits(), before, "a merchant who edits the page has registered something");
}

/// What a translator does to every text that it reaches.
const TRANSLATE: &str = "(() => { const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim() && walker.currentNode.parentNode.localName !== 'option') texts.push(walker.currentNode);
    texts.forEach(text => { const font = document.createElement('font'); font.append(Object.assign(document.createElement('font'), { textContent: '«' + text.data + '»' })); text.replaceWith(font); });
    return texts.length; })()";

pub(super) async fn translated(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    card.is_painted().await;
    card.read(TRANSLATE).await;
    host.touches().await;
    // The live form, its faults, and the state in between.
    assert!(card.read(TRANSLATE).await.as_u64() > Some(10));
    card.submit().await;
    card.until("the summary is there", "!!root.querySelector('[data-summary]')").await;
    card.read(TRANSLATE).await;
    card.read("void (root.querySelector('[name=customerName]').value = '')").await;
    host.fills().await;
    card.read(TRANSLATE).await;
    host.submits().await;
    host.browser().console_is_silent().await;
}

/// What password managers, spelling checkers and ad injectors put between and into things.
const INJECT: &str = "(() => { const foreign = () => Object.assign(document.createElement('grammarly-extension'), { textContent: 'x' });
    root.prepend(foreign()); root.querySelector('.regcard').prepend(foreign(), 'a stray text'); root.querySelector('form').prepend(foreign());
    root.querySelectorAll('input').forEach(input => { input.after(foreign()); input.setAttribute('data-lpignore', ''); input.style.backgroundImage = 'none'; });
    root.querySelectorAll('label').forEach(label => label.append(foreign()));
    root.querySelectorAll('p').forEach(part => part.append(foreign())); })()";

pub(super) async fn foreign_nodes(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    card.is_painted().await;
    card.read(INJECT).await;
    host.touches().await;
    card.read(INJECT).await;
    card.submit().await;
    card.until("the summary is there", "!!root.querySelector('[data-summary]')").await;
    card.read(INJECT).await;
    card.read("void (root.querySelector('[name=customerName]').value = '')").await;
    host.fills().await;
    card.read(INJECT).await;
    host.submits().await;
    host.browser().console_is_silent().await;
}
