/** One record to the consent API. */
import { config } from '../head.js';

const TIMEOUT_MS = 1500;
// What is wrong in the record itself; all else may be the server's trouble.
const NEVER = [400, 409, 413, 422];

const { api, credentials = 'same-origin', site } = config;

/** @param {string} path @param {RequestInit} [more] */
const ask = (path, more) =>
  fetch(`${api}/v1/${path}`, { ...more, credentials, keepalive: true, signal: AbortSignal.timeout(TIMEOUT_MS) });

/** @param {unknown} body */
const send = (body) =>
  ask('consents', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** The same record with what an API that wants it gives to whoever asks first. @param {object} body */
const again = async (body) => {
  const { challenge } = await (await ask(`challenge?site=${encodeURIComponent(site)}`)).json();
  return send({ ...body, challenge });
};

/** What the API confirmed with; null where it never will, undefined where it is worth another try.
 *  @param {object} body @returns {Promise<any>} */
export const post = async (body) => {
  try {
    let answer = await send(body);
    if (answer.status === 403) answer = await again(body);
    if (answer.ok) return confirmed(await answer.json());
    return NEVER.includes(answer.status) ? null : undefined;
  } catch {
    return undefined;
  }
};

/** A network's login page answers 200 as well. @param {any} answer */
const confirmed = (answer) => (answer?.state ? answer : undefined);
