/** Release all that may run now: in the document's order, one pass after the other, each thing once. */
import { allows, held } from '../head.js';
import { HELD, inert } from '../release/inert.js';
import { permitted } from '../release/waits.js';
import { attempt, breathe } from './breathe.js';
import { restore } from './restore.js';
import { isScript, park, start, turn } from './script.js';
import { callLate, closeStage, openStage } from './stage.js';
import { others, waiting } from './waiting.js';

/** @param {HTMLTemplateElement} node @param {(node: Element) => unknown} play */
const unfold = async (node, play) => {
  const scripts = park(node.content);
  node.replaceWith(node.content);
  for (const script of scripts) await play(script);
};

/** A pass: plays elements, and knows which scripts are under way. */
const makePass = () => {
  /** @type {Promise<void>[][]} by turn */
  const running = [[], [], []];
  const settled = () => Promise.all(running[1]);
  /** @param {Element} node @param {boolean} [within] written by a script that is under way itself */
  const play = async (node, within) => {
    if (!permitted(node)) return;
    await breathe();
    if (node.localName === 'template') return unfold(/** @type {HTMLTemplateElement} */ (node), play);
    if (!isScript(node)) return restore(node);
    // one after the other, each with what it writes
    if (turn(node) === 1 && !within) await settled();
    const done = attempt(() => start(node, (script) => play(script, true)));
    if (within) await done;
    else running[turn(node)].push(done);
  };
  return { running, settled, play: (/** @type {Element} */ node) => attempt(() => play(node)) };
};

/** What no element stands for: style rules, and the like. */
const releaseOthers = () => {
  for (const entry of others().filter(({ verdict }) => allows(verdict))) {
    held.splice(held.indexOf(entry), 1);
    attempt(() => entry.release?.());
  }
};

/** Whether its document goes away, because a frame around it is among those that are released.
 *  @param {Element} node @param {Element[]} nodes @returns {boolean} */
const leaves = (node, nodes) => {
  const frame = node.ownerDocument.defaultView?.frameElement;
  return !!frame && (nodes.includes(frame) || leaves(frame, nodes));
};

/** Elements that wait no more. @param {Element[]} gone */
const forget = (gone) => {
  const wait = held.filter(({ node }) => !node || (inert(node, 'category') !== null && !gone.includes(node)));
  held.splice(0, held.length, ...wait);
};

const pass = async () => {
  await breathe();
  const all = waiting().filter(permitted);
  const staying = all.filter((node) => !leaves(node, all));
  // Deferred ones come after all of the document, which the parser may still be reading.
  const parsing = document.readyState === 'loading';
  if (parsing) document.addEventListener('DOMContentLoaded', replay, { once: true });
  const nodes = staying.filter((node) => !parsing || turn(node) < 2);
  releaseOthers();
  if (!nodes.length) return;
  openStage();
  const { running, settled, play } = makePass();
  const deferred = nodes.filter((node) => turn(node) > 1);
  for (const node of nodes) if (!deferred.includes(node) && node.matches(HELD)) await play(node);
  await settled();
  for (const node of deferred) if (node.matches(HELD)) await play(node);
  await Promise.all(running[2]);
  forget(all.filter((node) => !staying.includes(node)));
  callLate();
  // scripts that are asynchronous hold nobody up
  Promise.all(running[0]).then(closeStage);
};

let last = Promise.resolve();

/** @returns {Promise<void>} when all that need not be asynchronous has run */
export const replay = () => (last = last.then(() => attempt(pass)));
