/** `image.href.baseVal = url`: the object does not tell whose it is, so it is remembered when it is handed out.
 *  */
import { holds } from '../head.js';

/** @type {WeakMap<any, Element>} */
const owners = new WeakMap();

/** @type {import('../block/realms.js').Patch[]} */
export const SVG = [
  [
    'SVGUseElement SVGScriptElement SVGImageElement SVGFEImageElement SVGPatternElement SVGGradientElement ' +
      'SVGFilterElement SVGTextPathElement SVGMPathElement',
    'href',
    0,
    (answer, element) => void owners.set(answer, element),
  ],
  [
    'SVGAnimatedString',
    'baseVal',
    (self, [url]) => owners.has(self) && holds(url) && (() => owners.get(self)?.setAttribute('href', url)),
  ],
];
