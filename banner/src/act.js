/** The part that acts on a choice: it is loaded when one is about to be made, or was. */
import { apply as applyChoice } from './apply.js';
import { startHosting } from './hosting.js';
import { adopt } from './replay/manual.js';
import { replay } from './replay/replay.js';
import { startObserving } from './send/observed.js';
import { startQueue } from './send/queue.js';

export { adopt, replay };

/** What this part has of the script that has loaded it, beside the head.
 *  @typedef {object} Kit
 *  @property {(key: string) => string} recall
 *  @property {(key: string, text: string) => void} remember
 *  @property {() => boolean} anyGranted
 *  @property {() => unknown[]} grants */

/** @type {Kit} */
let kit;

/** @param {Kit} given */
export const begin = (given) => {
  if (kit) return;
  kit = given;
  startHosting();
  startQueue(kit);
  startObserving();
};

/** @param {unknown[]} before what was granted @param {boolean} elsewhere the choice was made in another tab */
export const apply = (before, elsewhere) => applyChoice(before, elsewhere, kit);
