// Other ways to say where a card is to be, for tag managers and page builders that leave neither unknown elements nor the attributes of
// a script: `<div data-regcard="FORM" data-product="…">`, and `window.RegCardConfig = { target, …options }`, or a list of them.

const seen = new Set();

export default (loader, mount) => {
  [].concat(window.RegCardConfig || []).forEach(config => {
    const { target, ...options } = config;
    const place = typeof target === 'string' ? document.querySelector(target) : target;
    if (!place || seen.has(config)) return;
    seen.add(config);
    mount(place, options);
  });
  document.querySelectorAll('[data-regcard]').forEach(place => {
    // A page that is put back from a cache has its card already.
    if (seen.has(place) || place.querySelector('reg-card')) return;
    seen.add(place);
    const named = [...place.attributes].filter(({ name }) => name.startsWith('data-')).map(({ name, value }) => [name.slice(5), value]);
    const { regcard, ...options } = Object.fromEntries(named);
    // What stands in it, such as the link to the hosted page, is what people see until the form is there.
    const inside = [...place.childNodes];
    mount(place, { ...options, form: regcard || null }).element.append(...inside);
  });
};
