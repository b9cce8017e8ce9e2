/** What the compiled rules say of an address, a cookie or a storage key. */

/** @typedef {import('../types').Verdict} Verdict */

/**
 * Read the rules: a line each, `<code><vendor-slug> pattern pattern …`. The function needs nothing around it,
 * because its text also runs in workers (block/workers.js).
 * @param {string} text
 * @param {string[]} own patterns of what is no third party: hosts, with their subdomains, and addresses
 * @param {() => string} base what relative addresses are relative to
 */
export function readRules(text, own, base) {
  /** @type {string[]} slugs by index */
  const vendors = [];
  /** @type {number[]} per vendor the highest category of its rules; what a choice about the vendor is measured
   *  against */
  const kinds = [];
  /** @type {[weight: number, start: string, pattern: string, verdict: Verdict | null][]} */
  const rules = [];
  /** @type {Set<string>} hosts that no rule knows */
  const unknowns = new Set();
  /** @type {Map<string, Verdict | null | undefined>} */
  const known = new Map();

  // Paths come before hosts, names before expressions for names; then the longer pattern says more.
  const add = (/** @type {string} */ pattern, /** @type {Verdict | null} */ verdict) => {
    const [start, more] = pattern.split('*');
    const name = start[0] === '#';
    const ahead = name ? (more === undefined ? 0 : -999) : pattern.includes('/') ? 999 : 0;
    rules.push([pattern.length + ahead, start, pattern, verdict]);
  };
  for (const host of own) add(host, null);
  for (const line of text.split('\n')) {
    const [head, ...patterns] = line.split(' ');
    const slug = head.slice(1);
    const category = /** @type {import('../types').CategoryCode} */ (+head[0]);
    const vendor = slug ? (vendors.includes(slug) ? vendors.indexOf(slug) : vendors.push(slug) - 1) : -1;
    kinds[vendor] = Math.max(kinds[vendor] || 0, category);
    for (const part of patterns) {
      add((part[0] === '.' ? slug : part[0] === '/' ? own[0] : '') + part, { category, vendor });
    }
  }
  rules.sort(([one], [other]) => other - one);

  const fits = (/** @type {string} */ pattern, /** @type {string} */ what) =>
    RegExp(
      `^([^/]*\\.)?${pattern
        .replace(/^[^#/]*$/, '$&/*')
        .replace(/[^\w*]/g, '\\$&')
        .replaceAll('*', '.*')}$`,
    ).test(what);

  /** @param {string} what host and path, or # and a name */
  const look = (what) => {
    if (known.size > 999) known.clear();
    if (!known.has(what)) {
      known.set(what, rules.find(([, start, pattern]) => what.includes(start) && fits(pattern, what))?.[3]);
    }
    return known.get(what);
  };

  /** Null: own, or nothing that is fetched from a host. @param {string} address @returns {Verdict | null} */
  const judge = (address) => {
    try {
      const { protocol, hostname, pathname } = new URL(address, base());
      if (!/^(http|ws)s?:/.test(protocol)) return null;
      const verdict = look(hostname.replace(/\.$/, '') + pathname);
      if (verdict !== undefined) return verdict;
      unknowns.add(hostname);
      return { category: 6, vendor: -1 };
    } catch {
      return null;
    }
  };

  /** Null: no rule knows the name. @param {string} name @returns {Verdict | null} */
  const judgeName = (name) => (/^consentinel/.test(name) ? null : (look(`#${name}`) ?? null));

  return { vendors, kinds, unknowns, judge, judgeName };
}

/** Our own script element. */
export const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);

/** Where the parts are. */
export const base = new URL(__config.base || '.', script?.src || document.baseURI).href;

/** What is no third party: the page's host, the site's, the consent API, and of this script's host, which others may
 *  share, its folder. */
export const own = [
  location.hostname,
  ...__config.own,
  ...[__config.api || base, base, script?.src || base].flatMap((url) => {
    const { hostname, pathname } = new URL(url, base);
    return hostname === location.hostname ? [] : hostname + (pathname > '/' ? `${pathname}*` : '');
  }),
];

const read = readRules(__config.rules, own, () => document.baseURI);
export const { vendors, kinds, unknowns, judge, judgeName } = read;
