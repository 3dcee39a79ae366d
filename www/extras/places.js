// Other ways to say where a card is to be, for tag managers and page builders that leave neither unknown elements nor the attributes of
// a script: `<div data-regcard="FORM" data-product="…">`, and `window.RegCardConfig = { target, …options }`, or a list of them.

const seen = new Set();
let looked;

export default (loader, mount) => {
  const look = () => {
    looked = 0;
    [].concat(window.RegCardConfig || []).forEach(config => {
      const { target, ...options } = config;
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      if (place && !seen.has(config)) {
        seen.add(config);
        mount(place, options);
      }
    });
    document.querySelectorAll('[data-regcard]').forEach(place => {
      // A page that is put back from a cache has its card already.
      if (seen.has(place) || place.querySelector('reg-card')) return;
      seen.add(place);
      const named = [...place.attributes].filter(({ name }) => name.startsWith('data-')).map(({ name, value }) => [name.slice(5), value]);
      const { regcard, ...options } = Object.fromEntries(named);
      mount(place, { ...options, form: regcard || null });
    });
  };
  look();
  if (looked !== undefined) return;
  // Builders put more of them in later. Looked for once in a while, not with every change.
  new MutationObserver(() => { looked ||= setTimeout(look, 300); }).observe(document.documentElement, { childList: true, subtree: true });
};
