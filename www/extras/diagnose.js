// `RegCard.diagnose()`: what somebody needs to know who is to find out why a card does not work on a page. One text, to be copied; no
// personal data: neither what was typed, nor the address of the page beyond its origin.

export default async loader => {
  const { config, standing } = loader;
  const lines = [`regcard ${config.version}, ${config.gateway}, ${config.key}`];
  const say = (name, value) => lines.push(`${name}: ${value}`);
  const tried = async (name, task) => {
    const since = performance.now();
    const value = await Promise.resolve().then(task).catch(error => `FAILED, ${error.name}: ${error.message}`);
    say(name, `${value}, ${Math.round(performance.now() - since)} ms`);
  };
  const native = (name, value) => typeof value !== 'function' ? `${name} is missing`
    : Function.prototype.toString.call(value).includes('[native code]') ? '' : `${name} is the page's own`;

  say('page', `${location.origin}, ${document.readyState}${window.top === window ? '' : ', in a frame'}`);
  say('browser', navigator.userAgent);
  say('languages', `page ${document.documentElement.lang || 'none'}, person ${navigator.language}, card ${(config.languages || [config.lang]).join(' ')}`);
  say('scripts', document.querySelectorAll('script[src*="/regcard.js"]').length);
  [...standing.values()].forEach(({ element, form, lang, mode, live, refused, root }) => {
    const state = root?.querySelector('[data-state]')?.dataset.state;
    say('card', [form, lang, mode || 'inline', live ? 'live' : refused ? 'refused' : root ? 'painted' : 'waiting', state, element.isConnected ? '' : 'detached'].filter(Boolean).join(', '));
  });

  await tried('WebAssembly', () => {
    if (!window.WebAssembly) return 'FAILED, there is none';
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
    return `allowed; ${Object.keys(features).map(name => `${name} ${WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...features[name])) ? 'yes' : 'NO'}`).join(', ')}`;
  });
  await tried('policy', async () => {
    const header = (await fetch(location.href.split('#')[0], { method: 'HEAD' })).headers.get('content-security-policy');
    const tags = [...document.querySelectorAll('meta[http-equiv="content-security-policy" i]')].map(tag => tag.content);
    return [header, ...tags].filter(Boolean).join(' AND ').replace(/'nonce-[^']*'/g, "'nonce-…'") || 'none';
  });
  say('trusted types', window.trustedTypes ? 'known' : 'not known');

  const { gateway, key, form, lang } = config, unnamed = { referrerPolicy: 'no-referrer' };
  await tried('card from the gateway', async () => (await fetch(`${gateway}/v1/forms/${key}/${form}/card?lang=${lang}`, { ...unnamed, cache: 'no-store' })).status);
  // Nothing is known of such a key: 404 is the right answer, and one that only comes after a preflight.
  await tried('preflight', async () => (await fetch(`${gateway}/v1/registrations/status`, { ...unnamed, headers: { 'idempotency-key': 'diagnose-diagnose-diagnose' } })).status);
  await tried('session', async () => {
    const answer = await fetch(`${gateway}/v1/sessions`, { ...unnamed, method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"key":"${key}","form":"${form}"}` });
    return answer.status === 201 ? 'opened' : `REFUSED, ${answer.status} ${(await answer.json()).code}`;
  });

  const { blocked } = loader;
  say('blocked by the page', blocked ? `${blocked.effectiveDirective} refuses ${blocked.blockedURI}` : 'nothing that was seen');
  ['localStorage', 'sessionStorage'].forEach(name => {
    try {
      window[name].setItem('regcard:diagnose', '1');
      window[name].removeItem('regcard:diagnose');
      say(name, 'works');
    } catch (error) {
      say(name, `refused, ${error.name}`);
    }
  });
  say('page is', [isSecureContext ? 'secure' : 'NOT SECURE: no clipboard, no camera', crossOriginIsolated ? 'isolated' : '', navigator.onLine ? '' : 'OFFLINE'].filter(Boolean).join(', '));
  say('camera', document.featurePolicy ? document.featurePolicy.allowsFeature('camera') ? 'allowed by the page' : 'refused by the page' : 'not known');
  const changed = [native('fetch', window.fetch), native('XMLHttpRequest', window.XMLHttpRequest), native('Promise', window.Promise), native('JSON.stringify', JSON.stringify),
    native('Array.from', Array.from), native('customElements.define', customElements.define), 'toJSON' in Array.prototype ? 'Array.prototype.toJSON is the page\'s own' : ''].filter(Boolean);
  say('changed by the page', changed.join(', ') || 'nothing');
  const text = lines.join('\n');
  console.info(text);
  return text;
};

// The smallest modules that need what the card's own needs: after the eight bytes that every module begins with.
const features = {
  // A function that takes an externref.
  'reference types': [1, 5, 1, 96, 1, 111, 0],
  // A function that returns two numbers.
  multivalue: [1, 6, 1, 96, 0, 2, 127, 127],
  // Memory, and a function that fills none of it.
  'bulk memory': [1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 13, 1, 11, 0, 65, 0, 65, 0, 65, 0, 252, 11, 0, 11],
};
