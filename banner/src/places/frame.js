/** What stands in a held frame's place: drawn in the frame's own blank document, so nothing in the page moves. */
import { HELD, inert } from '../release/inert.js';
import { makeBox } from './box.js';
import { adopt, css } from './look.js';
import { pickLanguage } from '../ui/texts.js';
import { nameOf, textsFor } from './texts.js';

/** @typedef {import('./kit').PlacesKit} Kit */

/** Smaller ones are nothing to look at. */
const MIN_FRAME_PX = 40;

/** The frame keeps the focus that was on its button. @param {HTMLIFrameElement} frame */
const focusWhenLoaded = (frame) => frame.addEventListener('load', () => frame.focus(), { once: true });

/** @param {HTMLIFrameElement} frame @param {(key: string) => string} text @param {(() => void) | undefined} allow @param {Kit} kit */
const draw = (frame, text, allow, kit) => {
  const inside = frame.contentDocument;
  if (!inside?.body || inside.body.firstChild || !frame.matches(HELD)) return;
  inside.documentElement.lang = pickLanguage(kit.config);
  adopt(inside, css(frame, kit.config.theme));
  inside.body.append(makeBox(inside, 'placeholder', text, allow, () => kit.show('settings')));
};

/** @param {HTMLIFrameElement} frame @param {Kit} kit */
const show = async (frame, kit) => {
  const vendor = inert(frame, 'vendor') || '';
  const name = vendor ? await nameOf(vendor, kit) : new URL(inert(frame, 'src') || '', document.baseURI).host;
  const text = await textsFor(name, kit);
  const load = () => {
    focusWhenLoaded(frame);
    kit.allow(vendor);
  };
  // Under a policy only the settings help: it is chosen by the answer, for the whole page.
  const allow = vendor && kit.config.mode !== 'strict' ? load : undefined;
  const fill = () => draw(frame, text, allow, kit);
  // Some browsers load the blank document later than others, and over what was drawn.
  frame.addEventListener('load', fill);
  fill();
};

/** @type {WeakSet<HTMLIFrameElement>} */
const met = new WeakSet();

/** Draw as soon as the frame is about to be seen. @param {HTMLIFrameElement} frame a held one @param {Kit} kit */
export const meetFrame = (frame, kit) => {
  if (met.has(frame)) return;
  met.add(frame);
  const observer = new IntersectionObserver(
    ([{ isIntersecting, boundingClientRect: box }]) => {
      if (!isIntersecting || box.width < MIN_FRAME_PX || box.height < MIN_FRAME_PX) return;
      observer.disconnect();
      show(frame, kit);
    },
    { rootMargin: '200px' },
  );
  observer.observe(frame);
};
