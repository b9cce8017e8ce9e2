/** Tags that the author has made inert by hand, in our words or in those of another consent tool. */
import { WAITS_FOR } from '../core/categories.js';
import { gateTree, kinds, vendors } from '../head.js';
import { INERT_TYPE, PREFIX, inert } from '../release/inert.js';
import { namedCategories, slugOf } from './names.js';

/** Where the address is kept, and whose attribute it is. */
const ADDRESSES = [
  ['data-src', 'src'],
  ['data-cookieblock-src', 'src'],
  ['uc-src', 'src'],
  ['data-href', 'href'],
  ['data-srcset', 'srcset'],
];

// The first three belong to pages as well (a shop's data-category="shoes"): there a word must be one that we know.
const WORDS = ['data-category', 'data-purpose', 'data-name', 'data-cookieconsent', 'data-cookieyes', 'data-usercentrics'];
const AMBIGUOUS = 3;

/** What the author calls it, and whether that can be a page's own word. @param {Element} node */
const named = (node) => {
  const group = /optanon-category-(\S+)/.exec(node.getAttribute('class') || '');
  if (group) return { text: group[1].replace(/-/g, ' '), ambiguous: false };
  const index = WORDS.findIndex((name) => node.hasAttribute(name));
  return index < 0
    ? undefined
    : {
        text: (node.getAttribute(WORDS[index]) || '').replace(/cookieyes-/g, ''),
        ambiguous: index < AMBIGUOUS && !node.hasAttribute('data-type'),
      };
};

/** Which categories and which service the author means; nothing where it is no tag of ours.
 *  @param {Element} node */
const meant = (node) => {
  const name = named(node);
  if (!name) return undefined;
  const vendor = vendors.indexOf(slugOf(node.getAttribute('data-vendor') || name.text));
  const codes = namedCategories(name.text);
  if (codes.length && !codes.includes(-1)) return { codes, vendor };
  if (vendor < 0 && name.ambiguous) return undefined;
  return { codes: [vendor < 0 ? 5 : kinds[vendor]], vendor };
};

/** A released tag still looks like one that was made by hand. @type {WeakSet<Element>} */
const adopted = new WeakSet();

/** Write down in our own markup what a manual tag waits for. @param {Element} node */
export const adopt = (node) => {
  const addresses = ADDRESSES.filter(
    ([from, to]) => node.hasAttribute(from) && node.getAttribute(to) !== node.getAttribute(from),
  );
  const runs = node.localName === 'template' || INERT_TYPE.test(node.getAttribute('type') || '');
  const wish = (runs || addresses.length) && !adopted.has(node) && inert(node, 'category') === null && meant(node);
  if (!wish) return;
  adopted.add(node);
  const keep = (/** @type {string} */ name, /** @type {string} */ value) => node.setAttribute(PREFIX + name, value);
  keep('category', wish.codes.map((code) => WAITS_FOR[code]).join(' '));
  if (wish.vendor >= 0) keep('vendor', vendors[wish.vendor]);
  if (node.localName === 'script') keep('type', node.getAttribute('data-type') || '');
  for (const [from, to] of addresses) keep(to, node.getAttribute(from) || '');
  gateTree(node);
};
