/** Safari forgets after 7 days what a script has set: the site's own server returns each answer as a cookie. What comes
 *  last holds, so nothing may come after a newer answer: a request ends with its page and with the next choice, and
 *  until the newest has come back each page sends it again. */
import { config, consent } from '../head.js';
import { alone } from './alone.js';

const TIMEOUT_MS = 10000;

/** @type {import('../act.js').Kit} */
let kit;
let request = new AbortController();

const send = async () => {
  const value = kit.recall('unkept');
  if (!value) return;
  const mine = (request = new AbortController());
  setTimeout(() => mine.abort(), TIMEOUT_MS);
  const init = { method: 'POST', headers: { consentinel: `consentinel=${value}` }, signal: mine.signal };
  const { status } = await fetch(/** @type {string} */ (config.keep), init);
  if (status < 500 && kit.recall('unkept') === value) kit.remember('unkept', '');
};

const abort = () => request.abort();

/** @returns {Promise<unknown>} when it has come back, or not */
const start = () => alone('keep', send).catch(() => {});

/** Send what an earlier page could not, unless the visitor has another answer by now.
 *  @param {import('../act.js').Kit} given */
export const startKeeping = (given) => {
  kit = given;
  // a page that may come back (bfcache) would be answered while it is away
  addEventListener('pagehide', abort);
  if (config.keep && kit.recall('unkept') === consent.text()) start();
  else kit.remember('unkept', '');
};

/** @param {string} value the new answer, '' for none @param {boolean | undefined} elsewhere whether another tab sends it */
export const keep = (value, elsewhere) => {
  abort();
  if (!config.keep || !value || elsewhere) return;
  kit.remember('unkept', value);
  return start();
};
