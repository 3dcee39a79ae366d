//! Pages whose scripts change what every script builds on.

use serde_json::json;

use super::list::Group;
use super::{Host, run};

#[tokio::test(flavor = "multi_thread")]
async fn libraries() {
    run(Group::Libraries).await;
}

pub(super) async fn amd(host: &Host<'_>) {
    let require = host.library("requirejs/require.js");
    let shop = "<script>define('shop', [], () => ({ name: 'shop' })); require(['shop'], shop => { window.shop = shop.name; });</script>";
    host.goes_to(&format!("{require}{shop}"), &host.snippet()).await;
    assert_eq!(host.js("return [typeof define, !!define.amd, window.shop]").await, json!(["function", true, "shop"]));
    host.registers().await;
    // Nothing of ours was taken for a module.
    assert_eq!(host.js("return Object.keys(requirejs.s.contexts._.defined).join()").await, "shop");
}

pub(super) async fn mootools(host: &Host<'_>) {
    host.goes_to(&host.library("mootools/mootools.js"), &host.snippet()).await;
    // Two names of the browser's are now its own.
    assert_eq!(host.js("return [Request, Window].some(one => one.toString().includes('native code'))").await, false);
    host.registers().await;
}

pub(super) async fn prototypes(host: &Host<'_>) {
    host.goes_to(&host.library("prototype/prototype.js"), &host.snippet()).await;
    host.registers().await;
    // What old versions of Prototype.js do beside that: arrays become strings in JSON.
    let old = "<script>Array.prototype.toJSON = function () { return '[' + this.map(one => JSON.stringify(one)).join(', ') + ']'; };
        Array.from = things => { const list = []; for (const one of things) list.push(one); return list; };
        Function.prototype.bind = function (self) { const all = arguments, call = this; return function () { return call.apply(self, [...all].slice(1).concat([...arguments])); }; };
        Object.prototype.everywhere = () => 'in every loop';</script>";
    host.goes_to(old, &host.snippet()).await;
    assert_eq!(host.js("return JSON.stringify({ list: [1] })").await, "{\"list\":\"[1]\"}");
    host.registers().await;
}

pub(super) async fn values_without_events(host: &Host<'_>) {
    host.goes_to("<script>window.$ = window.jQuery = window._ = 'taken'; window.before = Object.keys(window);</script>", &host.snippet())
        .await;
    let card = host.card();
    host.fills().await;
    // What an autofill, a password manager or a script of the shop sets, nobody is told of.
    card.read("void (root.querySelector('[name=customerName]').value = 'Tom Other', root.querySelector('[name=note]').value = 'left at the door')").await;
    host.submits().await;
    let found = host.visit.gateway.merchant.registrations_of(&host.email()).await;
    assert_eq!(found[0]["customerName"], "Tom Other");
    assert_eq!(found[0]["fieldData"]["note"], "left at the door");
    assert_eq!(host.js("return [$, jQuery, _].join()").await, "taken,taken,taken");
    // Beside what chromedriver leaves there.
    let ours = "return Object.keys(window).filter(name => !before.includes(name) && !['before', 'ret_nodes', 'se_exportedFunctionSymbol'].includes(name)).join()";
    assert_eq!(host.js(ours).await, "RegCard");
    host.browser().console_is_silent().await;
}

pub(super) async fn replaced_fetch(host: &Host<'_>) {
    host.goes_to(&host.library("zone.js/bundles/zone.umd.js"), &host.snippet()).await;
    assert_eq!(host.js("return [Promise.name, !!window[Zone.__symbol__('fetch')]]").await, json!(["ZoneAwarePromise", true]));
    host.registers().await;

    // Somebody's measuring script: late, through a request of its own, and it throws once for the session and once for the submit.
    let wrapper = "<script>
        const ask = window.fetch, thrown = new Set();
        window.fetch = async function (what, how) {
            const request = new Request(what, how), path = new URL(request.url).pathname;
            await new Promise(done => setTimeout(done, 60));
            if (/sessions|registrations$/.test(path) && !thrown.has(path)) { thrown.add(path); throw new TypeError('not this time'); }
            return ask.call(window, request);
        };
        const open = XMLHttpRequest.prototype.open;
        XMLHttpRequest.prototype.open = function (...all) { this.addEventListener('loadend', () => {}); return open.apply(this, all); };
    </script>";
    host.goes_to(wrapper, &host.snippet()).await;
    host.fills().await;
    host.submits().await;
    // The card had to ask what had become of the submit that was thrown away; nothing was known of it.
    host.browser().console_says(&["/v1/registrations/status - Failed to load resource: the server responded with a status of 404"]).await;
}

pub(super) async fn replaced_globals(host: &Host<'_>) {
    // A promise of the first hour: no class, no native one inside, only then and catch.
    let globals = "<script>
        function Old(run) { this.wait = []; const settle = ok => value => {
            if (this.state) return;
            if (ok && value && typeof value.then === 'function') { value.then(settle(true), settle(false)); return; }
            this.state = ok ? 'kept' : 'broken'; this.value = value; this.wait.splice(0).forEach(go => setTimeout(go)); };
            try { run(settle(true), settle(false)); } catch (error) { settle(false)(error); } }
        Old.prototype.then = function (kept, broken) { return new Old((good, bad) => { const go = () => {
            const next = this.state === 'kept' ? kept : broken;
            if (typeof next !== 'function') { (this.state === 'kept' ? good : bad)(this.value); return; }
            try { good(next(this.value)); } catch (error) { bad(error); } };
            this.state ? setTimeout(go) : this.wait.push(go); }); };
        Old.prototype.catch = function (broken) { return this.then(undefined, broken); };
        Old.prototype.finally = function (last) { return this.then(value => { last(); return value; }, error => { last(); throw error; }); };
        Old.resolve = value => new Old(good => good(value));
        Old.reject = error => new Old((good, bad) => bad(error));
        Old.all = list => new Old((good, bad) => { const all = [...list], made = []; let left = all.length;
            if (!left) good(made);
            all.forEach((one, n) => Old.resolve(one).then(value => { made[n] = value; if (!--left) good(made); }, bad)); });
        Old.race = list => new Old((good, bad) => [...list].forEach(one => Old.resolve(one).then(good, bad)));
        window.Promise = Old;
        const Url = window.URL;
        window.URL = function (address, base) { return new Url(address, base); };
        window.URL.createObjectURL = Url.createObjectURL; window.URL.revokeObjectURL = Url.revokeObjectURL;
        const registry = window.customElements;
        Object.defineProperty(window, 'customElements', { value: {
            define: (...all) => registry.define(...all), get: name => registry.get(name), whenDefined: name => registry.whenDefined(name), upgrade: root => registry.upgrade(root) } });
    </script>";
    host.goes_to(globals, &host.snippet()).await;
    assert_eq!(host.js("return Promise.name").await, "Old");
    host.registers().await;
}

pub(super) async fn written_anew(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    host.touches().await;
    let page = json!(format!("<!doctype html><title>Written</title><h1>Written anew</h1>{}", host.snippet()));
    host.browser().js("document.open(); document.write(arguments[0]); document.close();", vec![page]).await;
    host.registers().await;
}
