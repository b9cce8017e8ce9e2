/** What parts are handed of the head: the bundler fills the list with all that they import of it.
 *  @type {unknown[]} */
export const wholeHead = [];
