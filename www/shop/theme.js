// The page on which the card's looks are tried: what is chosen goes to the card as a merchant's page would say it, and into the snippet.
const wishes = document.getElementById('wishes');
const card = document.querySelector('reg-card');
const script = document.querySelector('script[src$="regcard.js"]').src;
const link = card.querySelector('a').href;
const usual = { '--regcard-accent': '#0b57d0' };

const text = value => value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

function show() {
  const chosen = [...new FormData(wishes)].map(([name, value]) => [name, value === usual[name] ? '' : value]);
  const looks = chosen.filter(([name]) => name.startsWith('--'));
  const options = chosen.filter(([name]) => !name.startsWith('--'));
  for (const [name, value] of looks) value ? card.style.setProperty(name, value) : card.style.removeProperty(name);
  for (const [name, value] of options) value ? card.setAttribute(name, value) : card.removeAttribute(name);
  const rules = looks.filter(([, value]) => value).map(([name, value]) => `  ${name}: ${value};`);
  const attributes = options.filter(([, value]) => value).map(([name, value]) => ` ${name}="${text(value)}"`).join('');
  const form = wishes.elements.form.value;
  const to = form ? link.replace(/[^/]+$/, form) : link;
  document.getElementById('snippet').textContent = [
    ...(rules.length ? ['<style>', 'reg-card {', ...rules, '}', '</style>'] : []),
    `<script async src="${script}"></${'script'}>`,
    `<reg-card${attributes}><a href="${to}">Register your product</a></reg-card>`,
  ].join('\n');
}

wishes.addEventListener('input', show);
wishes.addEventListener('submit', event => event.preventDefault());
document.getElementById('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(document.getElementById('snippet').textContent);
  document.getElementById('copied').textContent = 'Copied';
});
show();
