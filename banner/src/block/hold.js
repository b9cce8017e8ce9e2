/** What is held back, and how it is written into the document until it may go. */
import { consent } from '../core/consent.js';
import { WAITS_FOR } from '../core/categories.js';
import { judge, judgeName, vendors } from '../core/rules.js';

/** @typedef {import('../types').Verdict} Verdict */

export const PREFIX = 'data-consentinel-';

/** What waits, in the order in which it was asked for.
 *  @type {{ verdict: Verdict, node?: Element, release?: () => void }[]} */
export const held = [];

/** Why something was held back last. @type {Verdict} */
export let caught;

let open = 0;

/** Run `run` with everything let through. @template T @param {() => T} run @returns {T} */
export const ungate = (run) => {
  open++;
  try {
    return run();
  } finally {
    open--;
  }
};

/** @param {Verdict | null} verdict */
const stops = (verdict) => !open && verdict && !consent.allows(verdict) && (caught = verdict);

export const nothing = () => {};

/** Why the address is held back, if it is. @param {any} url */
export const holds = (url) => stops(judge(url));

/** Why the cookie or storage key is held back, if it is. @param {any} name */
export const holdsName = (name) => stops(judgeName(name));

/** Put others in the place of the addresses that are held back.
 *  @param {string} text @param {RegExp} where an address, and what stands before it */
export const clean = (text, where) =>
  text.replace(where, (all, lead, url) => (holds(url) ? `${lead}data:,` : all));

// The native methods: ours must not meet themselves.
export const [get, set, remove] = ['get', 'set', 'remove'].map((verb) => {
  const native = /** @type {any} */ (Element.prototype)[`${verb}Attribute`];
  return (/** @type {Element} */ element, /** @type {string[]} */ ...args) => native.apply(element, args);
});

// Read natively, too: asked for any property by its object, an <embed> or <object> in Chromium starts its
// plug-in, and all others that have just come.
const nodeName = /** @type {any} */ (Object.getOwnPropertyDescriptor(Node.prototype, 'nodeName')).get;

/** @param {any} node @returns {string} */
export const tagOf = (node) => nodeName.call(node).toLowerCase();

/** @param {any} node */
export const isPlugin = (node) => /^(em|ob)/.test(tagOf(node));

/** Who looks at each element that may wait, perhaps more than once; ../release adds to it.
 *  @type {((element: any) => void)[]} */
export const meets = [];

/** Remember an element that waits, wherever it is: a plug-in as soon as no other has its address any more.
 *  @param {any} element */
export const list = (element) => {
  const go = () => {
    if (!element.ownerDocument.defaultView) return;
    const word = get(element, `${PREFIX}category`);
    if (word !== null && !held.some(({ node }) => node === element)) {
      const category = /** @type {any} */ (WAITS_FOR.indexOf(word));
      const vendor = vendors.indexOf(get(element, `${PREFIX}vendor`));
      held.push({ verdict: { category, vendor }, node: element });
    }
    for (const meet of meets) meet(element);
  };
  if (isPlugin(element)) queueMicrotask(go);
  else go();
};

/** Keep the value of an attribute until it may be set.
 *  @param {any} element @param {string} name @param {string} value */
export const mark = (element, name, value) => {
  const type = get(element, 'type') || '';
  if (tagOf(element) === 'script' && type !== 'text/plain') {
    // A script that was made by a script is asynchronous without saying so.
    if (element.async) element.async = true;
    set(element, `${PREFIX}type`, type);
    set(element, 'type', 'text/plain');
  }
  for (const [key, text] of [
    [name, value],
    ['category', WAITS_FOR[caught.category]],
    ['vendor', vendors[caught.vendor] || ''],
  ]) {
    set(element, PREFIX + key, text);
  }
  list(element);
};
