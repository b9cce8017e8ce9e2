/** Forms whose CAPTCHA is held: their submit waits, and asks for that one service. */
import { HELD, inert } from '../release/inert.js';
import { WIDGET } from '../release/stand_in.js';
import { askForm } from './form.js';

/** @typedef {import('./kit').PlacesKit} Kit */
/** @typedef {import('../release/stand_in.js').StandIn} StandIn */

/** How long a call of the API counts as the answer to a press of a button, in and outside a form. */
const FORM_MS = 30_000;
const BUTTON_MS = 1_000;

/** Held scripts of CAPTCHAs, and when each can be used. @type {Map<HTMLScriptElement, Promise<void>>} */
const scripts = new Map();
/** @type {HTMLElement | undefined} */
let pressed;
let pressedAt = 0;

/** @param {HTMLElement} button */
const press = (button) => {
  pressed = button;
  pressedAt = Date.now();
};

/** What was pressed to send a form. @param {SubmitEvent} event @returns {HTMLElement} */
const buttonOf = ({ submitter, target }) => {
  const form = /** @type {HTMLFormElement} */ (target);
  return submitter || form.querySelector('[type=submit],button') || form;
};

/** The held script that a widget waits for. @param {Element} widget */
const scriptOf = (widget) => {
  const name = /recaptcha|h-?captcha|turnstile/.exec(widget.className)?.[0].replace('-', '') || '';
  return [...scripts.keys()].find((script) => script.matches(HELD) && inert(script, 'src')?.includes(name));
};

/** @param {Event} event @param {HTMLElement | null} widget @param {HTMLElement} button @param {() => void} repeat @param {Kit} kit */
const hold = (event, widget, button, repeat, kit) => {
  const script = widget && scriptOf(widget);
  if (!script) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // Where there is something to solve, the visitor sends the form once that is done.
  const invisible = widget === button || widget.dataset.size === 'invisible';
  askForm(button, script, kit, invisible ? () => scripts.get(script)?.then(repeat) : undefined);
};

/** @param {Kit} kit */
const listen = (kit) => {
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = buttonOf(event);
    press(button);
    hold(event, form.querySelector(WIDGET), button, () => form.requestSubmit(event.submitter), kit);
  };
  const onClick = (/** @type {Event} */ event) => {
    const button = /** @type {Element} */ (event.target).closest?.('button,[type=submit],[type=button]');
    if (!(button instanceof HTMLElement)) return;
    press(button);
    if (button.matches(WIDGET)) hold(event, button, button, () => button.click(), kit);
  };
  addEventListener('submit', onSubmit, true);
  addEventListener('click', onClick, true);
};

/** A call that waits: asked for where a button was pressed for it, silent where the page just loads.
 *  @param {HTMLScriptElement} script @param {Kit} kit */
const called = (script, kit) => {
  const patience = pressed && 'form' in pressed && pressed.form ? FORM_MS : BUTTON_MS;
  if (pressed && Date.now() - pressedAt < patience) askForm(pressed, script, kit);
};

/** @param {any} api @param {import('../release/stand_in.js').Call} call */
const make = (api, { path, values, resolve }) => {
  const owner = path.slice(0, -1).reduce((value, key) => value[key], api);
  resolve(owner[path[path.length - 1]](...values));
};

/** @param {any} api @param {StandIn} standIn */
const arrive = (api, standIn) => {
  standIn.calls.push = (call) => (make(api, call), 0);
  for (const call of standIn.calls.splice(0)) {
    try {
      make(api, call);
    } catch (error) {
      reportError(error);
    }
  }
};

/** Wait for the real one. @param {HTMLScriptElement} script @param {string | undefined} name of its global */
const whenReal = (script, name) =>
  /** @type {Promise<any>} */ (
    new Promise((resolve) => {
      script.addEventListener('load', () => {
        const real = name && /** @type {any} */ (window)[name];
        // only Google's loads in two steps
        const ready = name === 'grecaptcha' && (real?.ready || real?.enterprise?.ready);
        if (ready) ready(() => resolve(real));
        else resolve(real);
      });
    })
  );

/**
 * @param {HTMLScriptElement} script a held one
 * @param {string | undefined} name its global
 * @param {StandIn | undefined} standIn what stands for that
 * @param {Kit} kit
 * @param {SubmitEvent} [last] of the time before this part
 */
export const guard = (script, name, standIn, kit, last) => {
  if (scripts.has(script)) return;
  if (!scripts.size) listen(kit);
  const real = whenReal(script, name);
  scripts.set(script, real.then((api) => void (standIn && arrive(api, standIn))));
  if (!standIn || !name) return;
  const { calls } = standIn;
  calls.push = (call) => {
    called(script, kit);
    return Array.prototype.push.call(calls, call);
  };
  if (last && calls[0]) {
    press(buttonOf(last));
    called(script, kit);
  }
  // Their scripts extend what they find.
  script.addEventListener('consentinel:run', () => {
    const page = /** @type {any} */ (window);
    if (page[name] === standIn.fake) delete page[name];
  });
};
