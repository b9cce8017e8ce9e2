import { make } from './make.js';
import { loadTexts } from './texts.js';

const NOTICED = 'notice';
const SVG = 'http://www.w3.org/2000/svg';
const SLIDERS = 'M2 6h9m4 0h3M2 14h3m4 0h9M15 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0M9 14a2 2 0 1 1-4 0 2 2 0 0 1 4 0';

const CORNER_STYLE = `
.w{position:fixed;bottom:16px;left:16px;max-width:calc(100% - 32px);pointer-events:auto;}
.right{left:auto;right:16px;}
dialog[open]~.w{display:none;}
.w ::slotted(*){padding:11px 16px!important;background:var(--background)!important;color:var(--text)!important;border-color:var(--border)!important;box-shadow:0 2px 12px #0003!important;font-size:.8125em!important;display:block!important;}
svg{position:absolute;inset:12px;width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;pointer-events:none;}
.icon ::slotted(*){width:44px!important;height:44px!important;box-sizing:border-box!important;padding:0!important;border-radius:50%!important;overflow:hidden!important;text-indent:99px!important;white-space:nowrap!important;}`;

function icon() {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', SLIDERS);
  svg.append(path);
  return svg;
}

/** @param {import('./kit').Kit} kit @param {import('./kit').Texts} texts */
function label({ consent, actions }, texts) {
  const sale = consent.regime.purposes.some((obligation) => obligation.endsWith('opt_out'));
  return sale && [actions.state().gpc && texts.gpc, texts.doNotSell].filter(Boolean).join(' · ');
}

/** @param {import('./kit').Kit} kit @param {import('./kit').Ui} ui @param {import('./kit').Texts} texts
 *  @returns {import('./kit').Layer} */
const notice = ({ remember }, { hide }, texts) => ({
  content: [make('h2', { id: 't', tabindex: '-1' }, texts.widget), make('p', { id: 'd' }, texts.notice)],
  texts,
  buttons: ['close', 'settings'],
  on: {
    close() {
      remember(NOTICED, '1');
      hide();
    },
  },
});

let started = false;

/**
 * Puts the way back to the settings into a corner of the page: an icon, or a text where a law wants one. Where nobody
 * is asked but everybody has to be told, it tells once.
 * @param {import('./kit').Kit} kit
 * @param {import('./kit').Ui} ui
 */
export async function startCorner(kit, ui) {
  if (started) return;
  started = true;
  const { widget = 'left' } = kit.config.theme;
  const { frame } = ui;
  const texts = await loadTexts(kit.config, kit.loadPart);
  const text = label(kit, texts);
  if (widget !== 'none') {
    frame.addStyle(CORNER_STYLE);
    const place = make('div', { class: `w ${widget} ${text ? '' : 'icon'}` }, make('slot', { name: 'w' }), text ? '' : icon());
    const name = text || texts.widget;
    frame.shadow.append(place);
    frame.root.append(make('button', { type: 'button', slot: 'w', title: name, 'data-consentinel-action': 'settings' }, name));
  }
  const tells = kit.consent.regime.purposes.includes('notice_and_objection') && !kit.consent.decided && !ui.asks();
  if (tells && !frame.layer && !kit.recall(NOTICED)) frame.open(notice(kit, ui, texts));
}
