import { lifetime } from './lifetime.js';
import { make } from './make.js';

/**
 * One service with what it keeps; the catalogue speaks English.
 * @param {import('./kit').Vendor} vendor
 * @param {HTMLInputElement | undefined} box
 * @param {import('./kit').Texts} texts
 * @param {string} language
 */
function service({ name, purpose, policy, items }, box, texts, language) {
  const title = make('h3', {}, box ? make('label', { for: box.id }, name) : name);
  const about = make('div', {}, title, make('p', { lang: 'en' }, purpose));
  if (policy) about.append(make('a', { href: policy, rel: 'noopener', target: '_blank' }, texts.policy.replace('{vendor}', name)));
  return make('div', { class: 'vendor' }, make('div', { class: 'row' }, about, box ?? ''), make('ul', {}, ...items.map((item) => entry(item, texts, language))));
}

/** @param {import('./kit').Item} item @param {import('./kit').Texts} texts @param {string} language */
function entry({ kind, name, days, purpose }, texts, language) {
  const about = [texts[kind], lifetime(days, language, texts)].join(' · ');
  return make('li', {}, make('code', { dir: 'ltr' }, name), ' ', about, make('span', { lang: 'en' }, purpose && ` · ${purpose}`));
}

/**
 * The services of one category, folded.
 * @param {import('./kit').Vendor[]} vendors
 * @param {(HTMLInputElement | undefined)[]} boxes
 * @param {import('./kit').Texts} texts
 * @param {string} language
 */
export function folded(vendors, boxes, texts, language) {
  const services = vendors.map((vendor, i) => service(vendor, boxes[i], texts, language));
  return make('details', {}, make('summary', {}, texts.services.replace('{count}', `${vendors.length}`)), ...services);
}
