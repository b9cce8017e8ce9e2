/** `window.consentinel`. */
import { change, choose } from './choose.js';
import { CATEGORIES } from './core/categories.js';
import { on } from './events.js';
import { exceptions, grants } from './grants.js';
import { consent, vendors } from './head.js';
import { serve } from './keep.js';
import { state } from './state.js';

/** @typedef {import('../consentinel').Choices} Choices */

const { fromEntries } = Object;

/** Whether the visitor has agreed to a category or a vendor. @param {string} what */
const has = (what) => grants()[[...CATEGORIES, ...vendors].indexOf(what)] || false;

/** Call once, as soon as it is allowed. @param {string} what @param {import('./events.js').Listener} listener */
const whenAllowed = (what, listener) => {
  if (has(what)) return on('ready', listener);
  const off = on('change', (now) => {
    if (has(what)) {
      off();
      listener(now);
    }
  });
  return off;
};

export const accept = (method = 'api') => choose([true, true, true, true], {}, method);
/** Withdrawing is the same: it is remembered like a refusal. Both are an objection to exempt services, too. */
export const reject = (method = 'api') =>
  choose([true, false, false, false], fromEntries(vendors.map((slug) => [slug, false])), method);

/** Earlier choices for single services stay where this one says nothing of them.
 *  @param {Choices & Record<string, any>} choices */
export const save = (choices, method = 'api') =>
  choose(
    CATEGORIES.map((name, category) => !category || choices[name] === true),
    { ...exceptions(), ...choices.vendors },
    method,
  );

/** Let one service run, whatever holds for its category. @param {string} slug */
export const allow = async (slug, method = 'placeholder') => {
  if (has(slug) || !vendors.includes(slug)) return state();
  return consent.decided
    ? choose([...consent.granted], { ...exceptions(), [slug]: true }, method)
    : change(() => serve(vendors.indexOf(slug)), method);
};

/** The one global. No element with this id can hide it, no script can replace it.
 *  @param {{ show(which?: string): void, hide(): void }} ui */
export const publish = ({ show, hide }) => {
  /** @type {import('../consentinel').Consentinel} */
  const value = { state, has, on, whenAllowed, accept, reject, save, withdraw: reject, allow, show, hide };
  Object.defineProperty(window, 'consentinel', { value: Object.freeze(value) });
};
