/** What waits, in the order in which it is released. */
import { held } from '../head.js';
import { HELD } from '../release/inert.js';

/** Every element that waits: in document order, then those that are elsewhere (detached, in a shadow root, in a frame)
 *  in the order they were held. */
export const waiting = () => [
  ...new Set([
    ...document.querySelectorAll(HELD),
    ...held.flatMap(({ node }) => (node?.ownerDocument.defaultView && node.matches(HELD) ? [node] : [])),
  ]),
];

/** What waits and is no element: style rules, and the like. */
export const others = () => held.filter(({ node }) => !node);
