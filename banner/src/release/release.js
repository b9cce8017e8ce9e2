/** The part that releases is loaded when there is something to do. */
import { act } from '../acting.js';

/** @type {Promise<void> | undefined} */
let asked;

/** Release all that may run now, once each; what cannot be loaded is tried again when the network is back.
 *  @returns {Promise<void>} when it has run, but for what is asynchronous */
export const release = () =>
  (asked ||= act()
    .finally(() => (asked = undefined))
    .then((part) => part.replay())
    .catch(() => addEventListener('online', release, { once: true })));
