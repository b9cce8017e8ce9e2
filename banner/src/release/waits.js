/** What waits, and whether it still has to. */
import { WAITS_FOR } from '../core/categories.js';
import { allows, held, vendors } from '../head.js';
import { HELD, inert } from './inert.js';

/** Whether all that the element waits for is there; a word that nobody knows asks for everything.
 *  @param {Element} node */
export const permitted = (node) => {
  const vendor = vendors.indexOf(inert(node, 'vendor') || '');
  return !node.matches(HELD) || `${inert(node, 'category')}`.split(' ').every((word) => {
    const code = WAITS_FOR.indexOf(word);
    return allows({ category: /** @type {import('../types').CategoryCode} */ (code < 0 ? 5 : code), vendor });
  });
};

/** How many things wait: elements, and what is none. */
export const pending = () => held.filter(({ node }) => !node || node.matches(HELD)).length;
