/** What a choice changes in the page. */
import { grants, grew } from './grants.js';
import { config, consent } from './head.js';
import { settleHosting } from './hosting.js';
import { renew } from './renew.js';
import { replay } from './replay/replay.js';
import { sweep } from './replay/sweep.js';
import { keep } from './send/kept.js';
import { hurry } from './send/queue.js';

const PATIENCE_MS = 1000;

/** Delete, release, tell the API and whoever chooses the next page's policy. A page in which something ran that has to
 *  stop is loaded anew, and so is one under a policy, which nothing but the next page can loosen;
 *  but for a grant in another tab no page is taken from under the visitor's hands.
 *  @param {unknown[]} before what `grants()` said @param {boolean | undefined} elsewhere chosen in another tab
 *  @param {import('./act.js').Kit} kit */
export const apply = async (before, elsewhere, kit) => {
  const now = grants();
  const strict = config.mode === 'strict';
  const stays = !strict || elsewhere || consent.memory;
  const reload = (grew(now, before) && (strict || consent.ran)) || (grew(before, now) && !stays);
  const text = consent.text();
  const work = [sweep(kit), settleHosting(text), keep(text, elsewhere)];
  if (!reload && !(strict && elsewhere)) replay();
  hurry(elsewhere);
  await Promise.race([Promise.allSettled(work), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  if (reload) renew();
};
