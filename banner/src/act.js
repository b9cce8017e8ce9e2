/** The part that acts on a choice: it is loaded when one is about to be made, or was. */
import { apply } from './apply.js';
import { startHosting } from './hosting.js';
import { adopt } from './replay/manual.js';
import { replay } from './replay/replay.js';
import { startSweeping } from './replay/sweep.js';
import { startKeeping } from './send/kept.js';
import { startObserving } from './send/observed.js';
import { startQueue } from './send/queue.js';

/** What this part has of the script that has loaded it, beside the head.
 *  @typedef {object} Kit
 *  @property {(key: string) => string} recall
 *  @property {(key: string, text: string) => void} remember */

let begun = false;

/** Start, the first time, and say what can be done. @param {Kit} kit */
export const begin = (kit) => {
  if (!begun) {
    startHosting();
    startSweeping(kit);
    startKeeping(kit);
    startQueue(kit);
    startObserving();
  }
  begun = true;
  return {
    adopt,
    replay,
    /** @param {unknown[]} before what was granted @param {boolean} [elsewhere] chosen in another tab */
    apply: (before, elsewhere) => apply(before, elsewhere, kit),
  };
};
