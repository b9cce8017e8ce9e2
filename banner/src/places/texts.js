/** The words of the part, with the service's name in them. */
import { loadTexts } from '../ui/texts.js';

/** @param {string} slug */
const fromSlug = (slug) => slug.replace(/-/g, ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

/** What people call the service. @param {string} slug @param {import('./kit').PlacesKit} kit */
export const nameOf = async (slug, { loadPart }) => {
  try {
    const { vendors } = await loadPart('settings');
    return vendors.find((/** @type {{ slug: string }} */ vendor) => vendor.slug === slug).name;
  } catch {
    return fromSlug(slug);
  }
};

/**
 * @param {string} name
 * @param {import('./kit').PlacesKit} kit
 * @returns {Promise<(key: string) => string>}
 */
export const textsFor = async (name, { config, loadPart }) => {
  const texts = await loadTexts(config, loadPart);
  return (key) => (texts[key] || '').replace('{vendor}', name);
};
