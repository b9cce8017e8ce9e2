/**
 * The language that the page asks for, else the visitor, among those compiled in; else the default.
 * @param {import('../types').Config} config
 */
export function pickLanguage({ locales }) {
  for (const wish of [document.documentElement.lang, ...navigator.languages]) {
    const found = locales.find((name) => name === wish.toLowerCase() || name === wish.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return locales[0];
}

/**
 * All texts in that language; those of the first layer in the default language where they cannot be loaded.
 * @param {import('../types').Config} config
 * @param {import('./kit').Kit['loadPart']} loadPart
 * @returns {Promise<import('./kit').Texts>}
 */
export async function loadTexts(config, loadPart) {
  const language = pickLanguage(config);
  const part = await loadPart(language === config.locales[0] ? 'settings' : language).catch(() => ({}));
  return { ...config.texts, ...part.texts };
}
