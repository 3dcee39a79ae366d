// The loader: the `<reg-card>` element, which paints the first form at once and fetches the live one at the first touch.
// It knows no rule of the form: it paints a tree, keeps what is typed until WebAssembly takes over, and steps aside.
// The gateway calls this expression with the key's configuration; docs/architecture.md names its members.
(config => {
  // Set on the first line that runs, so that the script standing there twice, or being injected again, changes nothing.
  const mark = Symbol.for('regcard');
  if (window[mark]) return;
  window[mark] = config.version;

  const { gateway, key, css, tree, version } = config;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const cards = new Map();
  let engine;

  // Glue and WebAssembly, once a page. A failure is forgotten, so that the next touch tries again.
  const start = () => engine ||= (async () => {
    const wasm = fetch(config.wasm);
    // Waited for below; until then a failure would be the page's.
    wasm.catch(() => {});
    const glue = await import(config.glue);
    await glue.default({ module_or_path: wasm });
    return glue;
  })().catch(error => { engine = 0; throw error; });

  // The style of what shows only once a card is live.
  let later;
  const style = card => {
    if (!later) (later = new CSSStyleSheet()).replaceSync(card.css);
    return [sheet, later];
  };

  // What the gateway says about a form in a language.
  const ask = (form, lang) => {
    const url = `${gateway}/v1/forms/${key}/${encodeURIComponent(form)}/card?lang=${encodeURIComponent(lang)}`;
    if (!cards.has(url)) cards.set(url, fetch(url).then(answer => {
      if (!answer.ok) throw Error(`regcard: the form "${form}" cannot be had: ${answer.status}`);
      return answer.json();
    }).catch(error => { cards.delete(url); throw error; }));
    return cards.get(url);
  };

  // What few people need is a module of its own, fetched when it is needed.
  const extra = (name, ...given) => ask(config.form, config.lang).then(card => import(card.extras[name])).then(module => module.default(...given));

  // A node tree is text, or [tag, attributes, ...children]; the tags of SVG are marked. Never a string of HTML.
  const build = node => {
    if (typeof node === 'string') return node;
    const [tag, attributes, ...children] = node;
    const svg = tag.startsWith('svg:');
    const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag);
    Object.keys(attributes).forEach(name => element.setAttribute(name, attributes[name]));
    element.append(...children.map(build));
    return element;
  };

  class Card extends HTMLElement {
    #kept; #live; #leave; #submitted; #starting;

    connectedCallback() {
      if (!this.#live && !this.#leave) this.#paint().catch(error => this.#fail(error));
    }

    disconnectedCallback() {
      // A card that is only moved is back by then, and keeps everything.
      queueMicrotask(() => {
        if (this.isConnected || !this.shadowRoot) return;
        this.#kept = [...this.shadowRoot.querySelectorAll('[name]')].map(({ name, type, value, checked, files }) => ({ name, type, value, checked, files }));
        this.#leave?.abort();
        this.#live?.free();
        this.#leave = this.#live = this.#starting = this.#submitted = undefined;
        this.shadowRoot.replaceChildren();
      });
    }

    get #form() { return this.getAttribute('form') || config.form; }
    get #lang() { return this.getAttribute('lang') || config.lang; }

    async #paint() {
      this.#leave = new AbortController();
      const { signal } = this.#leave;
      const own = this.#form === config.form && this.#lang === config.lang;
      const first = own ? tree : (await ask(this.#form, this.#lang)).tree;
      if (signal.aborted) return;
      // The hosted page brings its shadow root along, already filled.
      const root = this.shadowRoot || this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      const painted = root.querySelector('.regcard') || build(first);
      if (!painted.isConnected) root.append(painted);
      this.#prefill(painted);
      this.#watch(painted, signal);
      performance.mark('regcard:painted');
      const load = this.getAttribute('load');
      if (this.#kept || load === 'eager') this.#start(painted, signal);
      if (load === 'visible') {
        const seen = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && (seen.disconnect(), this.#start(painted, signal)), { rootMargin: '600px' });
        seen.observe(this);
      }
    }

    #prefill(painted) {
      const named = name => [...painted.querySelectorAll('[name]')].filter(control => control.name.toLowerCase() === name.toLowerCase());
      const product = this.getAttribute('product');
      const given = painted.querySelector('[data-given]');
      if (product && given) {
        const [control] = named('productName');
        given.firstChild.textContent = product;
        given.hidden = false;
        painted.querySelector('[data-ask]').hidden = true;
        control.value = product;
        if (control.value !== product) control.add(new Option(product, product, true, true));
      }
      [...this.attributes].forEach(({ name, value }) => {
        const key = name === 'serial' ? 'serialNumber' : name.startsWith('prefill-') && name.slice(8);
        const control = key && named(key)[0];
        if (control && !/checkbox|file/.test(control.type) && !control.value) control.value = value;
      });
      const count = {};
      (this.#kept || []).forEach(({ name, type, value, checked, files }) => {
        const control = named(name)[count[name] = (count[name] ?? -1) + 1];
        if (!control) painted.querySelector('form').append(Object.assign(document.createElement('input'), { name, value, hidden: true }));
        else if (type === 'file') control.files = files;
        else if (type === 'checkbox') control.checked = checked;
        else control.value = value;
      });
    }

    // Waits for the first touch, and notices what the person is in the middle of.
    #watch(painted, signal) {
      const keys = new Set();
      let pointer, released, composing, operated;
      const again = () => this.#take?.();
      const soon = () => setTimeout(again);
      const on = (target, types, hear, capture) => types.split(' ').forEach(type => target.addEventListener(type, hear, { signal, capture }));
      const touch = () => this.#start(painted, signal);
      // A control with a picker or with parts of its own, once it is being worked with. A file control is done with its dialog.
      const work = ({ target }) => { if (target.matches('select,[type=date],[type=file]')) operated = target; };

      on(painted, 'pointerdown focusin keydown input change', touch);
      on(painted, 'pointerdown keydown click', work, true);
      on(painted, 'focusout', () => { operated = 0; soon(); }, true);
      on(painted, 'change cancel', ({ target }) => { if (target.type === 'file') { operated = 0; soon(); } }, true);
      on(painted, 'compositionstart', () => { composing = true; });
      on(painted, 'compositionend', () => { composing = false; soon(); });
      // The click that went before must not let go of this one.
      on(painted, 'pointerdown', () => { clearTimeout(released); pointer = true; }, true);
      on(painted, 'keydown', event => keys.add(event.code), true);
      on(painted, 'click', () => { pointer = false; soon(); });
      // Where no click follows, a finger's release is one after this time.
      on(window, 'pointerup pointercancel', () => { released = setTimeout(() => { pointer = false; again(); }, 350); }, true);
      on(window, 'keyup', event => { keys.delete(event.code); soon(); }, true);
      on(window, 'blur', () => { keys.clear(); pointer = false; soon(); });
      on(painted, 'submit', event => {
        if (this.#refused) return;
        event.preventDefault();
        this.#submitted = true;
        touch();
        soon();
      });
      this.#busy = () => pointer || keys.size || composing || operated && !this.#submitted;
    }

    #busy; #take; #refused;

    #start(painted, signal) {
      this.#starting ||= Promise.all([start(), ask(this.#form, this.#lang)]).then(([glue, card]) => {
        this.#take = () => {
          if (signal.aborted || this.#live || this.#busy()) return;
          const form = this.#form;
        this.shadowRoot.adoptedStyleSheets = style(card);
          this.#live = glue.mount(this, painted, {
            form: card.form, texts: card.texts, lang: card.lang, slug: form, gateway, key, page: painted.querySelector('form').action, product: this.getAttribute('product') || undefined, submit: !!this.#submitted, extra,
          });
          this.#kept = this.#take = undefined;
          // Nothing is heard from the painted form any longer, but the element is not painted again either.
          this.#leave.abort();
        };
        this.#take();
      }).catch(error => {
        this.#starting = undefined;
        if (!signal.aborted) this.#fail(error, painted);
      });
    }

    // The painted form stays and sends itself to the hosted page; the link inside is shown below it.
    #fail(error, painted) {
      this.#refused = !window.WebAssembly || error instanceof WebAssembly.CompileError;
      const code = this.#refused ? 'RC-101' : 'RC-102';
      console.error(`${code} ${this.#refused ? "regcard: WebAssembly is refused; the page's script-src needs 'wasm-unsafe-eval'" : 'regcard: the form could not be loaded'}`, error);
      const root = this.shadowRoot || this.attachShadow({ mode: 'open' });
      if (!root.querySelector('slot')) root.append(document.createElement('slot'));
      this.dispatchEvent(new CustomEvent('regcard:error', { bubbles: true, composed: true, detail: { code } }));
      if (this.#submitted && this.#refused && painted) painted.querySelector('form').submit();
      this.#submitted = false;
    }
  }

  if (!customElements.get('reg-card')) customElements.define('reg-card', Card);

  const set = (element, options) => Object.keys(options || {}).forEach(name => element.setAttribute(name, options[name]));
  window.RegCard = {
    version,
    mount: (target, options) => {
      const element = document.createElement('reg-card');
      set(element, options);
      (typeof target === 'string' ? document.querySelector(target) : target).append(element);
      return {
        element,
        update: more => set(element, more),
        unmount: () => element.remove(),
        on: (name, hear) => element.addEventListener(`regcard:${name}`, hear),
        off: (name, hear) => element.removeEventListener(`regcard:${name}`, hear),
      };
    },
  };

  const script = document.currentScript;
  if (script?.dataset.form !== undefined && !document.querySelector('reg-card')) {
    const element = document.createElement('reg-card');
    if (script.dataset.form) element.setAttribute('form', script.dataset.form);
    script.after(element);
  }
})
