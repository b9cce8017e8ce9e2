/** Meta's pixel: `revoke` has to come before its `init`, `grant` whenever the visitor agrees
 *  (https://developers.facebook.com/docs/meta-pixel/implementation/gdpr). */
import { config, consent } from '../head.js';

/** @typedef {((...command: unknown[]) => void) & { queue?: unknown[] }} Pixel */

/** @type {Pixel | undefined} */
let pixel;
let told = false;

/** @param {boolean} granted */
const tell = (granted) => pixel?.('consent', granted ? 'grant' : 'revoke');

/** Meta's snippet does nothing where `fbq` exists, so it cannot be defined for it. It sets `fbq`, gives it a queue, and
 *  reads it again for `init`: that first reading is where the revocation goes in. */
const read = () => {
  if (!told && pixel?.queue) {
    told = true;
    if (!consent.granted[3]) tell(false);
  }
  return pixel;
};

const start = () => {
  if (!config.signals.meta) return;
  pixel = /** @type {{ fbq?: Pixel }} */ (window).fbq;
  read();
  Object.defineProperty(window, 'fbq', {
    configurable: true,
    enumerable: true,
    get: read,
    set: (value) => (pixel = value),
  });
};

const update = () => {
  if (told) tell(consent.granted[3]);
};

export const meta = { start, update };
