/** Writes what core/choice.js reads. */

/** The same text for all who chose alike.
 *  @param {boolean[]} granted @param {number[]} toggled in ascending order @param {string} hash @param {number} day */
export const formatChoice = (granted, toggled, hash, day) =>
  ['1', granted.map(Number).join(''), hash, day, toggled.map((index) => index.toString(36)).join('-')]
    .filter(Boolean)
    .join('.');
