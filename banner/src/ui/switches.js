import { CATEGORIES } from '../core/categories.js';
import { consent, kinds, vendors } from '../head.js';
import { make } from './make.js';

/**
 * The switches of the second layer. Those of services show what is in force: they follow their category, or all of
 * them (a tag manager), until the visitor says something else.
 * @param {import('./kit').Shown} state
 */
export function makeSwitches({ choices, vendors: exceptions }) {
  /** @type {Record<string, HTMLInputElement>} */
  const categories = {};
  /** @type {Record<string, { box: HTMLInputElement, category: string, kind: number, wish?: boolean }>} */
  const services = {};
  let count = 0;

  /** @param {boolean} on @param {(on: boolean) => void} change */
  function box(on, change) {
    const made = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', role: 'switch', id: `s${count++}` }));
    made.checked = on;
    made.onchange = () => change(made.checked);
    return made;
  }

  const answer = () => CATEGORIES.map((name) => categories[name]?.checked ?? true);

  /** Who has a say in more than one category follows them all, unless told otherwise. */
  function follow() {
    for (const [slug, { box, kind, wish }] of Object.entries(services)) {
      box.checked = wish ?? !!consent.usual(kind, vendors.indexOf(slug), answer());
    }
  }

  return {
    /** @param {string} category */
    categorySwitch(category) {
      return (categories[category] = box(choices[category], (on) => {
        for (const service of Object.values(services)) {
          if (service.category === category && service.kind < 4) service.wish = on;
        }
        follow();
      }));
    },
    /** None for a service that no rule holds back. @param {string} slug @param {string} category */
    serviceSwitch(slug, category) {
      const vendor = vendors.indexOf(slug);
      const kind = kinds[vendor];
      if (!kind) return undefined;
      const made = box(consent.permits(kind, vendor), (on) => {
        services[slug].wish = on;
      });
      services[slug] = { box: made, category, kind, wish: exceptions[slug] };
      return made;
    },
    /** What they say, of each service that is shown. */
    choices() {
      const [, functional, performance, targeting] = answer();
      const wishes = Object.entries(services).map(([slug, { box }]) => [slug, box.checked]);
      return { functional, performance, targeting, vendors: Object.fromEntries(wishes) };
    },
  };
}
