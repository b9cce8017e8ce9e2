/** What the visitor has answered, as everything else has to know it: read before the page. ../keep.js writes
 *  it. */
import { parseChoice } from './choice.js';
import { isOn, pickRegime } from './regimes.js';
import { kinds, vendors } from './rules.js';

/** @typedef {import('../types').Verdict} Verdict */
/** @typedef {import('./choice.js').Choice} Choice */

const config = __config;
const page = /** @type {Document & { prerendering?: boolean }} */ (document);

// Taken before the page's markup exists: an <img name=cookie> hides document.cookie, and ours must not be
// judged.
const jar = /** @type {{ get(): string, set(text: string): void }} */ (
  Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
);
const gpc = !!(/** @type {{ globalPrivacyControl?: boolean }} */ (navigator).globalPrivacyControl);

/** Storage and cookies throw where the browser keeps nothing; that is never an answer.
 *  @param {() => string | null | void} run */
const attempt = (run) => {
  try {
    return run() || '';
  } catch {
    return '';
  }
};

/** The values of the cookies with this name. @param {string} name */
const cookies = (name) =>
  attempt(() => jar.get.call(page))
    .split('; ')
    .flatMap((cookie) => (cookie.startsWith(`${name}=`) ? cookie.slice(name.length + 1) : []));

// Two of them: one was set for a domain above, perhaps by somebody else.
const places = new Set(cookies('consentinel_country'));
const country = page.currentScript?.dataset.country || (places.size < 2 && [...places][0]) || '';
const regime = pickRegime(config.regimes, country);

/** @param {string} text */
const parse = (text) => parseChoice(text, config.hash, regime.days);

/** What a category is before any answer. @param {number} category */
const initial = (category) => isOn(regime.purposes[category - 1], gpc);

/** @type {boolean[]} strictly-necessary, functional, performance, targeting */
const granted = [true];

export const consent = {
  attempt,
  jar,
  cookies,
  parse,
  regime,
  gpc,
  initial,
  /** Live. */
  granted,
  /** Vendors whose choice differs from that of their category. @type {Set<number>} */
  toggled: new Set(),
  decided: false,
  /** The answer as text where the browser does not keep it. */
  memory: '',
  /** Whether anything that waits for consent was let through in this page. */
  ran: false,

  /** The answer as text; '' for none. */
  text: () => [consent.memory, ...cookies('consentinel')].find(parse) || '',

  /** What holds under an answer for a vendor of whom nothing was said in particular.
   *  @param {number} category @param {number} vendor @param {boolean[]} [answer]
   *  @returns {boolean | undefined} */
  usual: (category, vendor, answer = granted) =>
    (category < 4 ? answer[category] : answer.slice(1)[category < 5 ? 'some' : 'every'](Boolean)) ||
    regime.exempt?.includes(vendors[vendor]),

  /** Whether the choice permits it, whatever the mode is. @param {number} category @param {number} vendor */
  permits: (category, vendor) =>
    !category ||
    (consent.toggled.has(vendor) ? !consent.usual(kinds[vendor], vendor) : !!consent.usual(category, vendor)),

  /** @param {Verdict} verdict */
  allows: ({ category, vendor }) =>
    !category ||
    config.mode === 'observe' ||
    (!page.prerendering &&
      (consent.permits(category, vendor) ||
        (category > 5 && config.mode !== 'strict' && config.unknown !== 'block')) &&
      (consent.ran = true)),

  /** Read the answer again. Services allowed by a click before any answer are in the same form, for this
   *  tab. */
  reread: () => {
    const text = consent.text();
    const choice = parse(text);
    const { toggled } = choice ||
      parse(attempt(() => sessionStorage.getItem('consentinel.services'))) || { toggled: [] };
    // A prerendered page has no visitor yet.
    const awake = !page.prerendering;
    // The opt-out signal beats an answer, but for one that was given under it where the law knows that.
    const loud = gpc && !(regime.optInWins && attempt(() => localStorage.getItem('consentinel.gpc')) === text);
    /** @param {number} category */
    const counts = (category) => !loud || regime.purposes[Math.min(category, 3) - 1] !== 'signal_opt_out';
    consent.decided = !!choice;
    for (const category of [1, 2, 3]) {
      granted[category] = awake && (choice ? choice.granted[category] && counts(category) : initial(category));
    }
    consent.toggled = new Set(
      toggled.filter(
        (vendor) => awake && (choice ? counts(kinds[vendor]) : !consent.usual(kinds[vendor], vendor)),
      ),
    );
  },
};

consent.reread();
