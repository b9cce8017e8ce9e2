import { make } from './make.js';

/**
 * The first layer.
 * @param {import('../types').Config} config
 * @param {import('./kit').Texts} texts
 * @returns {import('./kit').Layer}
 */
export function firstLayer({ controller, links, theme }, texts) {
  const purpose = (/** @type {string} */ key) => make('li', {}, make('b', {}, texts[key]), ' ', texts[`${key}Text`]);
  const pages = Object.keys(links).map((key) => /** @type {HTMLAnchorElement} */ (make('a', { href: links[key] }, texts[key])));
  return {
    content: [
      make('h2', { id: 't', tabindex: '-1' }, texts.title),
      make('p', { id: 'd' }, texts.text),
      make('ul', {}, ...['functional', 'performance', 'targeting'].map(purpose)),
      make('small', {}, (controller ? `${texts.controller} ${controller} · ` : '') + texts.withdrawText),
      make('small', {}, ...pages),
    ],
    texts,
    buttons: ['accept', 'reject', 'settings'],
    // What the links say must be readable before the choice.
    modal: theme.preset === 'modal' && pages.every(({ href }) => href !== location.href.replace(/[?#].*/, '')),
  };
}
