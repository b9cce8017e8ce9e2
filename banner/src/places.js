/** The part for pages with held frames or CAPTCHAs: what stands in their place, and the question for one service. */
export { meetFrame } from './places/frame.js';
export { guard } from './places/guard.js';
