/** Has every held element, and every tag made inert by hand, treated as the answer wants it. */
import { config, gateTree, held, meets, nothing, selectors } from '../head.js';
import { act } from '../acting.js';
import { loadPart } from '../parts.js';
import { meetCaptcha } from './captcha.js';
import { inert } from './inert.js';
import { release } from './release.js';
import { permitted } from './waits.js';

/** Made inert by hand, in our words or in those of other consent tools; replay/manual.js looks closer. */
const MANUAL =
  'script[type="text/plain" i],template[data-purpose],[data-cookieblock-src],[uc-src],[data-cookieyes],' +
  '[class*=optanon-c],[data-name][data-src],[data-category]:is([data-src],[data-href])';

/** @param {Omit<import('../places/kit').PlacesKit, 'config'>} given */
export const startRelease = (given) => {
  const kit = { ...given, config };
  const meet = (/** @type {any} */ node) => {
    if (inert(node, 'category') === null) node.matches(MANUAL) && act().then((part) => part.adopt(node), nothing);
    else if (permitted(node)) release();
    else if (node.localName === 'script') meetCaptcha(node, kit);
    else if (node.localName === 'iframe') loadPart('places').then((part) => part.meetFrame(node, kit), nothing);
  };
  selectors.push(MANUAL);
  meets.push(meet);
  for (const { node } of held) if (node) meet(node);
  gateTree(document);
  document.addEventListener('prerenderingchange', release);
};
