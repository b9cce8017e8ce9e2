/** Attributes that are set as nodes, and `style`. */
import { assign, PREFIX, remove } from '../head.js';

/** @type {import('../block/hook.js').Before} */
const setNode = (self, [attribute], _, native) => {
  // A NamedNodeMap does not tell whose it is; an attribute of it does.
  const probe = document.createAttribute(PREFIX);
  native.call(self, probe);
  const element = /** @type {Element} */ (probe.ownerElement);
  remove(element, PREFIX);
  const args = [attribute.value];
  const instead = assign(element, attribute.name, args, 0);
  if (args[0] !== attribute.value) attribute.value = args[0];
  return instead;
};

/** @type {import('../block/realms.js').Patch[]} */
export const ATTRIBUTES = [
  ['HTMLElement SVGElement', 'style', (self, args, name) => assign(self, name, args, 0)],
  ['Element NamedNodeMap', /^set(Attribute|NamedItem).*(Node|Item)/, setNode],
  [
    'Attr Node',
    /^(value|textContent|nodeValue)$/,
    (node, args) => node.ownerElement && assign(node.ownerElement, node.name, args, 0),
  ],
];
