/** Forms, links and window.open() that lead into a frame of the page. */
import { get, holds, PREFIX, tagOf } from '../head.js';

/** @param {any} name @param {any} url */
export const holdsFrame = (name, url) => name && document.getElementsByName(name)[0] && holds(url);

/** A form, or a link, that leads into a frame. @param {any} element @param {any} [submitter] */
export const leads = (element, submitter = element) =>
  // gated by hand or by the gate: without its action it would be sent to the page itself
  (tagOf(element) === 'form' && get(element, `${PREFIX}action`) !== null) ||
  holdsFrame(
    get(submitter, 'formtarget') || get(element, 'target'),
    get(submitter, 'formaction') || get(element, 'action') || get(element, 'href'),
  );

/** @param {any} event */
export const follow = (event) => {
  const element = event.target.closest?.('a,form');
  if (element && leads(element, event.submitter || element)) event.preventDefault();
};
