/** Frames of HTML text: srcdoc, blob: and data: addresses. Their scripts may run before anybody outside can see
 *  the new window (WebKit). So the text begins with one that asks for the guard; a data: document cannot, nor
 *  one in a sandbox: they get what workers get. */
import { documents, get, guard, meets, script, set, tagOf, trusted } from '../head.js';
import { blobs, prelude, rewriteData } from './workers.js';

const CALL = 'frameElement.consentinel(self);document.currentScript.remove()';

/** @param {string} code */
const tag = (code) => `<script class=consentinel nonce="${script?.nonce}">${code}</script>`;
const TAG = /<script class=consentinel[^]*?<\/script>/;

/** @type {WeakMap<Blob, string>} */
const texts = new WeakMap();

/** @param {any} part of a blob */
const textOf = (part) =>
  typeof part === 'string' ? part : (texts.get(part) ?? new TextDecoder().decode(part));

/** The address of a document with this document changed.
 *  @param {string} url @param {(html: string) => string} change */
const rewrite = (url, change) => {
  const text = texts.get(blobs.get(url));
  const kept = text && change(text);
  if (kept && kept !== text) return URL.createObjectURL(new Blob([kept], { type: 'text/html;charset=utf-8' }));
  return /^data:[^,]*html/i.test(url) ? rewriteData(url, change) : url;
};
documents.rewrite = (element, url, change) =>
  /frame|^em|^ob/.test(tagOf(element)) ? rewrite(url, change) : url;

/** @param {any} frame @param {any[]} args @param {number} at @param {string} name */
const lead = (frame, args, at, name) => {
  const given = `${args[at]}`;
  const sandbox = get(frame, 'sandbox') ?? 'same scripts';
  if (!/scripts/.test(sandbox)) return;
  const alone = /^data:/i.test(given) || !/same/.test(sandbox);
  /** @param {string} text */
  const change = (text) =>
    // Without a script of its own nothing has to be guarded, and a policy need not allow ours.
    /<script[^>]*>[^<]|\son\w+\s*=/i.test(text) && !TAG.test(text)
      ? text.replace(/^\s*(<!doctype[^>]*>)?/i, (start) => start + tag(alone ? prelude() : CALL))
      : text;
  const led = (/doc/i.test(name) ? change : (/** @type {string} */ url) => rewrite(url, change))(given);
  if (led === given) return;
  frame.consentinel = guard;
  args[at] = trusted && typeof args[at] === 'object' ? trusted.createHTML(led) : led;
};

// WebKit, of what the parser brings: no setter sees it, and its window is a new one.
if (/^A/.test(navigator.vendor)) {
  meets.push((element) => {
    const text = element.localName === 'iframe' && get(element, 'srcdoc');
    if (!text) return;
    const args = [text];
    lead(element, args, 0, 'srcdoc');
    if (args[0] !== text) set(element, 'srcdoc', args[0]);
  });
}

/** @type {import('../block/realms.js').Patch[]} */
export const DOCUMENTS = [
  [
    'HTMLIFrameElement',
    /^src(doc)?$/,
    (frame, args, name) => lead(frame, args, 0, name),
    (answer) => (typeof answer === 'string' ? answer.replace(TAG, '') : answer),
  ],
  [
    'Element',
    'setAttribute',
    (element, args) =>
      void (element.localName === 'iframe' && /^src(doc)?$/i.test(args[0]) && lead(element, args, 1, args[0])),
  ],
  // What a blob: address stands for can be read later only.
  [
    '',
    'Blob File',
    0,
    (blob, _, [parts]) => {
      if (/html/.test(blob.type)) texts.set(blob, parts.map(textOf).join(''));
    },
  ],
];
