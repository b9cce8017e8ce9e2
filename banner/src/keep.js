/** Writes what core/consent.js reads. */
import { formatChoice } from './format.js';
import { config, consent, vendors } from './head.js';
import { remember } from './storage.js';

const NAME = 'consentinel';

/** @param {boolean[]} granted @param {(vendor: number) => unknown} toggled */
const format = (granted, toggled) =>
  formatChoice(granted, [...vendors.keys()].filter(toggled), config.hash, Math.floor(Date.now() / 864e5));

/** @param {string} text @param {number} days @param {string} [domain] */
const put = (text, days, domain) =>
  consent.attempt(() =>
    consent.jar.set.call(
      document,
      `${NAME}=${text};Path=/;SameSite=Lax;Max-Age=${days * 86400}` +
        (domain ? `;Domain=${domain}` : '') +
        (location.protocol > 'http:' ? ';Secure' : ''),
    ),
  );

/** @param {string} text */
const keepServices = (text) => consent.attempt(() => sessionStorage.setItem(`${NAME}.services`, text));

/** The answer to the whole. @param {boolean[]} granted @param {(vendor: number) => unknown} toggled */
export const write = (granted, toggled) => {
  const text = format(granted, toggled);
  const isKept = () => {
    put(text, consent.regime.days, config.cookieDomain);
    return consent.text() === text;
  };
  consent.memory = '';
  if (!isKept()) {
    // One of another domain comes first: of this host, or of one above it.
    location.hostname.split('.').forEach((_, index, labels) => put('', 0, labels.slice(index).join('.')));
    put('', 0);
    if (!isKept()) consent.memory = text;
  }
  keepServices('');
  if (consent.gpc) remember('gpc', text);
  remember('choice', text);
  consent.reread();
};

/** Let one service run before there is an answer to the whole. @param {number} vendor */
export const serve = (vendor) => {
  consent.toggled.add(vendor);
  keepServices(format([true, false, false, false], (other) => consent.toggled.has(other)));
};
