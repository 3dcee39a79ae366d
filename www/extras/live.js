// From the first touch on: WebAssembly is fetched, takes over from the painted form as soon as nothing is in the way, and is started
// anew if it ends in the middle of it.

// How often a page starts WebAssembly anew. What ends three times ends again.
const TURNS = 2;

let turn = 0;
let engine, later, listening;

export default async (loader, self, painted, signal, touch, touched) => {
  listen(loader);
  notice(loader, self);
  if (self.watched !== painted) watch(loader, self, painted, signal, touch, touched);
  const { config } = loader, { element, root } = self, of = turn;
  const asked = loader.ask(self.form, self.lang).catch(error => { throw { code: error instanceof TypeError ? 'RC-102' : 'RC-105', error }; });
  const [glue, card] = await Promise.all([start(loader), asked]).catch(failure => explained(loader, failure));
  if (!later) (later = new CSSStyleSheet()).replaceSync(card.css);
  await new Promise((done, failed) => {
    self.take = () => {
      if (signal.aborted || self.live || of !== turn || self.busy()) return;
      try {
        if (!root.adoptedStyleSheets.includes(later)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, later];
        self.live = glue.mount(element, painted, {
          form: card.form,
          texts: card.texts,
          lang: card.lang,
          slug: self.form,
          gateway: config.gateway,
          key: config.key,
          page: painted.querySelector('form').action,
          product: self.product || undefined,
          submit: !!self.submitted,
          restored: !!self.back,
          extra: loader.extra,
          ended: (file, line) => ended(loader, of, `${file}:${line}`),
        });
      } catch (error) {
        return failed({ code: 'RC-104', error });
      }
      // Nothing is heard from the painted form any longer.
      self.leave.abort();
      self.kept = self.take = self.submitted = undefined;
      done();
    };
    self.take();
  });
  if (element.headingLevel) loader.extra('options', loader, self);
  withhold(loader, self, card.texts.preview);
};

// Notices what the person is in the middle of, and tries to take over when they are done with it.
const watch = ({ on }, self, painted, signal, touch, touched) => {
  self.watched = painted;
  const worked = 'select,[type=date],[type=file]';
  // Keys that are down, and the pointer.
  const down = new Set();
  let released;
  // A control with a picker or with parts of its own, once it is being worked with, and an input method, while it composes.
  let operated = touch === 'pointerdown' && touched.matches(worked);
  const soon = () => setTimeout(() => self.take?.());
  const up = ({ code }) => { down.delete(code); soon(); };
  const lift = () => up({ code: 0 });
  const done = () => { operated = false; soon(); };
  const hear = (target, types, heard, capture) => on(target, types, heard, { signal, capture });

  hear(painted, 'pointerdown keydown click', ({ target }) => { if (target.matches(worked)) operated = true; }, true);
  hear(painted, 'compositionstart compositionupdate', () => { operated = true; });
  hear(painted, 'compositionend focusout', done, true);
  // A file control is done with its dialog.
  hear(painted, 'change cancel', ({ target }) => { if (target.type === 'file') done(); }, true);
  hear(painted, 'keydown', ({ code }) => down.add(code), true);
  hear(window, 'keyup', up, true);
  // The click that went before must not let go of this one.
  hear(painted, 'pointerdown', () => { clearTimeout(released); down.add(0); }, true);
  hear(painted, 'click', lift);
  // Where no click follows, a finger's release is one after this time.
  hear(window, 'pointerup pointercancel', () => { released = setTimeout(lift, 350); }, true);
  hear(window, 'blur', () => { down.clear(); soon(); });
  // The touch that all of this was fetched for may be going on, or may have ended meanwhile.
  if (touch === 'pointerdown') {
    down.add(0);
    if (!painted.matches(':active')) released = setTimeout(lift, 350);
  }
  self.busy = () => down.size || operated && !self.submitted;
};

