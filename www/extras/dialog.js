// The card in a dialog of the browser's own: above everything, whatever the page stacks; Escape closes it, and the focus goes back to
// where it came from. Also the button that opens it, and links that do.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
dialog { position: fixed; inset: 0; margin: auto; padding: 0; border: 0; border-radius: 1em; inline-size: min(34em, 100% - 2em); max-inline-size: none; block-size: fit-content; max-block-size: calc(100dvh - 2em); overflow: auto; overscroll-behavior: contain; background: var(--paper); color: var(--ink); font: 16px/1.5 sans-serif; letter-spacing: normal; text-align: start; outline: 0; }
dialog::backdrop { background: #0009; }
dialog .regcard { max-inline-size: none; }
dialog .head { padding-inline-end: 2.5em; }
.bar { position: sticky; inset-block-start: 0; block-size: 0; display: flex; justify-content: flex-end; z-index: 1; }
.bar button { all: initial; flex: none; box-sizing: border-box; inline-size: 44px; block-size: 44px; margin: 12px; border-radius: 50%; background: var(--wash); color: var(--ink); cursor: pointer; display: grid; place-items: center; }
.bar button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bar .icon { margin: 0; }
@media (max-width: 30em) { dialog { inline-size: 100%; block-size: 100%; max-block-size: 100dvh; border-radius: 0; } dialog .card { box-shadow: none; } }
@media (forced-colors: active) { dialog, .bar button { border: 1px solid; } }
`);

// What is asked for: a card's opening or its button, or where a link leads.
export default (loader, what, opening) =>
  typeof what === 'string' ? follow(loader, what) : opening ? show(loader, what) : offer(loader, what);

// Only the button, as long as nobody has opened it; or what the page has put inside, which opens it as well.
const offer = async (loader, self) => {
  const { element, form, lang, shown } = self, { config, build } = loader;
  const own = form === config.form && lang === config.lang;
  const words = element.label || (own ? build(config.tree).querySelector('h2').textContent : (await loader.ask(form, lang)).texts.open);
  if (shown !== self.shown) return;
  loader.open(self);
  const { root } = self;
  const button = build(element.mode === 'button' ? ['button', { type: 'button', class: 'btn main', part: 'open' }, words] : ['slot', {}]);
  const opener = build(['div', element.mode === 'button' ? { class: 'regcard opener' } : {}]);
  opener.append(button);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter(one => one !== sheet), sheet];
  root.replaceChildren(opener);
  loader.on(button, 'click', event => {
    event.preventDefault();
    element.open();
  });
};

const show = async (loader, self) => {
  const { element } = self;
  if (!/^(button|dialog)$/.test(element.mode)) {
    element.scrollIntoView({ block: 'start' });
    return self.root?.querySelector('[name]:not([type=hidden])')?.focus({ preventScroll: true });
  }
  // A click on a link and the address that changes with it both ask for it.
  if (!self.place) await (self.making ||= make(loader, self).finally(() => { self.making = 0; }));
  const dialog = self.place;
  if (dialog.open || !dialog.isConnected || !dialog.querySelector('form,[data-state]')) return;
  dialog.setAttribute('aria-label', dialog.querySelector('h2').textContent);
  dialog.showModal();
  // Not to its first control: that closes it, and the next one would bring up a phone's keyboard.
  dialog.focus();
  lock(1);
  self.touch?.();
  element.dispatchEvent(new CustomEvent('regcard:open', { bubbles: true, composed: true }));
};

const make = async (loader, self) => {
  if (!self.root) await offer(loader, self);
  const { texts } = await loader.ask(self.form, self.lang);
  const dialog = loader.build(['dialog', { part: 'dialog', tabindex: '-1' }, ['div', { class: 'bar' }, ['button', { type: 'button', part: 'close', 'aria-label': texts.close },
    ['svg:svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ['svg:path', { d: 'M6 6l12 12M18 6L6 18' }]]]]]);
  let outside;
  loader.on(dialog.querySelector('button'), 'click', () => dialog.close());
  // A press beside it closes it, but not one that began inside and slid out.
  loader.on(dialog, 'pointerdown', event => { outside = event.target === dialog && beside(dialog, event); });
  loader.on(dialog, 'click', event => { if (outside && event.target === dialog && beside(dialog, event)) dialog.close(); });
  loader.on(dialog, 'close', event => {
    if (event.target !== dialog) return;
    lock(-1);
    self.element.dispatchEvent(new CustomEvent('regcard:close', { bubbles: true, composed: true }));
  });
  self.root.append(dialog);
  self.place = dialog;
  await loader.paint(self);
};

const beside = (dialog, { clientX, clientY }) => {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
};

// The page behind stays where it is. By the object model alone: a policy may refuse style attributes.
let locks = 0, before;
const lock = more => {
  const { style, clientWidth } = document.documentElement;
  if (!locks) {
    before = [style.overflow, style.scrollbarGutter];
    if (innerWidth > clientWidth) style.scrollbarGutter = 'stable';
    style.overflow = 'hidden';
  }
  locks += more;
  if (!locks) [style.overflow, style.scrollbarGutter] = before;
};

// `#regcard` and `#register` lead to the first card, `#regcard-FORM` to the one with that form, which is made if there is none.
const follow = async (loader, hash) => {
  const [, register, form] = /^#(?:(register)|regcard(?:-(.+))?)$/.exec(hash) || [0, 0, 0];
  if (!register && form === 0) return;
  // The page's own place of that name goes before.
  if (document.readyState === 'loading') await new Promise(done => loader.on(document, 'DOMContentLoaded', done));
  if (document.getElementById(hash.slice(1))) return;
  const name = form && decodeURIComponent(form);
  const card = [...loader.standing.values()].find(self => !name || loader.wish(self.element).form === name);
  if (card) return show(loader, card);
  if (name) window.RegCard.mount(document.body, { form: name, mode: 'dialog' }).element.open();
};
