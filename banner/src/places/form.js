/** The question for a CAPTCHA's service, at the button that sends the form. */
import { makeBox } from './box.js';
import { adopt, css } from './look.js';
import { inert } from '../release/inert.js';
import { nameOf, textsFor } from './texts.js';

/** Buttons that are being asked at. @type {WeakMap<Element, HTMLElement>} */
const boxes = new WeakMap();

/** @param {HTMLElement} button */
const makeHost = (button) => {
  const host = document.createElement('div');
  host.style.flexBasis = '100%';
  boxes.set(button, host);
  if (button.localName === 'form') button.append(host);
  else button.after(host);
  return host;
};

/** @param {Element | null | undefined} root */
const focusFirst = (root) => root?.shadowRoot?.querySelector('button')?.focus();

/**
 * @param {HTMLElement} button
 * @param {Element} script the held one
 * @param {import('./kit').PlacesKit} kit
 * @param {() => void} [again] what the visitor wanted, done once more after consent
 */
export const askForm = async (button, script, kit, again) => {
  if (boxes.get(button)?.isConnected) return focusFirst(boxes.get(button));
  const vendor = inert(script, 'vendor') || '';
  const host = makeHost(button);
  const text = await textsFor(await nameOf(vendor, kit), kit);
  let wanted = false;
  const allow = () => {
    wanted = true;
    kit.allow(vendor);
  };
  script.addEventListener('consentinel:run', () => {
    host.remove();
    if (!wanted) return;
    button.focus();
    again?.();
  });
  const root = host.attachShadow({ mode: 'open' });
  adopt(root, css(host, kit.config.theme));
  const can = vendor && kit.config.mode !== 'strict';
  root.append(makeBox(document, 'form', text, can ? allow : undefined, () => kit.show('settings')));
  focusFirst(host);
};
