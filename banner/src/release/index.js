/** What happens to held tags: started where they wait, released when they may run. */
export { startRelease } from './start.js';
export { pending } from './waits.js';
