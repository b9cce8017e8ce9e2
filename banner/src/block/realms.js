/** Which native is patched by what, and in which windows: every same-origin frame has natives of its own. */
import { NAMES } from './attributes.js';
import { html, keep } from './filter.js';
import { get, holds, holdsName, isPlugin, nothing, PREFIX, remove, tagOf } from './hold.js';
import { hook } from './hook.js';
import { gateNetwork } from './network.js';
import { frames, gateTree } from './nodes.js';
import { alike } from './trusted.js';

/** @typedef {import('./hook.js').Before} Before */
/** @typedef {import('./hook.js').After} After */

/** Replace an argument by what may be set. @param {any[]} args @param {number} at
 *  @param {(text: string) => string | null} keeps */
const swap = (args, at, keeps) => {
  const text = `${args[at]}`;
  const kept = keeps(text);
  if (kept === null) return nothing;
  if (kept !== text) args[at] = alike(args[at], kept);
};

/** Set an attribute to an argument. @param {any} element @param {any} name @param {any[]} args
 *  @param {number} at */
export const assign = (element, name, args, at) => {
  name = `${name}`.toLowerCase();
  if (!NAMES.test(name)) return;
  remove(element, PREFIX + name);
  return swap(args, at, (text) => keep(element, name, text));
};

/** The address that is held back. @type {After} */
const original = (answer, element, [asked], property) => {
  const name = asked ?? property;
  const value = NAMES.test(name) && get(element, PREFIX + name);
  if (!value || Object(answer) === answer) return answer;
  return asked || /set|ping|doc/.test(name) ? value : new URL(value, document.baseURI).href;
};

/** @type {Before} */
const insert = (_, args) => args.forEach(gateTree);

/** What came in as HTML is known by its marks. @type {After} */
const collect = (answer, self) => {
  if (typeof answer !== 'string') gateTree(answer || self);
  openFrames();
};

const openFrames = () => frames.splice(0).forEach((frame) => guard(frame.contentWindow));

/** Tags that document.write has not finished yet. @type {WeakMap<Document, string>} */
const tails = new WeakMap();

/** @type {Before} */
const write = (doc, args) => {
  const given = args.join('');
  const all = (tails.get(doc) || '') + given;
  const [, text, tail = ''] = /** @type {string[]} */ (/^([^]*?)(<[a-z][^>]*)?$/i.exec(all));
  tails.set(doc, tail);
  const kept = html(text);
  if (kept !== given) args.splice(0, 9, alike(args[0], kept));
};

/** Who may not set a cookie deletes it. @type {Before} */
const setCookie = (_, args) => {
  if (holdsName(`${args[0]}`.split('=')[0].trim())) args[0] += ';max-age=0';
};

/** Interfaces ('' is the window), their members, what comes before and after. By name: a browser makes an interface
 *  when it is first asked for, and to look through all of them takes longer than all else here.
 *  @typedef {[interfaces: string, members: string | RegExp, before?: Before | 0, after?: After]} Patch */

const WINDOWS = 'HTMLIFrameElement HTMLFrameElement HTMLObjectElement';

/** @type {Patch[]} */
const PATCHES = [
  [
    `${WINDOWS} HTMLImageElement HTMLScriptElement HTMLEmbedElement HTMLMediaElement HTMLVideoElement ` +
      'HTMLSourceElement HTMLTrackElement HTMLInputElement HTMLLinkElement HTMLAnchorElement HTMLAreaElement ' +
      'HTMLBodyElement SVGAElement',
    NAMES,
    (self, args, name) => assign(self, name, args, 0),
    original,
  ],
  // 12 letters: the value is argument 1; 14: argument 2
  ['Element', /^setAttribute(NS)?$/, (self, args, name) => assign(self, args[name.length / 2 - 6], args, name.length / 2 - 5)],
  ['Element', 'getAttribute', 0, original],
  [
    'Node Element Document DocumentFragment CharacterData Range',
    /^(app|prep|ins|rep|bef|aft|surr|imp|ado)/,
    insert,
    openFrames,
  ],
  [
    'Element ShadowRoot Range',
    /HTML|textualF/,
    (_, args, name) => swap(args, /^ins/.test(name) ? 1 : 0, html),
    collect,
  ],
  ['Document', /^write/, write],
  ['', 'open', 0, (opened) => guard(opened)],
  [WINDOWS, /^content/, 0, (opened) => guard(opened.defaultView || opened)],
  ['Document', 'cookie', setCookie],
];

/** @param {any} scope a window @param {Patch[]} patches */
export const patch = (scope, patches) => {
  for (const [interfaces, members, before, after] of patches) {
    for (const each of interfaces.split(' ')) {
      const owner = each ? scope[each]?.prototype : scope;
      const names =
        typeof members === 'string'
          ? members.split(' ')
          : Object.getOwnPropertyNames(owner || 0).filter((name) => members.test(name));
      for (const name of names) hook(owner, name, before, after);
    }
  }
};

/** What is done to every window; ../guards adds to it. @type {((scope: any) => void)[]} */
export const guards = [(scope) => patch(scope, PATCHES), (scope) => gateNetwork(scope, holds, hook)];

const seen = new WeakSet();

/** @param {any} root a document or shadow root */
const watch = (root) => {
  new MutationObserver((records) => {
    for (const { addedNodes, target } of records) {
      for (const node of addedNodes) {
        // text of a style sheet that is there already
        gateTree(tagOf(target) === 'style' ? target : node);
        if (isPlugin(node)) continue;
        const { shadowRoot } = /** @type {any} */ (node);
        if (shadowRoot) watch(shadowRoot);
      }
    }
    openFrames();
  }).observe(root, { childList: true, subtree: true });
  gateTree(root);
  openFrames();
};

/** Guard a window, if there is one and it is one of ours. @param {any} scope */
export const guard = (scope) => {
  if (!scope) return;
  try {
    const { document: doc, Node: realm } = scope;
    if (!seen.has(realm)) {
      seen.add(realm);
      for (const each of guards) each(scope);
    }
    if (seen.has(doc)) return;
    seen.add(doc);
    doc.addEventListener('load', (/** @type {any} */ { target }) => guard(target.contentWindow), true);
    watch(doc);
  } catch {}
};
