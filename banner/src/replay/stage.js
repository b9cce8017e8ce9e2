/** What scripts that come late still expect of a page: that it is being parsed, and that its events lie ahead. */
import { attempt } from './breathe.js';
import { override } from './override.js';

/** Events of the past, and when they were, in the navigation's timing. @type {Record<string, string>} */
const PAST = { DOMContentLoaded: 'domContentLoadedEventStart', readystatechange: 'domComplete', load: 'loadEventStart' };
/** @type {[any, string, string][]} */
const HANDLERS = [
  [document, 'onreadystatechange', 'readystatechange'],
  [window, 'onload', 'load'],
];

/** Scripts that were released. @type {WeakSet<Element>} */
const started = new WeakSet();
/** @type {WeakMap<Element, string>} */
const written = new WeakMap();
/** @type {(() => void)[]} */
let calls = [];
/** @type {(() => void)[]} */
let undo = [];
let visits = 0;
/** Modules that run have no currentScript. */
let modules = 0;

/** @param {string} type */
const isPast = (type) => {
  const [timing] = performance.getEntriesByType('navigation');
  return /** @type {any} */ (timing)?.[PAST[type]] > 0;
};
const isOurs = () => (document.currentScript ? started.has(document.currentScript) : modules > 0);

/** @param {any} target @param {string} type @param {any} listener */
const call = (target, type, listener) => {
  const event = Object.defineProperty(new Event(type), 'target', { value: target });
  if (listener.handleEvent) listener.handleEvent(event);
  else listener.call(target, event);
};

/** @param {any} target */
const catchListeners = (target) =>
  override(target, 'addEventListener', (add) => (type, listener, ...rest) => {
    const late = listener && (type !== 'load' || target === window) && PAST[type] && isOurs() && isPast(type);
    if (late) calls.push(() => call(target, type, listener));
    else add.call(target, type, listener, ...rest);
  });

/** @param {string} name @param {string} end */
const catchWriting = (name, end) =>
  override(document, name, (old) => (...texts) => {
    const node = document.currentScript;
    if (!node || !started.has(node)) return old.apply(document, texts);
    if (name[0] === 'w') written.set(node, (written.get(node) || '') + texts.join('') + end);
    return document;
  });

/** A handler set by attribute name replaces the page's own, which has been called; that one comes back at the end.
 *  @param {[any, string, string]} handler */
const catchHandler = ([target, name, type]) => {
  const old = target[name];
  if (isPast(type)) target[name] = null;
  return () => void (target[name] ||= old);
};

const setUp = () => {
  undo = [
    catchListeners(document),
    catchListeners(window),
    catchWriting('write', ''),
    catchWriting('writeln', '\n'),
    catchWriting('open', ''),
    catchWriting('close', ''),
    ...HANDLERS.map(catchHandler),
  ];
};

/** Call what released scripts wanted to be called for events that are over, once each. */
export const callLate = () => {
  for (const [target, name, type] of HANDLERS) {
    const handler = isPast(type) && target[name];
    if (handler) {
      target[name] = null;
      calls.push(() => call(target, type, handler));
    }
  }
  for (const run of calls.splice(0)) attempt(run);
};

export const openStage = () => {
  if (!visits++) setUp();
};

export const closeStage = () => {
  callLate();
  if (!--visits) for (const back of undo) back();
};

/** @param {Element} script */
export const enter = (script) => started.add(script);

/** @param {number} change */
export const countModules = (change) => (modules += change);

/** What the script has written so far, which is forgotten here. @param {Element} script */
export const takeWritten = (script) => {
  const text = written.get(script);
  written.delete(script);
  return text;
};
