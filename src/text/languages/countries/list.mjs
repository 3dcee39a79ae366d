// Writes the countries in a language, in the order of that language, as Unicode CLDR has them: what the painted form and the hosted page
// show. From this folder, for German: node list.mjs de > de.txt
import { readFileSync } from 'node:fs';

const [language] = process.argv.slice(2);
const codes = readFileSync(new URL('en.txt', import.meta.url), 'utf8').match(/^[A-Z]{2}/gm);
const names = new Intl.DisplayNames([language], { type: 'region' });
const countries = codes.map(code => [code, names.of(code)]).sort(([, one], [, other]) => one.localeCompare(other, language));
console.log(countries.map(country => country.join(' ')).join('\n'));
