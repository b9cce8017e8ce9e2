/** Files that are loaded when needed: what acts on a choice, the second layer, languages, … */
import { base, config, script, trusted } from './head.js';
import { wholeHead } from './whole_head.js';

/** @type {Record<string, Promise<any>>} */
const loading = {};

/** @param {string} name @returns {Promise<any>} */
const load = (name) =>
  new Promise((resolve, reject) => {
    const hash = config.parts[name];
    const { href, origin } = new URL(`consentinel-${name}.${hash.replace(/\W/g, '').slice(0, 8)}.js`, base);
    const tag = Object.assign(document.createElement('script'), {
      consentinel: Object.assign(resolve, { head: wholeHead }),
      // A file that has handed nothing over until it is loaded is not ours.
      onload: reject,
      onerror: reject,
      nonce: script?.nonce,
      // Across origins an integrity would need CORS, which a plain file server does not offer.
      integrity: origin === location.origin ? `sha256-${hash}` : '',
    });
    tag.src = /** @type {string} */ (trusted ? trusted.createScriptURL(href) : href);
    document.head.append(tag);
  });

/** What the part `name` hands over; where it cannot be loaded, the next call tries again.
 *  @param {string} name @returns {Promise<any>} */
export const loadPart = (name) => {
  loading[name] ||= load(name);
  loading[name].catch(() => delete loading[name]);
  return loading[name];
};