// Glue and WebAssembly, once a page. A failure is forgotten, so that the next touch tries again.
const start = loader => engine ||= (async () => {
  let code = 'RC-900', why;
  try {
    if (turn > TURNS) throw Error('it has ended too often on this page');
    code = 'RC-101';
    why = "WebAssembly is refused; the page's script-src needs 'wasm-unsafe-eval'";
    // The smallest module there is. A policy that refuses WebAssembly refuses it, too.
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
    code = 'RC-103';
    why = undefined;
    // Another address makes another instance; what it fails in can be told by it.
    const glue = await import(`${loader.config.glue}?${turn}`);
    code = 'RC-102';
    const answer = await loader.wasm, type = answer.headers.get('content-type');
    if (!answer.ok || /text|html|json/.test(type)) {
      why = `something has answered in the gateway's place: ${answer.status} ${type}`;
      throw Error(answer.url);
    }
    await glue.default({ module_or_path: answer });
    return glue;
  } catch (error) {
    engine = loader.wasm = 0;
    if (code === 'RC-102' && error instanceof WebAssembly.CompileError) {
      code = 'RC-101';
      why = 'this browser cannot run the WebAssembly of the card';
    }
    throw { code, why, error, last: /1$|900/.test(code) };
  }
})();

// What has gone wrong, with the policy that is in the way, if there is one: it is told a moment later. Without a network the hosted page
// cannot be had either.
const explained = async (loader, failure) => {
  await new Promise(done => setTimeout(done, 50));
  const { effectiveDirective, blockedURI } = loader.blocked || {};
  const blocked = blockedURI?.startsWith(loader.config.gateway) && `${effectiveDirective} refuses ${blockedURI}`;
  const fallback = failure.code === 'RC-102' ? 'the gateway cannot be reached' : undefined;
  throw { ...failure, why: failure.why || blocked || fallback, refused: failure.code !== 'RC-102' || !!(failure.why || blocked) };
};

// Its panic hook tells; whatever else traps arrives as an error of the page.
const listen = loader => {
  if (listening) return;
  listening = true;
  loader.on(window, 'error unhandledrejection', ({ error, reason = error }) => {
    if (!engine || !(reason instanceof WebAssembly.RuntimeError)) return;
    // One that has ended before may go on failing: its listeners and timers are still there. Its glue's address tells them apart.
    const [, rest] = `${reason.stack}`.split(loader.config.glue);
    if (rest) ended(loader, Number(/^\?(\d+)/.exec(rest)?.[1] ?? turn), reason);
  });
};

// One instance serves every card of the page, so all of them start anew.
const ended = (loader, of, why) => {
  if (of !== turn || !engine) return;
  turn++;
  // What was fetched can be read once.
  engine = loader.wasm = 0;
  console.error('RC-900 regcard: WebAssembly has ended, and the form starts anew', why);
  setTimeout(() => loader.standing.forEach(self => revive(loader, self)));
};

// Whatever the instance knew is lost; what was typed stands in the controls.
const revive = (loader, self) => {
  if (!self.live && !self.starting) return;
  // It is not called any more, not even to free anything.
  self.live = undefined;
  loader.tell(self, 'RC-900');
  if (self.root.querySelector('form')) loader.extra('options', loader, self, true);
};

// Where a page is only being edited nothing is sent, and the card says so.
const withhold = (loader, self, words) => {
  if (!window.Shopify?.designMode) return;
  self.root.querySelector('form')?.before(loader.build(['p', { class: 'note', role: 'note' }, words]));
  if (self.withheld) return;
  self.withheld = true;
  loader.on(self.element, 'regcard:submit', event => event.preventDefault());
};

// A page may take keys away before they get here. It cannot be kept from that, but its owner can be told: a letter that comes up and
// was never seen to go down, or one that somebody has called off.
const notice = ({ on }, self) => {
  if (self.noticed) return;
  self.noticed = true;
  // A key that is down by now comes up soon.
  const down = new Set(), since = performance.now() + 300;
  const typed = ({ key, code, target, ctrlKey, metaKey, altKey }) =>
    code && key?.length === 1 && !ctrlKey && !metaKey && !altKey && target.matches('textarea,input:not([type=checkbox],[type=radio],[type=file])');
  const taken = ({ key }) => {
    if (self.noticed !== true || performance.now() < since) return;
    self.noticed = key;
    console.warn(`RC-121 regcard: the page takes keys away from the form, such as "${key}": somebody's keydown listener`);
  };
  on(self.root, 'keydown', event => down.add(event.code), true);
  on(self.root, 'keydown', event => { if (event.defaultPrevented && typed(event)) taken(event); });
  on(self.root, 'keyup', event => { if (!down.delete(event.code) && typed(event)) taken(event); }, true);
};
