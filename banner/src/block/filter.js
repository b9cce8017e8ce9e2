/** What may become an attribute, a style sheet, a piece of HTML now. */
import { caught, clean, get, held, holds, mark, tagOf } from './hold.js';
import { gateTree } from './nodes.js';
import { trusted } from './trusted.js';

/** @param {string} text @param {(text: string) => void} [put] how it comes back */
export const css = (text, put) => {
  const kept = clean(text, /((?:@import|image-set\()\s*["']|,\s*["'](?=[^"']*\/\/)|url\(\s*["']?)([^"')]*)/gi);
  // A limit, because a page may set the same style for every frame of an animation.
  if (kept !== text && put && held.length < 999) held.push({ verdict: caught, release: () => put(text) });
  return kept;
};

/** Whether what the attribute says would be fetched. Custom elements fetch nothing by themselves, and where a
 *  link leads is the visitor's business. @param {any} element @param {string} name */
const fetches = (element, name) => {
  const tag = tagOf(element);
  const rel = tag === 'link' && get(element, 'rel');
  return /-|^(a|area|base)$/.test(tag) === (name === 'ping') && (!rel || /sheet|icon|pre|manifest/.test(rel));
};

/** How an address that is a document itself is changed; ../guards/documents.js knows.
 *  @type {{ rewrite?: (element: any, url: string, change: (html: string) => string) => string }} */
export const documents = {};

/** What the attribute may be now, null for nothing; what is held back is kept in the element.
 *  @param {any} element @param {string} name @param {string} value @returns {string | null} */
export const keep = (element, name, value) => {
  const kept =
    name === 'style'
      ? css(value)
      : name === 'srcdoc'
        ? html(value)
        : fetches(element, name) && value.match(/[^\s,]\S*/g)?.some(holds)
          ? null
          : (documents.rewrite?.(element, value, html) ?? value);
  if (kept !== value) mark(element, name, value);
  return kept;
};

const INSIDE = `(?:"[^"]*"|'[^']*'|[^'">])*>`;
const RAW = `<(script|style|textarea|title)\\b${INSIDE}[^]*?(?=</\\1|$)`;
const TAG = RegExp(`<!--[^]*?-->|${RAW}|<[a-z]${INSIDE}`, 'gi');
const inner = /** @type {any} */ (Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML'));

/** HTML as it may go to a sink: tag by tag, because document.write gets pieces.
 *  @param {string} text @returns {string} */
export const html = (text) =>
  text.replace(TAG, (tag) => {
    if (!/\/\/|&#/.test(tag)) return tag;
    const template = document.createElement('template');
    inner.set.call(template, trusted ? trusted.createHTML(tag) : tag);
    const before = inner.get.call(template);
    gateTree(template.content);
    const after = inner.get.call(template);
    // An <image> of an SVG became an <img>; the end tag comes later.
    return after === before ? tag : tag.replace(/[\s/>][^]*/, '') + after.replace(/^<\w+|<\/[^<]*$/g, '');
  });
