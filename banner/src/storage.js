/** localStorage that never throws; what cannot be stored lives as long as the page. */
import { consent } from './head.js';

/** @type {Record<string, string>} */
const memory = {};

/** '' where there is nothing. @param {string} key @returns {string} */
export const recall = (key) => memory[key] || consent.attempt(() => localStorage.getItem(`consentinel.${key}`));

/** @param {string} key @param {string} text '' deletes */
export const remember = (key, text) => {
  memory[key] = text;
  consent.attempt(() => {
    localStorage[text ? 'setItem' : 'removeItem'](`consentinel.${key}`, text);
    memory[key] = '';
  });
};
