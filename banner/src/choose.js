/** One choice from the click to the part that acts on it. */
import { act } from './acting.js';
import { announce, dispatch } from './events.js';
import { grants, grew } from './grants.js';
import { config, consent, kinds, signals, vendors } from './head.js';
import { write } from './keep.js';
import { release } from './release/release.js';
import { state } from './state.js';
import { recall, remember } from './storage.js';
import { pickLanguage } from './ui/texts.js';

const PATIENCE_MS = 3000;

/** Give an answer to the whole. `wishes`: what is wanted of single services.
 *  @param {boolean[]} answer @param {Record<string, boolean>} wishes @param {string} method */
export const choose = (answer, wishes, method) => {
  const differs = (/** @type {number} */ vendor) =>
    kinds[vendor] && wishes[vendors[vendor]] === !consent.usual(kinds[vendor], vendor, answer);
  return change(() => write(answer, differs), method);
};

/** Let what `run` writes take effect, and write down all that the API has to be told (send/record.js reads it).
 *  @param {() => void} run @param {string} method */
export const change = async (run, method) => {
  const before = grants();
  const old = state();
  const had = consent.text();
  run();
  const text = consent.text();
  if (had !== text || `${before}` !== `${grants()}`) {
    if (config.api) {
      const random = crypto.getRandomValues(new Uint8Array(16));
      const note = [old, state(), text, method, Date.now(), pickLanguage(config), ...random];
      remember('unsent', recall('unsent') + JSON.stringify(note) + '\n');
    }
    await apply(before);
  }
  return state();
};

/** Tell everybody; the part releases, deletes, and loads the page anew where it has to. Where the part cannot be
 *  loaded nothing is released until it can be, and what may have to stop stops with the page.
 *  @param {unknown[]} before what `grants()` said @param {boolean} [elsewhere] the choice was made in another tab */
export const apply = async (before, elsewhere) => {
  for (const signal of signals) signal.update?.();
  const acted = act().then((part) => part.apply(before, elsewhere));
  dispatch('change');
  announce('change');
  await Promise.race([acted, new Promise((_, give) => setTimeout(give, PATIENCE_MS))]).catch((error) =>
    consent.ran && grew(grants(), before) ? location.reload() : error && release(),
  );
};
