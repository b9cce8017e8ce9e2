/** Everything that has to run before anything else in the page: the answer given earlier, the rules, the
 *  patches. */
import { gateTree, selectors, spared } from './block/nodes.js';
import { consent } from './core/consent.js';
import { base, judge, judgeName, kinds, own, readRules, script, unknowns, vendors } from './core/rules.js';
import { css, documents } from './block/filter.js';
import { get, held, holds, holdsName, meets, nothing, PREFIX, remove, set, tagOf, ungate } from './block/hold.js';
import { hook } from './block/hook.js';
import { gateNetwork } from './block/network.js';
import { assign, guard, guards, patch } from './block/realms.js';
import { trusted } from './block/trusted.js';

export const config = __config;
export const { allows } = consent;
/** Tags above this script; notes.js fills it. @type {{ url: string, category: string, vendor: string }[]} */
export const late = [];
/** Who is told of each answer; ./signals fills it. @type {import('./types').Signal[]} */
export const signals = [];
export { assign, base, consent, css, documents, gateNetwork, gateTree, get, guard, guards, held, holds, holdsName };
export { hook, judge, judgeName, kinds, meets, nothing, own, patch, PREFIX, readRules, remove, script, selectors, spared };
export { set, tagOf, trusted, ungate, unknowns, vendors };

/** Not where we only look on, nor where a second copy of this script runs. */
export const guarding = config.mode !== 'observe' && !Object.hasOwn(window, 'consentinel');
if (!guarding) guards.length = 0;
// Those above ours have started: to hold them would only make whoever releases them wait.
for (const above of document.querySelectorAll('script:not([type="text/plain" i])')) spared.add(above);
guard(window);
