/**
 * The language that the page asks for, else the visitor, among those compiled in; else the default.
 * @param {import('../types').Config} config
 */
export function pickLanguage({ locale, locales }) {
  const known = [locale, ...Object.keys(locales)];
  for (const wish of [document.documentElement.lang, ...navigator.languages]) {
    const found = known.find((name) => name === wish.toLowerCase() || name === wish.slice(0, 2).toLowerCase());
    if (found) return found;
  }
  return locale;
}

/**
 * All texts in that language; those of the first layer in the default language where they cannot be loaded.
 * @param {import('../types').Config} config
 * @param {import('./kit').Kit['loadPart']} loadPart
 * @returns {Promise<import('./kit').Texts>}
 */
export async function loadTexts(config, loadPart) {
  const language = pickLanguage(config);
  const texts = await loadPart(language === config.locale ? 'more' : language).catch(() => config.texts);
  return { ...config.texts, ...texts };
}
