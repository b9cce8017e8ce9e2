/** Google Consent Mode v2 (https://developers.google.com/tag-platform/security/guides/consent). */
import { config, consent } from '../head.js';
import { push } from './data_layer.js';

/** The category behind each consent type. */
const TYPES = {
  security_storage: 0,
  functionality_storage: 1,
  personalization_storage: 1,
  analytics_storage: 2,
  ad_storage: 3,
  ad_user_data: 3,
  ad_personalization: 3,
};

/** Google's tags take commands as an `arguments` object; an array is something else to them.
 *  @type {(...command: unknown[]) => void} */
const gtag = function () {
  push(arguments);
};

/** @param {(category: number) => boolean} on */
const values = (on) =>
  Object.fromEntries(Object.entries(TYPES).map(([type, category]) => [type, on(category) ? 'granted' : 'denied']));

/** The default comes before every other command; it is what the regime says while nobody has answered. */
const start = () => {
  if (!config.signals.google) return;
  gtag('consent', 'default', { ...values(consent.initial), wait_for_update: 500 });
  if (consent.decided) update();
};

const update = () => {
  if (config.signals.google) gtag('consent', 'update', values((category) => consent.granted[category]));
};

export const google = { start, update };
