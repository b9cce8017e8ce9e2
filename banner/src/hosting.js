/** What a strict page does for whoever chooses the next page's policy: the service worker, or the site's own server. */
import { config, trusted } from './head.js';

const PATIENCE_MS = 1000;
const workers = navigator.serviceWorker;

/** A worker of the site's own is never replaced: it imports ours. */
const register = async () => {
  const sw = /** @type {string} */ (config.sw);
  const theirs = await workers.getRegistration();
  const worker = theirs && (theirs.active || theirs.waiting || theirs.installing);
  if (worker && new URL(worker.scriptURL).pathname !== sw) return;
  const address = /** @type {string} */ (trusted ? trusted.createScriptURL(sw) : sw);
  await workers.register(address, { updateViaCache: 'none' });
};

/** Start the service worker where there is one to start; nobody waits for it. */
export const startHosting = () => {
  if (config.mode === 'strict' && config.sw && workers) register().catch(() => {});
};

/** For the worker, which may not see the cookie, and has to be there before the page loads again.
 *  @param {string} value */
const note = async (value) => {
  const notes = await caches.open('consentinel');
  if (!value) return notes.delete('/consentinel-state');
  await notes.put('/consentinel-state', new Response(value, { headers: { at: `${Date.now()}` } }));
  await register();
  return workers.ready;
};

/** One after the other, each with its own value: the last answer is the last to be set. */
let kept = Promise.resolve();

/** Safari forgets after 7 days what a script has set: the site's own server sends it back. @param {string} value */
const keep = (value) => {
  const send = () => fetch(/** @type {string} */ (config.keep), { method: 'POST', keepalive: true, headers: { consentinel: `consentinel=${value}` } });
  return (kept = kept.then(send).then(() => {}, () => {}));
};

/** Tell them the cookie's new value, '' for none. Never rejects; waits a second at most.
 *  @param {string} value @returns {Promise<unknown>} */
export const settleHosting = (value) => {
  const work = [config.sw && workers && note(value), config.keep && value && keep(value)];
  return Promise.race([Promise.allSettled(work), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
};
