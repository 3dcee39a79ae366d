// The loader: the `<reg-card>` element, which paints the first form at once and fetches the live one at the first touch.
// It knows no rule of the form: it paints a tree, keeps what is typed, and steps aside. What few pages need, or is needed from the first
// touch on, is fetched then: www/extras/. The gateway calls this expression with the key's configuration; docs/architecture.md names
// its members.
(config => {
  const { gateway, key, css, tree, version, languages = [config.lang] } = config;
  // Set on the first line that runs, so that the script standing there twice, or being injected again, changes nothing.
  const mark = Symbol.for('regcard'), own = `${version} for ${key}`, other = window[mark];
  if (other) return other === own || console.info(`regcard: ${other} is here already, not ${own}`);
  window[mark] = own;

  const page = document.documentElement;
  const options = ['form', 'product', 'serial', 'theme', 'mode', 'load', 'draft', 'label', 'heading-level'];
  // What is any element's, or some framework's, and what is done with right here. Everything else is for www/extras/options.js.
  const idle = /^(class|hidden|id|slot|style)$|^(aria|data)-|[^a-z-]/;
  const plain = /^(form|product|lang|theme|draft)$/;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const cards = new Map(), drafts = new Set(), memory = {};

  const on = (target, types, hear, more) => types.split(' ').forEach(type => target.addEventListener(type, hear, more));

  // A module of www/extras/, all of which share one hash.
  const extra = async (name, ...given) => (await import(`${gateway}/v1/assets/${name}-${config.extras}.js`)).default(...given);

  // The page's address is nobody's business.
  const unnamed = { referrerPolicy: 'no-referrer' };

  // What the gateway says about a form in a language.
  const ask = (form, lang) => {
    const url = `${gateway}/v1/forms/${key}/${encodeURIComponent(form)}/card?lang=${encodeURIComponent(lang)}`;
    if (!cards.has(url)) cards.set(url, fetch(url, unnamed).then(answer => {
      if (!answer.ok) throw Error(`${answer.status} ${url}`);
      return answer.json();
    }).catch(error => { cards.delete(url); throw error; }));
    return cards.get(url);
  };

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

  // What the controls hold, as pairs of name and value (or files); not what the page itself gives.
  const held = root => [...root.querySelectorAll('[name]')].flatMap(({ name, type, value, checked, files }) =>
    type === 'hidden' || /radio|checkbox/.test(type) && !checked ? [] : [[name, files || value]]);

  // What the page, or its address, gives a field. No box is ticked and no file is chosen for anybody.
  const gives = (element, { name, type, inputMode, dataset: { url } }) => {
    if (/checkbox|file/.test(type)) return;
    const value = element.getAttribute(`prefill-${name}`) ?? element.getAttribute(`hidden-${name}`)
      ?? (name === 'serialNumber' && element.serial || url && new URLSearchParams(location.search).get(url));
    // No address has a blank: one was a plus.
    return inputMode === 'email' ? value?.trim().replace(/ /g, '+') : value;
  };

  // Fills a control in; a list has what it has.
  const fill = (control, value) => {
    const before = control.value;
    if (control.type === 'radio') control.checked ||= before === value;
    else if (value != null) {
      control.value = value;
      control.value ||= before;
    }
  };

  // Puts what was held into a form; answers whether there was more than it has controls for, such as further serial numbers, which go
  // along unseen. `shy` leaves what is filled in already.
  const restore = (painted, pairs, shy) => {
    const take = (name, value) => {
      const at = pairs.findIndex(pair => pair[0] === name && (!value || pair[1] === value));
      return at < 0 || pairs.splice(at, 1)[0][1];
    };
    painted.querySelectorAll('[name]').forEach(control => {
      const { name, type, value } = control, box = /radio|checkbox/.test(type), taken = take(name, box && value);
      if (box) control.checked = taken !== true;
      else if (taken !== true && !(shy && value)) control[type === 'file' ? 'files' : 'value'] = taken;
    });
    pairs.forEach(([name, value]) => painted.querySelector('form').append(build(['input', { name, value, hidden: '' }])));
    return pairs[0];
  };

  // The page's storage may be switched off, full, or refuse when it is touched: then what was typed is kept as long as the page.
  const draft = (self, verb, text) => {
    try {
      return (self.term === 'week' ? localStorage : sessionStorage)[`${verb}Item`](self.draft, text);
    } catch {
      return verb === 'get' ? memory[self.draft] : memory[self.draft] = text;
    }
  };
  const save = self => {
    if (self.dirty && self.root.querySelector('form') && self.term !== 'off')
      draft(self, 'set', `${Date.now()}&${new URLSearchParams(held(self.root).filter(pair => typeof pair[1] === 'string'))}`);
  };
  const forget = self => {
    self.dirty = 0;
    draft(self, 'remove');
  };
  // Of two cards that are alike, each has a draft of its own.
  const name = self => {
    self.term = self.element.draft || self.root.querySelector('form').dataset.draft || self.term;
    drafts.delete(self.draft);
    for (self.draft = `regcard:${key}:${self.form}:${self.element.product || ''}`; drafts.has(self.draft);) self.draft += '+';
    drafts.add(self.draft);
  };

  // The first language that the card speaks, of the element's, that around it, the page's and the person's.
  const wish = element => {
    const base = tag => tag.split('-')[0];
    const tags = [element.closest('[lang]')?.lang, page.lang, navigator.language].map(tag => `${tag}`.toLowerCase());
    const speaks = tag => languages.find(one => one.toLowerCase() === tag) || languages.find(one => base(one) === base(tag));
    const form = element.form || config.form, lang = speaks(tags.find(speaks) || config.lang);
    const { mode } = element;
    return { form, lang, mode, shown: [form, lang, mode].join() };
  };

  const tell = (self, code) => self.element.dispatchEvent(new CustomEvent('regcard:error', { bubbles: true, composed: true, detail: { code } }));

  // The painted form stays and sends itself to the hosted page, unless there is no network; the link inside is shown below it. Another
  // touch tries again a little later, if that is worth while.
  const fail = (self, { code = 'RC-103', why = 'a part of the form cannot be had', error, refused = true, last }) => {
    if (!last) setTimeout(() => {
      self.starting = 0;
      if (self.again) self.touch();
    }, 1e3);
    console.error(`${code} regcard: ${why}`, error);
    self.refused = refused;
    const form = self.root?.querySelector('form');
    if (form && !self.root.querySelector('slot')) form.after(document.createElement('slot'));
    tell(self, code);
    if (form && refused && self.submitted) HTMLFormElement.prototype.submit.call(form);
    self.submitted = 0;
  };

  const open = self => {
    if (self.root) return;
    // The hosted page brings its shadow root along, already filled.
    const root = self.root = self.element.shadowRoot || self.element.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    // A page's shortcuts are not for what is typed in here.
    on(root, 'keydown keypress keyup beforeinput', event => { if (!/^(Escape|Tab)$/.test(event.key)) event.stopPropagation(); });
    on(root, 'input change click', () => {
      clearTimeout(self.dirty);
      self.dirty = setTimeout(save, 300, self);
    });
    on(root, 'reset', () => forget(self));
    on(self.element, 'regcard:registered', () => forget(self));
  };

  // Ends what stands in the shadow root.
  const drop = self => {
    self.leave?.abort();
    self.live?.free();
    self.live = self.leave = self.starting = self.take = undefined;
  };

  // The product that the page is about is no question any longer.
  const give = (self, product) => {
    self.product = product;
    const find = selector => self.root.querySelector(selector), given = find('[data-given]'), control = find('[name=productName]');
    if (!given) return;
    if (!self.live) {
      given.firstChild.textContent = product;
      given.hidden = !product;
      find('[data-ask]').hidden = !!product;
    }
    control.value = product || '';
    if (product && control.value !== product) control.add?.(new Option(product, product, true, true));
  };

  const paint = async self => {
    const { element } = self, brought = !self.root && element.shadowRoot?.querySelector('.regcard');
    const { form, lang, mode, shown } = Object.assign(self, wish(element));
    if (/^(button|dialog)$/.test(mode) && !self.place) return extra('dialog', loader, self);
    let first = tree;
    if (!brought && (form !== config.form || lang !== config.lang)) try {
      first = (await ask(form, lang)).tree;
    } catch (error) {
      // Another language than asked for is better than no form.
      if (form !== config.form) return fail(self, { code: 'RC-105', error });
    }
    if (shown !== self.shown) return;
    open(self);
    const { root } = self, place = self.place || root;
    const old = place.querySelector('.regcard'), painted = brought || build(first);
    if (!brought) painted.querySelectorAll('[name]').forEach(control => fill(control, gives(element, control)));
    if (old && !brought) {
      self.kept = held(old);
      old.replaceWith(painted);
    } else if (!brought) place.append(painted);
    drop(self);
    self.given = new Map(held(painted));
    name(self);
    // Seven days, in milliseconds. The time stands before the pairs.
    const text = draft(self, 'get'), fresh = Date.now() - parseInt(text) < 6048e5;
    const pairs = self.kept || fresh && [...new URLSearchParams(text)].slice(1).filter(pair => pair[1]);
    self.back = !self.kept && pairs[0];
    const more = pairs && restore(painted, pairs, brought);
    if (element.product) give(self, element.product);
    watch(self, painted, self.leave = new AbortController());
    performance.mark('regcard:painted');
    if ([...element.attributes].some(({ name }) => !plain.test(name) && !idle.test(name))) extra('options', loader, self);
    if (self.begun || element.load === 'eager' || more) self.touch();
  };

  // Waits for the first touch. A submit is held until WebAssembly is there.
  const watch = (self, painted, { signal }) => {
    const touch = self.touch = event => {
      if (self.again = self.starting || signal.aborted) return;
      self.begun = true;
      (loader.wasm ||= fetch(config.wasm, unnamed)).catch(() => {});
      self.starting = extra('live', loader, self, painted, signal, event?.type, event?.target).catch(error => signal.aborted || fail(self, error.code ? error : { error }));
    };
    on(painted, 'pointerdown focusin keydown input change dragover', touch, { signal });
    // A file that is dropped would open in the page's place; in a shadow root Chromium gives none to the control below.
    on(painted, 'dragover drop', event => {
      const { files, types } = event.dataTransfer, control = painted.querySelector('[type=file]');
      if (types.includes('Files')) event.preventDefault();
      if (control && files[0]) control.files = files;
    }, { signal });
    on(painted, 'submit', event => {
      if (self.refused) return;
      event.preventDefault();
      self.submitted = true;
      touch(event);
      setTimeout(() => self.take?.());
    }, { signal });
  };

  // Options are attributes: `prefill: { NAME: … }` is `prefill-NAME`, and nothing is none.
  const set = (element, given) => Object.keys(given || {}).forEach(name => {
    const value = given[name], attribute = name === 'headingLevel' ? options[8] : name;
    if (value == null || value === false) element.removeAttribute(attribute);
    else if (typeof value === 'object') Object.keys(value).forEach(inner => set(element, { [`${attribute}-${inner}`]: value[inner] }));
    else element.setAttribute(attribute, value);
  });

  const standing = new Map();
  const loader = { config, options, standing, ask, build, drop, extra, fill, give, gives, held, name, on, open, paint, tell, wish };
  const change = new MutationObserver(records => records.some(({ attributeName }) => !idle.test(attributeName)) && extra('options', loader));
  change.observe(page, { attributeFilter: ['lang'] });
  on(document, 'securitypolicyviolation', event => { loader.blocked = event; });
  on(window, 'pagehide', () => standing.forEach(save));

  class Card extends HTMLElement {
    connectedCallback() {
      // One that is only moved stands already.
      if (standing.has(this)) return;
      const self = this.#self ||= { element: this };
      standing.set(this, self);
      change.observe(this, { attributes: true });
      // What was set before the script came hides the class's own properties.
      Object.keys(this).forEach(name => {
        const value = this[name];
        if (name in Card.prototype && delete this[name]) this[name] = value;
      });
      paint(self);
    }

    disconnectedCallback() {
      // A card that is only moved is back by then, and keeps everything.
      queueMicrotask(() => {
        const self = this.#self, { root } = self;
        if (this.isConnected || !standing.delete(this)) return;
        self.shown = 0;
        if (!root) return;
        if (root.querySelector('form')) self.kept = held(root);
        save(self);
        this.close();
        drop(self);
        drafts.delete(self.draft);
        self.place = 0;
        root.replaceChildren();
      });
    }

    #self;
    open() { return extra('dialog', loader, this.#self, true); }
    close() { this.shadowRoot?.querySelector('dialog')?.close(); }
  }

  options.concat('prefill').forEach(attribute => {
    const name = attribute.replace('-l', 'L');
    Object.defineProperty(Card.prototype, name, {
      get() { return this.getAttribute(attribute); },
      set(value) { set(this, { [name]: value }); },
    });
  });
  if (!customElements.get('reg-card')) customElements.define('reg-card', Card);

  const mount = (target, given) => {
    const element = document.createElement('reg-card');
    const put = () => {
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      place?.append(element);
      return place;
    };
    const hear = (verb, once) => (name, heard) => element[`${verb}EventListener`](`regcard:${name}`, heard, { once });
    set(element, given);
    if (!put()) on(document, 'DOMContentLoaded', put);
    return {
      element,
      update: more => set(element, more),
      unmount: () => { target = 0; element.remove(); },
      on: hear('add'),
      once: hear('add', true),
      off: hear('remove'),
    };
  };
  window.RegCard = { version, mount, diagnose: () => extra('diagnose', loader) };

  const script = document.currentScript, form = script?.dataset.form;
  if (form !== undefined && !document.querySelector('reg-card')) mount({ append: element => script.after(element) }, { form: form || null });
  // Links that open a card, and places that become one, are rare: what they need is fetched where there are some.
  const follow = hash => { if (/^#reg(card|ister)/.test(hash)) extra('dialog', loader, hash); };
  // They are looked for once in a while, not with every change of the page.
  let looked;
  const look = () => {
    looked = 0;
    if (window.RegCardConfig || document.querySelector('[data-regcard]')) extra('places', loader, mount);
  };
  new MutationObserver(() => { looked ||= setTimeout(look, 200); }).observe(page, { childList: true, subtree: true });
  look();
  on(document, 'click', ({ target }) => follow(target.closest?.('a')?.hash));
  on(window, 'hashchange', () => follow(location.hash));
  follow(location.hash);
})
