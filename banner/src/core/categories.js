/** The taxonomy, in its order; an index into it is a category's code. */
export const CATEGORIES = ['strictly-necessary', 'functional', 'performance', 'targeting'];

/** What `data-consentinel-category` says for the codes: the categories, a tag manager, and what nobody
 *  knows. */
export const WAITS_FOR = [...CATEGORIES, 'any', 'all', 'all'];
