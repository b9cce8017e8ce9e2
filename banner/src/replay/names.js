/** The names by which markup calls the categories: ours, and those that other consent tools have taught people. */

// As in scanner/catalogue/taxonomy.py, with what only markup says: any (a tag manager), all (unclassified).
const NAMES = [
  'necessary essential c0001',
  'functional preferences c0003',
  'performance analytics statistics c0002',
  'targeting advertising marketing advertisement c0004',
  'any',
  'all',
].map((line) => line.split(' '));

/** The codes of the categories in `text`, -1 for a word that is none.
 *  @param {string} text @returns {number[]} */
export const namedCategories = (text) =>
  text
    .toLowerCase()
    .replace(/strictly.n/g, 'n')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => NAMES.findIndex((names) => names.includes(word)));

/** A service's name as slugs are written. @param {string} name */
export const slugOf = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
