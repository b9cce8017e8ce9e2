/** The data layer that Google's tags read, and its custom events. */
import { config } from '../head.js';

/** @param {unknown} entry */
export const push = (entry) => {
  const page = /** @type {{ dataLayer?: unknown[] }} */ (window);
  (page.dataLayer ||= []).push(entry);
};

/** Without id and receipt: every tag can read it.
 *  @param {string} name @param {import('../types').Told} state */
export const announce = (name, { choices, regime, gpc }) => {
  if (config.signals.dataLayer) push({ event: `consentinel_${name}`, consentinel: { choices, regime, gpc } });
};
