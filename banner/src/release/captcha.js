/** Held scripts of CAPTCHAs: what pages call of them at once, and their forms until the part that asks is there. */
import { config } from '../head.js';
import { loadPart } from '../parts.js';
import { HELD, inert } from './inert.js';
import { makeStandIn, WIDGET } from './stand_in.js';

/** @type {Record<string, import('./stand_in.js').StandIn | undefined>} */
const standIns = {};
/** Each held script, with the name of its global. @type {Map<any, string | undefined>} */
const met = new Map();
/** @type {import('../places/kit').PlacesKit} */
let kit;
/** The last submit that was let through. @type {any} */
let last;

const guard = async () => {
  const part = await loadPart('places');
  removeEventListener('submit', hold, true);
  for (const [script, name] of met) part.guard(script, name, name && standIns[name], kit, last);
};

/** A form that has a place for a CAPTCHA waits for the part, and goes its way once more; without it, it is not sent.
 *  @param {any} event */
const hold = (event) => {
  const { target, submitter } = event;
  if (![...met.keys()].some((script) => script.matches(HELD))) return;
  if (!target.querySelector(WIDGET)) {
    last = event;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  guard().then(
    () => target.requestSubmit(submitter),
    (error) => console.error('consentinel: a form is held', error),
  );
};

/** @param {Element} script a held one @param {import('../places/kit').PlacesKit} given */
export const meetCaptcha = (script, given) => {
  const [kind] = /recaptcha|hcaptcha|turnstile/.exec(inert(script, 'src') || '') || [];
  if (met.has(script) || (!kind && !config.captchas?.includes(inert(script, 'vendor') || ''))) return;
  const name = kind === 'recaptcha' ? 'grecaptcha' : kind;
  const page = /** @type {any} */ (window);
  if (name && !page[name]) page[name] = (standIns[name] = makeStandIn()).fake;
  kit = given;
  met.set(script, name);
  addEventListener('submit', hold, true);
  guard().catch(() => {});
};
