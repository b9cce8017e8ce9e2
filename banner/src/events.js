/** Who listens: callbacks, DOM events, the data layer. */
import { signals } from './head.js';
import { state } from './state.js';

/** @typedef {import('../consentinel').State} State */
/** @typedef {(state: State) => void} Listener */

const PREFIX = 'consentinel:';

/** `ready` is called at once, `change` after each change; the answer takes the listener away again.
 *  @param {string} name @param {Listener} listener */
export const on = (name, listener) => {
  const hear = () => listener(state());
  if (name === 'ready') hear();
  else document.addEventListener(PREFIX + name, hear);
  return () => document.removeEventListener(PREFIX + name, hear);
};

/** @param {string} name */
export const dispatch = (name) => document.dispatchEvent(new CustomEvent(PREFIX + name, { detail: state() }));

/** @param {string} name */
export const announce = (name) => {
  for (const signal of signals) signal.announce?.(name, state());
};
