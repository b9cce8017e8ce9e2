/** Answers on their way to the consent API: what was written down at the click stays in localStorage until the API has
 *  confirmed it. One after the other, as the last to arrive is what holds. */
import { anyGranted } from '../grants.js';
import { config } from '../head.js';
import { alone } from './alone.js';
import { post } from './post.js';
import { records } from './record.js';

const MOST = 20;
const FIRST_WAIT_MS = 4000;
const LONG_WAIT_MS = 6e4;
const LONGEST_WAIT_MS = 36e5;
// Types of records: those that follow a grant, and those that are one.
const FOLLOWS = ['changed', 'withdrawn'];
const GRANTS = ['given', 'changed'];

const page = /** @type {Document & { prerendering?: boolean }} */ (document);
/** @type {import('../act.js').Kit} */
let kit;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The notes of ../choose.js, the oldest first. */
const load = () => kit.recall('unsent').split('\n').filter(Boolean);

/** Another tab may have written meanwhile: nothing but this goes. @param {string} note */
const drop = (note) => kit.remember('unsent', kit.recall('unsent').replace(`${note}\n`, ''));

/** How often the first note has been tried, and how long it has to wait still. A clock that was set back must not make
 *  that for ever. */
const tried = () => {
  const [tries, due = 0] = kit.recall('tried').split(' ').map(Number);
  const left = due - Date.now();
  return { tries, wait: left > 0 && left <= LONGEST_WAIT_MS ? left : 0 };
};

/** A note counts as tried before its request: a page that is left never hears the answer, and no other tab shall send
 *  it meanwhile. The API knows a repeated one by its event_id. @param {number} tries */
const claim = (tries) => {
  const due = Date.now() + Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
  kit.remember('tried', `${tries + 1} ${due}`);
};

/** The browser keeps id and receipt only while something is granted. @param {any} answer */
const confirm = ({ id, receipt }) => {
  if (anyGranted() && id && receipt) kit.remember('receipt', `${id} ${receipt}`);
};

/** Where nothing is granted any more the receipt goes, but for one last use: with the record that says so. */
const settle = () => {
  const [, receipt = ''] = kit.recall('receipt').split(' ');
  if (anyGranted() || !receipt) return;
  if (load()[0]) kit.remember('previous', receipt);
  kit.remember('receipt', '');
};

/** What ends or changes a grant names it by its receipt, so that the ledger has them in one chain; an answer of somebody
 *  who had granted nothing names nobody. @param {Record<string, unknown>} body */
const linked = (body) => {
  const previous = kit.recall('previous') || kit.recall('receipt').split(' ')[1];
  return {
    ...body,
    ...(FOLLOWS.includes(`${body.type}`) && previous && { previous }),
    ...(load()[1] && { superseded: true }),
  };
};

/** The first note is confirmed: the next one follows it, or there is none. @param {any} answer @param {unknown} type */
const conclude = (answer, type) => {
  if (load()[0]) return answer && kit.remember('previous', (GRANTS.includes(`${type}`) && answer.receipt) || '');
  kit.remember('previous', '');
  if (answer) confirm(answer);
  settle();
};

/** Send the first note, and so on. @returns {Promise<void>} */
const send = async () => {
  load().slice(0, -MOST).forEach(drop);
  const [first] = load();
  if (!first) return;
  const { tries, wait } = tried();
  if (wait) return later(wait);
  claim(tries);
  const [body] = records(first);
  const answer = body ? await post(linked(body)) : null;
  if (answer === undefined) return later(tried().wait);
  kit.remember('tried', '');
  drop(first);
  conclude(answer, body?.type);
  return send();
};

/** @param {number} ms */
const later = (ms) => {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
};

/** Send what is waiting; nobody waits for it. A prerendered page has no visitor, and no answer, yet. */
export const flush = () => {
  if (config.api && !page.prerendering) alone('queue', send).catch(() => {});
};

/** Send what was said just now, though an older record be waiting for long.
 *  @param {boolean | undefined} elsewhere in another tab, which keeps what it has to send along */
export const hurry = (elsewhere) => {
  if (!elsewhere) settle();
  if (tried().wait > LONG_WAIT_MS) kit.remember('tried', '');
  flush();
};

const start = () => {
  settle();
  flush();
};

/** @param {import('../act.js').Kit} given */
export const startQueue = (given) => {
  kit = given;
  addEventListener('online', flush);
  if (page.prerendering) page.addEventListener('prerenderingchange', start, { once: true });
  else start();
};
