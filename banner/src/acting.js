/** The part `act`: what is needed only once something was chosen. */
import { anyGranted, grants } from './grants.js';
import { config } from './head.js';
import { loadPart } from './parts.js';
import { recall, remember } from './storage.js';

/** @returns {Promise<typeof import('./act.js')>} */
export const act = async () => {
  const part = await loadPart('act');
  part.begin({ recall, remember, anyGranted, grants });
  return part;
};

const load = () => void act().catch(() => {});

/** Load it where earlier pages left something to send, where a mode needs it, and at the first sign that somebody is
 *  about to choose. */
export const startActing = () => {
  if (config.sw || config.mode === 'observe' || recall('unsent') + recall('queue')) load();
  for (const sign of ['pointerover', 'keydown']) {
    addEventListener(sign, ({ target }) => {
      if (/** @type {Element} */ (target).closest?.('[data-consentinel-action]')) load();
    });
  }
};
