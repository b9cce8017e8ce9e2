/** What a strict page on static hosting does for the service worker, which chooses the next page's policy. */
import { config, consent, trusted } from './head.js';
import { renew } from './renew.js';

const CACHE = 'consentinel';
const NOTE = '/consentinel-state';
const RENEWED = 'consentinel.renewed';
const workers = config.mode === 'strict' && config.sw && navigator.serviceWorker;
let chosen = false;

/** A worker of the site's own is never replaced: it imports ours. @param {ServiceWorkerContainer} container */
const register = async (container) => {
  const sw = /** @type {string} */ (config.sw);
  const theirs = await container.getRegistration();
  const worker = theirs && (theirs.active || theirs.waiting || theirs.installing);
  if (worker && new URL(worker.scriptURL).pathname !== sw) return;
  const address = /** @type {string} */ (trusted ? trusted.createScriptURL(sw) : sw);
  await container.register(address, { updateViaCache: 'none' });
};

/** For the worker, which may not see the cookie, and has to be there before the page loads again.
 *  @param {ServiceWorkerContainer} container @param {string} value */
const note = async (container, value) => {
  const notes = await caches.open(CACHE);
  if (!value) return notes.delete(NOTE);
  await notes.put(NOTE, new Response(value, { headers: { at: `${Date.now()}` } }));
  await register(container);
  return container.ready;
};

/** An answer that has run out, was deleted or was given on another host has left a note that says something else, and
 *  maybe this page with its policy: then the page is loaded anew, once.
 *  @param {ServiceWorkerContainer} container */
const compare = async (container) => {
  const text = consent.text();
  const noted = await caches.match(NOTE, { cacheName: CACHE });
  const same = ((await noted?.text()) || '') === text;
  if (chosen) return;
  if (same) return sessionStorage.removeItem(RENEWED);
  await note(container, text);
  if (sessionStorage.getItem(RENEWED)) return;
  sessionStorage.setItem(RENEWED, '1');
  renew();
};

/** Start the service worker where there is one to start; nobody waits for it. */
export const startHosting = () => {
  if (!workers) return;
  register(workers).catch(() => {});
  compare(workers).catch(() => {});
};

/** Tell the worker the cookie's new value, '' for none. @param {string} value */
export const settleHosting = (value) => {
  chosen = true;
  return workers && note(workers, value);
};
