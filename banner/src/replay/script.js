/** One released script: put back where it stood, as the same element, so that its listeners stay. */
import { tagOf } from '../head.js';
import { HELD, INERT_TYPE, PREFIX, inert } from '../release/inert.js';
import { breathe } from './breathe.js';
import { restore } from './restore.js';
import { countModules, enter, takeWritten } from './stage.js';

/** @param {Element} node @returns {node is HTMLScriptElement} */
export const isScript = (node) => node.localName === 'script';

/** @param {HTMLScriptElement} node */
const typeOf = (node) => (inert(node, 'type') ?? node.type).replace(INERT_TYPE, '');
/** @param {HTMLScriptElement} node */
const isModule = (node) => typeOf(node) === 'module';
/** Those of SVG have a link. @param {Element} node */
const hasAddress = (node) =>
  ['src', 'href', 'xlink:href'].some((name) => inert(node, name) !== null || node.hasAttribute(name));

/** Whether its load or error will be told: not of data, and not of what this browser need not run.
 *  @param {HTMLScriptElement} node */
const reports = (node) =>
  node.ownerDocument.defaultView && hasAddress(node) && /^$|script|^module/i.test(typeOf(node)) && (isModule(node) || !node.noModule);

/** When it comes: 0 as soon as it is there, 1 in its turn, 2 after the document. @param {Element} node */
export const turn = (node) => {
  // Chromium may load a plug-in anew while the parser still reads
  if (!isScript(node)) return /^(embed|object)$/.test(tagOf(node)) ? 2 : 1;
  if (node.hasAttribute('async') && (hasAddress(node) || isModule(node))) return 0;
  return isModule(node) || (node.defer && hasAddress(node)) ? 2 : 1;
};

/** Make the scripts of a fragment wait, so that they can be run one after the other. @param {ParentNode} root */
export const park = (root) => {
  const scripts = [...root.querySelectorAll('script')];
  for (const script of scripts) {
    if (inert(script, 'category') !== null) continue;
    script.setAttribute(`${PREFIX}type`, script.getAttribute('type') || '');
    script.type = 'text/plain';
  }
  return scripts;
};

/** Put what the script has written behind it. @param {Element} node @param {(node: Element) => unknown} play */
const placeWritten = async (node, play) => {
  const text = takeWritten(node);
  if (!text || !node.isConnected) return;
  const range = document.createRange();
  range.setStartAfter(node);
  const fragment = range.createContextualFragment(text);
  const scripts = park(fragment);
  node.after(fragment);
  for (const script of scripts) await play(script);
};

/**
 * Start a script.
 * @param {HTMLScriptElement} node
 * @param {(node: Element) => unknown} play for the scripts that it writes
 * @returns {Promise<void>} when it has run
 */
export const start = async (node, play) => {
  const { parentNode, nextSibling } = node;
  const connected = node.isConnected;
  const module = isModule(node);
  const done = connected && reports(node) && new Promise((resolve) => {
    node.addEventListener('load', resolve);
    node.addEventListener('error', resolve);
  });
  node.dispatchEvent(new Event('consentinel:run'));
  enter(node);
  if (connected) node.remove();
  // A script that never ran has become asynchronous by itself; one of SVG has no such property, and waits all the same.
  if (!node.hasAttribute('async')) node.async = false;
  countModules(+module);
  restore(node, () => connected && parentNode?.insertBefore(node, nextSibling));
  // held anew by a rule that knows better
  if (!node.matches(HELD)) await (done || (module && breathe()));
  countModules(-module);
  await placeWritten(node, play);
};
