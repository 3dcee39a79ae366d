// Prints what was registered, and nothing of the page around it: the card's words in a frame of their own.
export default card => {
  const frame = document.createElement('iframe');
  // No style attribute, which a page's policy may refuse: the object model sets it.
  Object.assign(frame.style, { position: 'fixed', inlineSize: '1px', blockSize: '1px', border: '0', opacity: '0' });
  frame.setAttribute('aria-hidden', 'true');
  document.body.append(frame);
  const page = frame.contentDocument, view = frame.contentWindow;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync('body{font:16px/1.5 system-ui,sans-serif;margin:2em}button,a,svg,.unseen{display:none}dt{font-weight:600;margin-top:.75em}dd{margin:0}');
  page.adoptedStyleSheets = [sheet];
  page.documentElement.lang = card.lang;
  page.documentElement.dir = card.dir;
  page.title = card.querySelector('h2').textContent;
  page.body.append(page.importNode(card, true));
  view.addEventListener('afterprint', () => frame.remove());
  view.focus();
  view.print();
};
