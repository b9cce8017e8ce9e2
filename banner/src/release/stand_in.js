/** What stands for a CAPTCHA's functions until its script is there: calls wait, none of them fails. */

/** What pages put where one will be. */
export const WIDGET = '.g-recaptcha,.h-captcha,.cf-turnstile,[data-sitekey]';

/** @typedef {{ path: string[], values: any[], resolve: (value: unknown) => void }} Call */
/** @typedef {{ fake: any, calls: Call[] }} StandIn the `push` of `calls` is given each call */

/** @returns {StandIn} */
export const makeStandIn = () => {
  /** @type {Call[]} */
  const calls = [];
  const make = (/** @type {string[]} */ ...path) =>
    /** @type {any} */ (
      new Proxy(() => {}, {
        // a name that is a symbol, or `then`, is asked for by the language and not by the page
        get: (_, name) => (typeof name === 'string' && name !== 'then' ? make(...path, name) : undefined),
        apply(_, self, values) {
          const answer = new Promise((resolve) => calls.push({ path, values, resolve }));
          return path.includes('execute') ? answer : undefined;
        },
      })
    );
  return { fake: make(), calls };
};
