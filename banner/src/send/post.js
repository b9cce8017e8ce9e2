/** One request to the consent API. */

const TIMEOUT_MS = 1500;
// What is wrong in the record itself; all else may be the server's trouble.
const NEVER = [400, 409, 413, 422];

/** What the API confirmed with; null where it never will, undefined where it is worth another try.
 *  @param {string} url @param {unknown} body @returns {Promise<any>} */
export const post = async (url, body) => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      keepalive: true,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) return confirmed(await answer.json());
    return NEVER.includes(answer.status) ? null : undefined;
  } catch {
    return undefined;
  }
};

/** A network's login page answers 200 as well. @param {any} answer */
const confirmed = (answer) => (answer?.state ? answer : undefined);
