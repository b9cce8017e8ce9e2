/** The body of a posted choice; banner/consent.py reads the same. It says nothing of the page that sends it: that may be a
 *  later one, in another language, with a newer script. */
import { config, consent, kinds, vendors } from '../head.js';
import { identifier } from './identifier.js';

const METHODS = ['banner', 'settings', 'widget', 'placeholder', 'form', 'api', 'gpc', 'scan'];

/** @typedef {import('../../consentinel').State} State */

/** Whether the visitor has granted something. @param {State} state */
const hasGrant = ({ decided, choices, vendors: services }) =>
  (decided && Object.values(choices).lastIndexOf(true) > 0) || Object.values(services).includes(true);

/** @param {State} before @param {State} after */
const typeOf = (before, after) => {
  const had = hasGrant(before);
  if (hasGrant(after)) return had ? 'changed' : 'given';
  return had ? 'withdrawn' : 'refused';
};

/** Services that differ from their category, as the answer says it; as it held where there is none to the whole, or it
 *  was given for other purposes.
 *  @param {string} text @param {State} state */
const servicesIn = (text, state) => {
  const choice = consent.parse(text);
  if (!choice) return state.vendors;
  const { granted, toggled } = choice;
  return Object.fromEntries(
    toggled.map((vendor) => [vendors[vendor], !consent.usual(kinds[vendor], vendor, granted)]),
  );
};

/** @param {string} note what ../choose.js has written down: the state before and after, the answer as in the cookie,
 *  method, time, language, and 16 random bytes
 *  @returns {Record<string, unknown>[]} one record, or none for a note that nobody can read */
export const records = (note) => {
  try {
    const [before, after, text, method, at, locale, ...random] = JSON.parse(note);
    const [functional, performance, targeting] = [1, 2, 3].map((place) => text.split('.')[1]?.[place] === '1');
    return [
      {
        site: config.site,
        event_id: identifier(random),
        type: typeOf(before, after),
        choices: { functional, performance, targeting },
        vendors: servicesIn(text, after),
        method: METHODS.includes(method) ? method : 'api',
        locale,
        regime: after.regime,
        gpc: after.gpc,
        purposes: after.purposes,
        mode: after.mode,
        version: after.version,
        client_ts: new Date(at).toISOString(),
      },
    ];
  } catch {
    return [];
  }
};
