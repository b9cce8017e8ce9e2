const DAYS_A_MONTH = 30.44;

/** @param {number} days @returns {[number, string]} */
function measure(days) {
  if (days < 1) return [Math.ceil(days * 24), 'hour'];
  if (days >= 365 && days % 365 === 0) return [days / 365, 'year'];
  if (days >= 60) return [Math.round(days / DAYS_A_MONTH), 'month'];
  return [Math.round(days), 'day'];
}

/**
 * How long something is kept, in the words of the language.
 * @param {number | null} days 0 for as long as the browser runs, null without an end
 * @param {string} language
 * @param {import('./kit').Texts} texts
 */
export function lifetime(days, language, texts) {
  if (days === null) return texts.endless;
  if (!days) return texts.session;
  const [count, unit] = measure(days);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
