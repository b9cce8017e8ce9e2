/** The one Trusted Types policy; null where the browser has none, or the page's policy does not list ours. */
const make = () => {
  const same = (/** @type {string} */ text) => text;
  try {
    const rules = { createHTML: same, createScript: same, createScriptURL: same };
    return /** @type {any} */ (window).trustedTypes?.createPolicy('consentinel', rules);
  } catch {
    return null;
  }
};

/** @typedef {(text: string) => any} Trust */

/** @type {{ createHTML: Trust, createScript: Trust, createScriptURL: Trust } | null} */
export const trusted = make() || null;

/** Changed HTML as the kind of thing that the page gave. @param {any} given @param {string} text */
export const alike = (given, text) => (trusted && typeof given === 'object' ? trusted.createHTML(text) : text);
