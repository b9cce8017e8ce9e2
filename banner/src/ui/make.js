import { spared } from '../head.js';

/**
 * Makes an element, which nobody has to guard, by DOM calls alone, which work under `require-trusted-types-for 'script'`.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  spared.add(element);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}
