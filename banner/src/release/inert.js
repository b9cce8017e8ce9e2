/** Inert markup: how a held element says what it waits for. */
import { get, PREFIX } from '../head.js';

export { PREFIX };
/** What keeps a script from running. */
export const INERT_TYPE = /^text\/plain$/i;
export const HELD = `[${PREFIX}category]`;

/** @param {Element} node @param {string} name */
export const inert = (node, name) => get(node, PREFIX + name);
