/** The choice as other tabs, other subdomains and earlier copies of this page made it. */
import { apply } from './choose.js';
import { grants } from './grants.js';
import { consent } from './head.js';

/** A page that comes back is the one in front of the visitor, who chose in the one after it.
 *  @param {Event} event */
const look = ({ type }) => {
  const before = [consent.decided, ...grants()];
  consent.reread();
  if (before.join() !== [consent.decided, ...grants()].join()) apply(before.slice(1), type !== 'pageshow');
};

/** Read the cookie again whenever it may have changed behind this page: another tab has written (`storage`; an open
 *  channel would keep pages out of the back/forward cache), the page is shown again, or its prerendering is over. */
export const follow = () => {
  for (const sign of ['storage', 'pageshow', 'visibilitychange', 'prerenderingchange']) addEventListener(sign, look, true);
};
