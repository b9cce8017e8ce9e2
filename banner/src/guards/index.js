/** Ways out of the page that the head leaves to us: it has to be small, and nothing runs between it and
 *  this. */
import { guarding, guards, holds, nothing, patch } from '../head.js';
import { ATTRIBUTES } from './attributes.js';
import { CALLS } from './calls.js';
import { DOCUMENTS } from './documents.js';
import { follow, holdsFrame, leads } from './frames.js';
import { callStorage, getStorage, openDatabase, setStoredCookie } from './stores.js';
import { animate, patchStyle, setCss } from './style.js';
import { SVG } from './svg.js';
import { guardWorkers } from './workers.js';

/** @type {import('../block/realms.js').Patch[]} */
const PATCHES = [
  ...ATTRIBUTES,
  ...CALLS,
  ...DOCUMENTS,
  ...SVG,
  ['Element', 'animate', animate],
  ['KeyframeEffect', 'setKeyframes', animate],
  ['', 'Audio', (self, [url]) => holds(url) && (() => Object.assign(new self(), { src: url }))],
  ['', 'FontFace', setCss],
  [
    'CSSStyleSheet CSSGroupingRule CSSStyleRule CSSKeyframesRule CSSStyleDeclaration StylePropertyMap',
    /^(ins|rep|add|app|set|cssT)/,
    setCss,
  ],
  ['', 'open', (_, [url, name]) => holdsFrame(name, url) && nothing],
  ['HTMLFormElement', 'submit', (form) => leads(form) && nothing],
  ['CookieStore', 'set', setStoredCookie],
  ['', 'localStorage sessionStorage', 0, getStorage],
  ['StorageEvent', 'storageArea', 0, getStorage],
  ['Storage', /Item|key|clear/, callStorage],
  ['IDBFactory', 'open', openDatabase],
];

/** @param {any} scope a window */
const guard = (scope) => {
  patch(scope, PATCHES);
  guardWorkers(scope);
  patchStyle(scope.document.createElement('a').style);
};

/** Guard this window, and those that come. */
export const startGuards = () => {
  if (!guarding) return;
  for (const type of ['click', 'submit']) addEventListener(type, follow, true);
  guards.push(guard);
  guard(window);
};
