/** The part `act`: what is needed only once something was chosen. */
import { config, consent } from './head.js';
import { loadPart } from './parts.js';
import { recall, remember } from './storage.js';

/** @returns {Promise<ReturnType<typeof import('./act.js').begin>>} */
export const act = () => loadPart('act').then((part) => part.begin({ recall, remember }));

const load = () => act().catch(() => {});

/** Load it where earlier pages left something to send or (`swept`: the answer for which it was done) to delete, where a
 *  mode needs it, and at the first sign that somebody is about to choose. */
export const startActing = () => {
  const left = recall('unsent') + recall('unkept');
  if (config.sw || config.mode === 'observe' || left || recall('swept') !== consent.text()) load();
  for (const sign of ['pointerover', 'keydown']) {
    addEventListener(sign, ({ target }) => {
      if (/** @type {Element} */ (target).closest?.('[data-consentinel-action]')) load();
    });
  }
};
