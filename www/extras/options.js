// What few pages give a card beside its form and its product, and what they change while it stands: each is taken over in place, and
// what was typed stays. Called when a card is painted that has such options, and when an attribute was changed.

const told = new Set();

// Of one card, or of all; `anew` paints it again in any case.
export default (loader, one, anew) => {
  // One that was taken out of the page while this was fetched is not painted: nobody would ever take it away again.
  const all = [...loader.standing.values()].filter(self => !one || self === one);
  all.forEach(self => anew ? again(loader, self) : change(loader, self));
};

// Paints a card again, with what was typed, and with the focus where it was.
const again = async (loader, self) => {
  const focused = self.root.activeElement?.name;
  await loader.paint(self);
  if (focused) self.root.querySelector(`[name="${focused}"]`)?.focus({ preventScroll: true });
};

const change = (loader, self) => {
  const { element, root } = self, wish = loader.wish(element);
  unknown(loader, element);
  if (!root) return wish.shown !== self.shown && loader.paint(self);
  if (wish.shown !== self.shown) {
    // What is on its way, or registered already, is not painted anew.
    if (root.querySelector('[data-state=done],[data-state=sending]')) return;
    if (wish.mode !== self.mode) leave(loader, self);
    return again(loader, self);
  }
  const opener = root.querySelector('.opener button');
  if (opener && element.label) opener.textContent = element.label;
  if (!self.given) return;
  if (element.product !== self.product) product(loader, self);
  fill(loader, self);
  if (element.headingLevel) root.querySelectorAll('h2').forEach(heading => heading.setAttribute('aria-level', element.headingLevel));
  if (element.load === 'eager') self.touch();
  if (element.load === 'visible' && self.seen !== self.leave) {
    self.seen = self.leave;
    const seen = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && (seen.disconnect(), self.touch()), { rootMargin: '600px' });
    seen.observe(element);
  }
};

// From one mode to another: what stands goes, and is painted anew where it belongs.
const leave = (loader, self) => {
  const { root } = self;
  if (root.querySelector('form')) self.kept = loader.held(root);
  self.element.close();
  loader.drop(self);
  self.place = self.given = 0;
  root.replaceChildren();
};

const product = (loader, self) => {
  const asked = !self.product;
  loader.give(self, self.element.product);
  // A live card that asks for it is told by starting anew. One that does not takes whatever is put into the control nobody sees.
  if (self.live && asked) again(loader, self);
  else if (self.live) heard(self.root.querySelector('[name=productName]'));
  // What was typed belongs to this product from now on.
  loader.name(self);
  self.dirty ||= 1;
};

// Tells a live card that a control was changed.
const heard = control => ['input', 'change'].forEach(type => control?.dispatchEvent(new Event(type, { bubbles: true })));

// Values for fields that nobody has touched.
const fill = (loader, self) => {
  const { element, root, given, live } = self;
  const controls = [...root.querySelectorAll('[name]')];
  controls.forEach((control, nth) => {
    const { name, type } = control, value = loader.gives(element, control), known = given.get(name) ?? '';
    const all = controls.filter(one => one.name === name), radio = type === 'radio';
    // Of several serial numbers the first.
    if (value == null || known === value || !radio && all[0] !== control) return;
    if (radio ? control.value !== value || all.some(one => one.checked && one.value !== known) : type !== 'hidden' && control.value !== known) return;
    loader.fill(control, value);
    given.set(name, control.value);
    if (live) heard(control);
  });
  [...element.attributes].forEach(({ name }) => {
    const [, key] = /^(?:prefill|hidden)-(.*)/.exec(name) || [];
    if (!key || !controls[0] || told.has(name) || controls.some(control => control.name.toLowerCase() === key)) return;
    told.add(name);
    console.warn(`regcard: the form has no field "${key}"`);
  });
};

// A name that nobody knows is said once, with the nearest that is known.
const unknown = ({ options }, element) => [...element.attributes].forEach(({ name }) => {
  // What HTML knows, and what frameworks leave behind.
  if (options.includes(name) || told.has(name) || /^(prefill|hidden|aria|data|[a-z])-|^on|[^a-z-]|^(class|dir|exportparts|hidden|id|inert|is|lang|nonce|part|role|slot|style|tabindex|title|translate)$/.test(name)) return;
  told.add(name);
  const near = [...options, 'lang', 'prefill-', 'hidden-'].map(option => [distance(name, option), option]).sort(([one], [other]) => one - other);
  console.warn(`regcard: there is no option "${name}"; the nearest is "${near[0][1].replace(/-$/, '-NAME')}"`);
});

// Levenshtein's: how many letters have to be put in, taken out or changed.
const distance = (one, other) => {
  let row = [...other].map((_, index) => index + 1);
  [...one].forEach((letter, index) => {
    let corner = index, left = index + 1;
    row = row.map((above, at) => {
      left = Math.min(above + 1, left + 1, corner + (letter === other[at] ? 0 : 1));
      corner = above;
      return left;
    });
  });
  return row[row.length - 1];
};
