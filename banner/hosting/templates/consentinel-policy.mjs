// consentinel, strict mode: the policy for each answer. Written by `consentinel banner build`.
// An answer counts only as the script writes it, for the purposes that the script was built with. Anything else, also a
// damaged cookie, is no choice.

/** @type {{pattern: string, days: number, policies: Record<string, string>, noChoice: string, gpc: string,
 *    excepted: string[][], cleared: number[],
 *    keepPath: string, keepAttributes: string, byCountry: boolean}} */
export const CONFIG = JSON.parse('__CONFIG__');
const CHOICE = new RegExp(CONFIG.pattern);
const DAY_MS = 86400000;

/** @param {string | null} header @returns {{value: string, bits: string} | null} a valid answer that is not too old */
function choiceIn(header) {
  const found = CHOICE.exec(header ?? '');
  if (!found) return null;
  const age = Math.floor(Date.now() / DAY_MS) - Number(found[1].split('.')[3]);
  return age >= -1 && age <= CONFIG.days ? { value: found[1], bits: found[2] } : null;
}

/** The bits of the categories that the policy may open: one of which a service is excepted stays closed, and the opt-out
 *  signal closes what the law says. @param {{value: string, bits: string}} choice @param {boolean} signal */
function open({ value, bits }, signal) {
  const services = (value.split('.')[4] ?? '').split('-').map((index) => parseInt(index, 36).toString(36));
  const isClosed = (/** @type {number} */ place) =>
    (signal && CONFIG.cleared.includes(place)) || services.some((index) => CONFIG.excepted[place].includes(index));
  return [...bits].map((bit, place) => (isClosed(place) ? '0' : bit)).join('');
}

/** The Content-Security-Policy for a request with these headers. @param {Headers} headers */
export function policyFor(headers) {
  const choice = choiceIn(headers.get('Cookie'));
  const signal = headers.get('Sec-GPC') === '1';
  if (choice) return CONFIG.policies[open(choice, signal)];
  return signal ? CONFIG.gpc : CONFIG.noChoice;
}

/** The answer that the script sends along as a cookie set by HTTP, '' for none: Safari forgets after 7 days what a script
 *  has set. @param {Request} request */
export function keptCookie(request) {
  const choice = request.method === 'POST' ? choiceIn(request.headers.get('Consentinel')) : null;
  const secure = request.url.startsWith('https:') ? '; Secure' : '';
  return choice ? `consentinel=${choice.value}; ${CONFIG.keepAttributes}${secure}` : '';
}
