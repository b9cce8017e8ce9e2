/** Workers made of text: the same patches run before it. A worker file on the site's own host is left alone. */
import { allows, config, gateNetwork, hook, own, readRules, trusted, vendors } from '../head.js';

/**
 * A data: address with what it holds changed. Needs nothing around it, like the next.
 * @param {string} url
 * @param {(text: string) => string} change
 */
export function rewriteData(url, change) {
  return url.replace(/^(data:[^,]*?(;base64)?,)([^]*)/i, (all, lead, base64, data) => {
    const before = (base64 ? atob : decodeURIComponent)(data);
    const after = change(before);
    return after === before ? all : lead + (base64 ? btoa : encodeURIComponent)(after);
  });
}

/**
 * Put `prelude()` before the text of each worker that `scope` starts. Needs nothing around it: its text also
 * runs in workers, for those that they start.
 * @param {any} scope a window or a worker
 * @param {() => string} prelude
 * @param {typeof import('../block/hook.js').hook} hook
 * @param {typeof rewriteData} rewrite
 * @param {Map<string, any>} blobs what a blob: address stands for, then the address to use instead: a shared
 *   worker is known by it
 * @param {(given: any, url: string) => any} alike the address as the kind of thing that was given
 */
function gateWorkers(scope, prelude, hook, rewrite, blobs, alike) {
  hook(scope.URL, 'createObjectURL', 0, (url, _, [blob]) => void blobs.set(url, blob));
  hook(scope.URL, 'revokeObjectURL', (_, [url]) => void blobs.delete(url));
  for (const name of ['Worker', 'SharedWorker']) {
    hook(scope, name, (_, args) => {
      const url = `${args[0]}`;
      let to = blobs.get(url);
      if (to?.size >= 0) {
        blobs.set(url, (to = URL.createObjectURL(new Blob([prelude(), to], { type: to.type }))));
      }
      to ||= rewrite(url, (text) => prelude() + text);
      if (to !== url) args[0] = alike(args[0], to);
    });
  }
}

/**
 * What runs before the text of a worker. Its text does, and has nothing around it.
 * @param {Function[]} parts this function first, then those that it uses
 * @param {[rules: string, own: string[], all: number]} data all: 7 where what no rule knows is held back,
 *   else 6
 */
function start(parts, data) {
  const [, read, network, workers, hook, rewrite] = /** @type {any[]} */ (parts);
  const { judge } = read(data[0], data[1], () => location.href);
  network(self, (/** @type {any} */ url) => judge(url)?.category % data[2], hook);
  const text = `(${parts[0]})([${parts}],${JSON.stringify(data)});`;
  workers(self, () => text, hook, rewrite, new Map(), (/** @type {any} */ _, /** @type {string} */ url) => url);
}

const PARTS = [start, readRules, gateNetwork, gateWorkers, hook, rewriteData];

/** The rules as the answer is now: 0 for what may go. A worker that runs keeps them until it is started
 *  again. */
export const prelude = () => {
  const rules = config.rules.replace(/^\d(\S*)/gm, (line, slug) =>
    (allows({ category: /** @type {any} */ (+line[0]), vendor: vendors.indexOf(slug) }) ? 0 : 5) + slug,
  );
  return `(${start})([${PARTS}],${JSON.stringify([rules, own, allows({ category: 6, vendor: -1 }) ? 6 : 7])});`;
};

/** What the blob: addresses stand for. @type {Map<string, any>} */
export const blobs = new Map();

/** @param {any} scope a window */
export const guardWorkers = (scope) =>
  gateWorkers(scope, prelude, hook, rewriteData, blobs, (given, url) =>
    trusted && typeof given === 'object' ? trusted.createScriptURL(url) : url,
  );
