/** The body of a posted choice; banner/consent.py reads the same. */
import { config, consent, kinds, vendors } from '../head.js';
import { pickLanguage } from '../ui/texts.js';
import { identifier } from './identifier.js';

const METHODS = ['banner', 'settings', 'widget', 'placeholder', 'form', 'api', 'gpc'];

/** @param {string} note what ../choose.js has written down: whether something was granted before and after,
 *  method, time, and the answer as in the cookie
 *  @returns {Record<string, unknown>[]} one record, or none for a note that nobody can read */
export const records = (note) => {
  try {
    const [had, has, method, at, text] = JSON.parse(note);
    const type = has ? (had ? 'changed' : 'given') : had ? 'withdrawn' : 'refused';
    const choice = consent.parse(text);
    return choice ? [record(type, method, at, choice)] : [];
  } catch {
    return [];
  }
};

/** @param {string} type @param {string} method @param {number} at @param {import('../core/choice.js').Choice} choice */
const record = (type, method, at, { granted, toggled }) => {
  const [, functional, performance, targeting] = granted;
  return {
    site: config.site,
    event_id: identifier(),
    type,
    choices: { functional, performance, targeting },
    vendors: Object.fromEntries(
      toggled.map((vendor) => [vendors[vendor], !consent.usual(kinds[vendor], vendor, granted)]),
    ),
    method: METHODS.includes(method) ? method : 'api',
    locale: pickLanguage(config),
    regime: consent.regime.id,
    gpc: consent.gpc,
    purposes: config.hash,
    mode: config.mode,
    version: config.version,
    client_ts: new Date(at).toISOString(),
  };
};
