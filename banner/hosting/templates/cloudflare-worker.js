import { CONFIG, keptCookie, policyFor } from './consentinel-policy.mjs';

// Deploy this file as a module worker on the site's route.

/** Nothing but a valid answer is ever sent back. @param {Request} request */
function keep(request) {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  const cookie = keptCookie(request);
  if (cookie) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 204, headers });
}

/** The visitor's country, and state where a law of one matters, for the script to choose the law by.
 *  @param {Request} request @returns {string} a Set-Cookie header, '' for none */
function countryCookie(request) {
  const country = request.headers.get('CF-IPCountry') ?? '';
  const known = /^[A-Z]{2}$/.test(country) && country !== 'XX';
  if (!CONFIG.byCountry || !known) return '';
  const region = request.headers.get('CF-Region-Code') ?? '';
  const place = /^[A-Z0-9]{1,3}$/.test(region) ? `${country}-${region}` : country;
  const told = /(?:^|; *)consentinel_country=([^;]*)/.exec(request.headers.get('Cookie') ?? '');
  if (told?.[1] === place) return '';
  const secure = request.url.startsWith('https:') ? '; Secure' : '';
  return `consentinel_country=${place}; Path=/; Max-Age=86400; SameSite=Lax${secure}`;
}

/** @param {Headers} headers @param {Request} request */
function addTo(headers, request) {
  // a second policy tightens the site's own, if it has one
  headers.append('Content-Security-Policy', policyFor(request.headers));
  if (!/^(?:text\/html|application\/xhtml)/i.test(headers.get('Content-Type') ?? '')) return;
  // a page of a cache comes with the policy of another answer
  headers.set('Cache-Control', 'no-store');
  const country = countryCookie(request);
  if (country) headers.append('Set-Cookie', country);
}

/** Without the questions whether a cached page is still good: the answer to them would keep its old policy.
 *  @param {Request} request */
function asNew(request) {
  if (!request.headers.get('Accept')?.includes('text/html')) return request;
  const fresh = new Request(request);
  for (const name of ['If-None-Match', 'If-Modified-Since']) fresh.headers.delete(name);
  return fresh;
}

export default {
  /** @param {Request} request */
  async fetch(request) {
    if (new URL(request.url).pathname === CONFIG.keepPath) return keep(request);
    const answer = await fetch(asNew(request));
    if (answer.status < 200) return answer; // a WebSocket: there is nothing to add, and no copy of it works
    const response = new Response(answer.body, answer);
    addTo(response.headers, request);
    return response;
  },
};
