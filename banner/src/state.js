/** What `consentinel.state()` says. */
import { CATEGORIES } from './core/categories.js';
import { exceptions } from './grants.js';
import { config, consent, late } from './head.js';
import { pending } from './release/index.js';

const { freeze, fromEntries } = Object;

/** @typedef {import('../consentinel').State} State */

/** @returns {State} */
export const state = () => {
  const choice = consent.parse(consent.text());
  return freeze({
    version: config.version,
    mode: config.mode,
    regime: consent.regime.id,
    decided: consent.decided,
    choices: freeze(
      /** @type {State['choices']} */ (
        fromEntries(CATEGORIES.map((name, category) => [name, consent.granted[category]]))
      ),
    ),
    vendors: freeze(exceptions()),
    date: choice ? new Date(choice.day * 864e5).toISOString().slice(0, 10) : null,
    gpc: consent.gpc,
    purposes: config.hash,
    late: freeze([...late]),
    pending: pending(),
  });
};
