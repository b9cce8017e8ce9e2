import { CATEGORIES } from './core/categories.js';
import { facts, signal } from './ui/facts.js';
import { make } from './ui/make.js';
import { SECOND_STYLE } from './ui/second_style.js';
import { folded } from './ui/services.js';
import { makeSwitches } from './ui/switches.js';

export { startCorner } from './ui/corner.js';

// The names of their texts.
const KEYS = ['strictlyNecessary', 'functional', 'performance', 'targeting'];
let styled = false;

/**
 * Shows the second layer: a switch for each category and, unfolding, for each service.
 * @param {import('./ui/kit').Kit} kit
 * @param {import('./ui/kit').Ui} ui
 * @param {import('./ui/kit').Texts} texts
 */
export async function open({ actions, loadPart, recall }, ui, texts) {
  const { frame } = ui;
  if (!styled) frame.addStyle(SECOND_STYLE);
  styled = true;
  const state = actions.state();
  const { vendors } = /** @type {import('./ui/kit').Services} */ (await loadPart('settings'));
  const { choices, categorySwitch, serviceSwitch } = makeSwitches(state);
  const sections = CATEGORIES.map((category, i) => {
    const control = i ? categorySwitch(category) : make('span', { class: 'on' }, texts.alwaysOn);
    const own = vendors.filter((vendor) => vendor.category === category);
    const boxes = own.map(({ slug }) => (i && slug ? serviceSwitch(slug, category) : undefined));
    return section(KEYS[i], texts, control, own.length ? folded(own, boxes, texts, frame.language) : '');
  });
  const granted = KEYS.some((key) => state.choices[key]) || Object.values(state.vendors).includes(true);
  const back = () => leave(ui);
  const save = () => {
    ui.hide();
    actions.save(choices(), 'settings');
  };
  frame.open({
    content: [
      make('button', { class: 'x', 'aria-label': texts.close, 'data-consentinel-action': 'close' }, '×'),
      make('h2', { id: 't', tabindex: '-1' }, texts.widget),
      make('p', { id: 'd' }, texts.settingsText),
      state.gpc ? signal(texts) : '',
      ...sections,
      facts(state, recall('receipt'), texts, frame.language),
    ],
    texts,
    buttons: ['save', 'accept', 'reject', ...(granted ? ['withdraw'] : [])],
    look: granted ? 'settings four' : 'settings',
    modal: true,
    method: 'settings',
    on: { save, close: back },
    back,
  });
}

/** Without an answer: back to the question, where there is one. @param {import('./ui/kit').Ui} ui */
async function leave({ asks, show, hide, frame }) {
  if (!asks()) return hide();
  await show();
  /** @type {HTMLElement | null} */ (frame.root.querySelector('[data-consentinel-action=settings]:not([slot])'))?.focus();
}

/** @param {string} key @param {import('./ui/kit').Texts} texts @param {HTMLElement} control @param {Node | string} more */
function section(key, texts, control, more) {
  const heading = make('h3', {}, control.id ? make('label', { for: control.id }, texts[key]) : texts[key]);
  const about = make('div', {}, heading, make('p', {}, texts[`${key}Text`]));
  return make('section', {}, make('div', { class: 'row' }, about, control), more);
}
