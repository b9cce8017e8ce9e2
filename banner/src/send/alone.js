/** Run it while no other tab of the site runs what has the same name, where the browser can tell (not on plain http).
 *  @param {string} name @param {() => Promise<unknown>} run @returns {Promise<unknown>} */
export const alone = (name, run) => (navigator.locks ? navigator.locks.request(`consentinel.${name}`, run) : run());
