/** What says that a service is blocked, and asks for it. */

/** @param {Document} document @param {string} tag @param {string} text @param {() => void} [press] */
const make = (document, tag, text, press) => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (press) {
    element.setAttribute('type', 'button');
    element.addEventListener('click', press);
  }
  return element;
};

/**
 * @param {Document} document where it will stand
 * @param {'placeholder' | 'form'} kind begins the keys of its texts
 * @param {(key: string) => string} text
 * @param {(() => void) | undefined} allow nothing where only the settings can help
 * @param {() => void} settings
 * @returns {HTMLElement} the box; its first button has the focus where one is wanted
 */
export const makeBox = (document, kind, text, allow, settings) => {
  const box = document.createElement('div');
  box.className = kind === 'form' ? 'box form' : 'box frame';
  box.dir = 'auto';
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', text(`${kind}Title`));
  box.append(make(document, 'h2', text(`${kind}Title`)), make(document, 'p', text(`${kind}Text`)));
  const actions = document.createElement('div');
  if (allow) actions.append(make(document, 'button', text(kind === 'form' ? 'formAllow' : 'placeholderLoad'), allow));
  const more = make(document, 'button', text('settings'), settings);
  if (allow) more.className = 'more';
  actions.append(more);
  box.append(actions);
  return box;
};
