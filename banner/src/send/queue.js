/** Answers on their way to the consent API: in localStorage until it has confirmed them, sent one after the other, as
 *  the last to arrive is what holds. */
import { config } from '../head.js';
import { post } from './post.js';
import { records } from './record.js';

/** @typedef {{ body: Record<string, unknown>, tries: number, due: number }} Entry */

const MOST = 20;
const FIRST_WAIT_MS = 4000;
const LONGEST_WAIT_MS = 36e5;

/** @type {import('../act.js').Kit} */
let kit;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @returns {Entry[]} */
const load = () => {
  try {
    return JSON.parse(kit.recall('queue')).filter((/** @type {any} */ entry) => entry?.body);
  } catch {
    return [];
  }
};

/** @param {Entry[]} entries */
const save = (entries) => kit.remember('queue', entries[0] ? JSON.stringify(entries.slice(-MOST)) : '');

/** What was written down at the click becomes records. */
const collect = () => {
  const notes = kit.recall('unsent');
  if (!notes) return;
  kit.remember('unsent', '');
  save([...load(), ...notes.split('\n').flatMap(records).map((body) => ({ body, tries: 0, due: 0 }))]);
};

/** How long an entry has to wait still. A clock that was set back must not make that for ever. @param {Entry} entry */
const wait = ({ due }) => {
  const left = due - Date.now();
  return left > 0 && left <= LONGEST_WAIT_MS ? left : 0;
};

/** The browser keeps id and receipt only while something is granted. @param {any} answer */
const confirm = ({ id, receipt }) => {
  if (kit.anyGranted() && id && receipt) kit.remember('receipt', `${id} ${receipt}`);
};

/** An entry counts as tried before its request: a page that is left never hears the answer, and no other tab shall send
 *  it meanwhile. The API knows a repeated one by its event_id. @param {Entry[]} entries */
const claim = ([first, ...rest]) => {
  first.due = Date.now() + Math.min(FIRST_WAIT_MS * 2 ** first.tries, LONGEST_WAIT_MS);
  first.tries += 1;
  save([first, ...rest]);
};

/** Send the first entry, and so on. @returns {Promise<void>} */
const send = async () => {
  collect();
  const entries = load();
  const [first] = entries;
  if (!first) return;
  if (wait(first)) return later(wait(first));
  claim(entries);
  const answer = await post(`${config.api}/v1/consents`, first.body);
  if (answer === undefined) return later(wait(first));
  const rest = load().filter(({ body }) => body.event_id !== first.body.event_id);
  save(rest);
  if (answer && !rest[0] && !kit.recall('unsent')) confirm(answer);
  return send();
};

/** @param {number} ms */
const later = (ms) => {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
};

/** Send what is waiting; nobody waits for it. */
export const flush = () => {
  if (!config.api) return;
  const sent = navigator.locks ? navigator.locks.request('consentinel.queue', send) : send();
  sent.catch(() => {});
};

/** @param {import('../act.js').Kit} given */
export const startQueue = (given) => {
  kit = given;
  flush();
  addEventListener('online', flush);
};
