import { make } from './make.js';

/** @param {string} value @param {import('./kit').Texts} texts */
function copy(value, texts) {
  const button = make('button', { type: 'button', class: 'copy', 'aria-live': 'polite' }, texts.copy);
  button.onclick = async () => {
    await navigator.clipboard.writeText(value);
    button.textContent = texts.copied;
  };
  return button;
}

/** @param {string} label @param {string} value @param {import('./kit').Texts} texts */
const proof = (label, value, texts) =>
  make('div', {}, `${label}: `, make('code', { dir: 'ltr' }, value), navigator.clipboard ? copy(value, texts) : '');

/**
 * When the visitor chose, and what proves it.
 * @param {import('./kit').Shown} state
 * @param {string} proofs id and receipt, which only the banner itself shows
 * @param {import('./kit').Texts} texts
 * @param {string} language
 */
export function facts({ date }, proofs, texts, language) {
  if (!date) return '';
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date));
  const lines = [make('div', {}, texts.chosen.replace('{date}', day))];
  const [id, receipt] = proofs.split(' ');
  if (id) lines.push(proof(texts.id, id, texts));
  if (receipt) lines.push(proof(texts.receipt, receipt, texts));
  return make('div', { class: 'facts' }, ...lines);
}

/** That a signal of the browser is honoured. @param {import('./kit').Texts} texts */
export const signal = (texts) => make('div', { class: 'note' }, make('b', {}, texts.gpc), make('p', {}, texts.gpcText));
