import { makeFrame } from './frame.js';
import { firstLayer } from './layer.js';
import { loadTexts, pickLanguage } from './texts.js';

/**
 * Asks where the state wants it; the way back to the settings, and what is behind it, is the part `settings`.
 * @param {import('./kit').Kit} kit
 */
export function startUi(kit) {
  const { config, consent, loadPart, actions } = kit;
  const frame = makeFrame(config.theme, pickLanguage(config), onClick);
  /** @type {import('./kit').Ui} */
  const ui = { frame, show, hide, asks: () => !consent.decided && consent.regime.purposes.includes('opt_in') };
  let turn = 0; // what was asked for last wins over what loads longer

  /** @param {Event} event */
  function onClick(event) {
    const node = event.composedPath().find((one) => /** @type {HTMLElement} */ (one).dataset?.consentinelAction);
    if (!node) return;
    event.preventDefault();
    const action = /** @type {'accept'} */ (/** @type {HTMLElement} */ (node).dataset.consentinelAction);
    const { on, method = 'banner' } = frame.layer ?? {};
    if (action === /** @type {string} */ ('settings')) show(action);
    else if (on?.[action]) on[action]();
    else if (/accept|reject|withdraw/.test(action)) {
      hide();
      actions[action](method);
    }
  }

  function hide() {
    turn++;
    frame.close();
    corner();
  }

  /** The way back, and a notice where the law wants one. */
  const corner = async () => (await loadPart('settings')).startCorner(kit, ui);

  /** @param {string} [which] */
  async function show(which) {
    const mine = ++turn;
    const second = which === 'settings' && (await loadPart('settings').catch(() => ({})));
    const texts = second || frame.language !== config.locales[0] ? await loadTexts(config, loadPart) : config.texts;
    if (mine !== turn) return;
    if (second && second.open) second.open(kit, ui, texts);
    else frame.open(firstLayer(config, second ? { ...texts, text: texts.unavailable } : texts));
  }

  function start() {
    document.addEventListener('consentinel:change', () => consent.decided && hide());
    if (ui.asks()) show();
    else corner();
  }

  if (/** @type {any} */ (document).prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
  return ui;
}
