/** Delete what was stored by services that are not allowed any more. */
import { config, consent, judgeName } from '../head.js';

/** @param {string} name */
const unwanted = (name) => {
  const verdict = config.mode !== 'observe' && !name.startsWith('consentinel') && judgeName(name);
  return verdict && !consent.permits(verdict.category, verdict.vendor);
};

/** 'a/b' by '/' -> ['a/b', 'b']: every tail of a list. @param {string[]} parts */
const tails = (parts) => parts.map((_, index) => parts.slice(index));

/** Every way in which a cookie of this page may have been set. */
const places = () => {
  const domains = ['', ...tails(location.hostname.split('.')).map((labels) => `;domain=${labels.join('.')}`)];
  const steps = location.pathname.split('/').slice(1);
  const paths = ['/', ...steps.flatMap((_, index) => {
    const path = `/${steps.slice(0, index + 1).join('/')}`;
    return [path, `${path}/`];
  })];
  const kinds = ['', ';secure', ';secure;partitioned'];
  return domains.flatMap((domain) => paths.flatMap((path) => kinds.map((kind) => `;path=${path}${domain}${kind}`)));
};

const sweepCookies = () => {
  // natively: an <img name=cookie> hides document.cookie
  const { get, set } = consent.jar;
  const names = get.call(document).split('; ').map((cookie) => cookie.split('=')[0]);
  for (const name of names.filter(unwanted)) {
    for (const place of places()) set.call(document, `${name}=;max-age=0${place}`);
  }
};

/** @param {'localStorage' | 'sessionStorage'} name */
const sweepStorage = (name) => {
  for (const key of Object.keys(window[name]).filter(unwanted)) window[name].removeItem(key);
};

const sweepDatabases = async () => {
  for (const { name } of (await indexedDB.databases()) || []) {
    if (name && unwanted(name)) indexedDB.deleteDatabase(name);
  }
};

/** Delete it all, and write down for which answer. @param {import('../act.js').Kit} kit */
export const sweep = async ({ remember }) => {
  const text = consent.text();
  const jobs = [sweepCookies, () => sweepStorage('localStorage'), () => sweepStorage('sessionStorage'), sweepDatabases];
  for (const job of jobs) {
    try {
      await job();
    } catch {
      // where the page may not look, it has stored nothing either
    }
  }
  remember('swept', text);
};

/** Where the answer is another one than the last page saw that deleted: it has run out, was given for other purposes or
 *  on another host, or nothing could be deleted then. A prerendered page has no visitor, and no answer, yet.
 *  @param {import('../act.js').Kit} kit */
export const startSweeping = (kit) => {
  const { prerendering } = /** @type {{ prerendering?: boolean }} */ (document);
  if (!prerendering && kit.recall('swept') !== consent.text()) sweep(kit);
};
