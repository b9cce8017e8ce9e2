/** Calls that fetch, beside those of block/network.js. */
import { holds } from '../head.js';

const refused = () => Promise.reject(new TypeError('Failed to fetch'));

/** @type {import('../block/realms.js').Patch[]} */
export const CALLS = [
  ['Navigator', 'sendBeacon', (_, [url]) => holds(url) && (() => true)],
  ['', 'fetchLater', (_, [what]) => holds(what?.url ?? what) && (() => ({ activated: false }))],
  ['Worklet Cache', /^add/, (_, [what]) => holds(what?.url ?? what) && refused],
];
