import { make } from './make.js';
import { style } from './style.js';

/**
 * The one element of ours in the page: a dialog in an open shadow root, its buttons in the page's own tree, where
 * tools that answer for the visitor find them. It stands beside the body, which frameworks may exchange.
 * @param {Record<string, string>} theme
 * @param {string} language
 * @param {(event: Event) => void} onClick
 */
export function makeFrame(theme, language, onClick) {
  const dialog = /** @type {HTMLDialogElement} */ (make('dialog', { 'aria-labelledby': 't', 'aria-describedby': 'd' }));
  const root = make('csl-root', { lang: language, dir: /^(ar|fa|he|ur)/.test(language) ? 'rtl' : 'ltr', popover: 'manual' });
  const shadow = root.attachShadow({ mode: 'open' });
  /** @type {HTMLElement[]} */
  let buttons = [];

  /** @type {import('./kit').Frame} */
  const frame = {
    language,
    root,
    shadow,
    addStyle(css) {
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        shadow.adoptedStyleSheets.push(sheet);
      } catch {
        shadow.append(make('style', {}, css)); // Safari before 16.4
      }
    },
    open(layer) {
      frame.close();
      frame.layer = layer;
      if (!root.isConnected) return;
      dialog.className = layer.look ?? (layer.modal ? '' : 'bar');
      dialog.replaceChildren(make('div', {}, ...layer.content), make('div', { class: 'b' }, make('slot')));
      buttons = layer.buttons.map((action) =>
        make('button', { type: 'button', 'data-consentinel-action': action }, layer.texts[action]),
      );
      root.append(...buttons);
      if (layer.modal) {
        dialog.showModal();
        shadow.getElementById('t')?.focus(); // no button: Enter must not answer by accident
      } else dialog.open = true;
    },
    close() {
      frame.layer = undefined;
      dialog.close();
      for (const button of buttons) button.remove();
    },
  };

  // Esc is no answer. Browsers that insist on closing (a second Esc, Android's back) get the dialog opened again.
  dialog.oncancel = (event) => {
    event.preventDefault();
    frame.layer?.back?.();
  };
  dialog.onclose = () => {
    if (!dialog.open && frame.layer) frame.open(frame.layer);
  };

  function attach() {
    if (!document.body || root.isConnected) return;
    const html = document.documentElement;
    html.insertBefore(root, document.body);
    root.showPopover?.();
    if (frame.layer) frame.open(frame.layer);
    document.addEventListener('click', onClick, true); // document.open() takes it away
    for (const node of [document, html]) observer.observe(node, { childList: true });
  }
  const observer = new MutationObserver(attach);

  shadow.append(dialog);
  frame.addStyle(style(theme));
  observer.observe(document.documentElement, { childList: true });
  attach();
  return frame;
}
