/** How an inert element gets back what was taken from it. */
import { judge, trusted, ungate } from '../head.js';
import { INERT_TYPE, PREFIX } from '../release/inert.js';

/** @param {Element} node @param {string} name @param {string} value */
const give = (node, name, value) => {
  const blessed = /** @type {any} */ (
    trusted ? (name === 'srcdoc' ? trusted.createHTML(value) : trusted.createScriptURL(value)) : value
  );
  if (name === 'xlink:href') node.setAttributeNS('http://www.w3.org/1999/xlink', name, blessed);
  else node.setAttribute(name, blessed);
};

/** Take the inert attributes off; what they keep is returned. @param {Element} node @returns {[string, string][]} */
const strip = (node) =>
  [...node.attributes]
    .filter(({ name }) => name.startsWith(PREFIX))
    .map(({ name, value }) => {
      node.removeAttribute(name);
      return [name.slice(PREFIX.length), value];
    });

/** Some elements look at an address only on their way into the document.
 *  @param {Element} node @param {() => void} run */
const anew = (node, run) => {
  const { parentNode, nextSibling } = node;
  if (!parentNode || !/^(link|track)$/.test(node.localName)) return run();
  node.remove();
  run();
  parentNode.insertBefore(node, nextSibling);
};

/**
 * Give an element its attributes back. Their setters judge once more: what the author allows but a rule holds stays
 * held. Only of an address that no rule knows the author's word is the last.
 * @param {Element} node
 * @param {() => void} [then] runs with the same freedom
 */
export const restore = (node, then) => {
  const kept = strip(node).filter(([name]) => name !== 'category' && name !== 'vendor');
  const run = () => {
    for (const [name, value] of kept) if (value || name !== 'type') give(node, name, value);
    if (INERT_TYPE.test(node.getAttribute('type') || '')) node.removeAttribute('type');
    // a <source> is looked at only when its player is told to
    if (node.localName === 'source') /** @type {any} */ (node.parentNode)?.load?.();
    then?.();
  };
  const whole = () => anew(node, run);
  if (kept.some(([, value]) => judge(value)?.category === 6)) ungate(whole);
  else whole();
};
