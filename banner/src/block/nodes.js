/** Elements: what the parser or a script puts into a document. */
import { ATTRIBUTES } from './attributes.js';
import { css, keep } from './filter.js';
import { clean, get, isPlugin, list, mark, PREFIX, remove, set, tagOf } from './hold.js';
import { trusted } from './trusted.js';

/** What is looked at; ../release adds to it. */
export const selectors = [
  'script,style,iframe',
  `[${PREFIX}category]`,
  ...ATTRIBUTES.map((name) => `[${name.replace(/.*:/, '*|')}]`),
];

/** Elements that nobody has to look at: ours, and scripts that had started before. */
export const spared = new WeakSet();

/** Frames that have come and whose realm is not patched yet. @type {any[]} */
export const frames = [];

/** @param {any} element @param {string} name */
const gateAttribute = (element, name) => {
  const value = get(element, name);
  if (value === null) return;
  const kept = keep(element, name, value);
  if (kept === value) return;
  // What is on its way already is stopped: a frame by another address, a film by load(), a plug-in by
  // leaving the tree.
  if (kept !== null || /frame/.test(tagOf(element))) set(element, name, kept ?? 'about:blank');
  else remove(element, name);
  if (!isPlugin(element)) element.load?.();
  else queueMicrotask(() => element.parentNode?.insertBefore(element, element.nextSibling));
};

/** Addresses in a script that is no code, or imports them. @param {any} element */
const gateScript = (element) => {
  const { type, text } = element;
  const module = type === 'module';
  if (!module && !/map|rules/.test(type)) return;
  const kept = clean(text, module ? /((?:from|import)\s*["'])([^"']+)/g : /(")([^"]*\/\/[^"]+)/g);
  if (kept === text) return;
  // The rest of an import map is the site's own: without it nothing would run.
  if (type === 'importmap') element.text = trusted ? trusted.createScript(kept) : kept;
  else mark(element, 'type', type);
};

/** @param {any} element */
const gateElement = (element) => {
  const tag = tagOf(element);
  if (/^#/.test(tag)) return;
  for (const name of ATTRIBUTES) gateAttribute(element, name);
  if (tag === 'script') gateScript(element);
  if (tag === 'iframe') frames.push(element);
  if (tag === 'style') {
    const text = element.textContent;
    const kept = css(text, () => (element.textContent = text));
    if (kept !== text) element.textContent = kept;
  }
  list(element);
};

/** Gate everything at and below a node. Text among the arguments of append(), the null of insertBefore() and what is
 *  ours is looked at first: an exception costs more than all the rest. @param {any} root */
export const gateTree = (root) => {
  try {
    if (Object(root) !== root || spared.has(root)) return;
    gateElement(root);
    const { querySelectorAll } = /^#/.test(tagOf(root)) ? root : Element.prototype;
    querySelectorAll?.call(root, selectors).forEach((/** @type {any} */ node) => spared.has(node) || gateElement(node));
  } catch {
    // no node at all
  }
};
