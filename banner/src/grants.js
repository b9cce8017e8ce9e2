/** What the choice permits, in lists: to compare before with after, and to show. */
import { consent, kinds, vendors } from './head.js';

/** @param {number} vendor */
const permitted = (vendor) => consent.permits(kinds[vendor], vendor);

/** For each category, then for each vendor. */
export const grants = () => [...consent.granted, ...vendors.map((_, vendor) => permitted(vendor))];

/** Services whose choice differs from that of their category. */
export const exceptions = () =>
  Object.fromEntries([...consent.toggled].map((vendor) => [vendors[vendor], permitted(vendor)]));

/** Whether the visitor, not the regime alone, has granted something. */
export const anyGranted = () =>
  (consent.decided && consent.granted.lastIndexOf(true) > 0) || [...consent.toggled].some(permitted);

/** Whether `after` has something that `before` has not. @param {unknown[]} before @param {unknown[]} after */
export const grew = (before, after) => after.some((on, index) => on && !before[index]);
