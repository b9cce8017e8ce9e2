/** Strict mode where no server can choose the policy: the pages carry the closed one as a meta element, and this
 *  worker puts the one of the visitor's answer in its place. Where the worker does not run, the pages stay closed.
 *  A site with a worker of its own calls importScripts on this file. */

/** @typedef {{ pattern: string, days: number, policies: Record<string, string>, noChoice: string, gpc: string,
 *    excepted: string[][], cleared: number[] }} Settings */
/** @typedef {{ request: Request, respondWith(answer: Promise<Response>): void, waitUntil(work: Promise<unknown>): void }} WorkerEvent */
/** @typedef {{ skipWaiting(): void, clients: { claim(): Promise<void> }, navigator: { globalPrivacyControl?: boolean },
 *    cookieStore?: { getAll(name: string): Promise<{ value: string }[]> },
 *    addEventListener(type: string, listener: (event: WorkerEvent) => void): void }} Worker */

const settings = /** @type {Settings} */ (/** @type {unknown} */ (__config));
const worker = /** @type {Worker} */ (/** @type {unknown} */ (self));
const CHOICE = new RegExp(settings.pattern);
const OUR_META = /<meta(?=[^>]*content-security-policy)[^>]*\sdata-consentinel(?=[\s=/>])[^>]*>/i;
const HEAD_BYTES = 65536;
// Firefox's cookieStore does not see at once what the page has written.
const LAG_MS = 10000;

/** A category of which a service is excepted stays closed, and the opt-out signal closes what the law says.
 *  @param {string} bits @param {string} [vendors] */
const open = (bits, vendors = '') => {
  const services = vendors.split('-').map((index) => parseInt(index, 36).toString(36));
  const isClosed = (/** @type {number} */ place) =>
    (worker.navigator.globalPrivacyControl && settings.cleared.includes(place)) ||
    services.some((index) => settings.excepted[place].includes(index));
  return [...bits].map((bit, place) => (isClosed(place) ? '0' : bit)).join('');
};

/** @param {string} value @returns {string} the bits that a valid answer opens, '' for none */
const bitsOf = (value) => {
  const found = CHOICE.exec(`consentinel=${value}`);
  const age = Math.floor(Date.now() / 864e5) - +value.split('.')[3];
  return found?.[1] === value && age >= -1 && age <= settings.days ? open(found[2], value.split('.')[4]) : '';
};

/** What hosting.js has noted; the cookie decides as soon as it can be trusted to be seen. */
const answeredBits = async () => {
  const note = await caches.match('/consentinel-state', { cacheName: 'consentinel' });
  const noted = note ? bitsOf(await note.text()) : '';
  if (!worker.cookieStore || (note && Date.now() - Number(note.headers.get('at')) < LAG_MS)) return noted;
  const cookies = await worker.cookieStore.getAll('consentinel');
  return cookies.map(({ value }) => bitsOf(value)).find(Boolean) ?? '';
};

/** @returns {Promise<string>} '' where the page's own policy is the right one: it is that for visitors with GPC */
const policy = async () => {
  const bits = await answeredBits();
  if (bits) return settings.policies[bits];
  return worker.navigator.globalPrivacyControl || settings.noChoice === settings.gpc ? '' : settings.noChoice;
};

/** One character a byte, so that no encoding gets in the way. @param {Uint8Array} bytes */
const characters = (bytes) => bytes.reduce((text, byte) => text + String.fromCharCode(byte), '');
/** @param {string} text */
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Replaces our meta element near the start; what follows streams through. @param {string} text */
const replacing = (text) => {
  /** @type {string | null} */
  let start = '';
  const meta = `<meta http-equiv="Content-Security-Policy" data-consentinel content="${text}">`;
  /** @param {TransformStreamDefaultController<Uint8Array>} to */
  const send = (to) => {
    if (start) to.enqueue(bytes(start.replace(OUR_META, () => meta)));
    start = null;
  };
  return new TransformStream({
    transform(/** @type {Uint8Array} */ chunk, to) {
      if (start === null) return to.enqueue(chunk);
      start += characters(chunk);
      if (start.length > HEAD_BYTES || OUR_META.test(start)) send(to);
    },
    flush(to) {
      if (start !== null) send(to);
    },
  });
};

/** @param {Response} page @param {string} text */
const withPolicy = (page, text) => {
  const headers = new Headers(page.headers);
  headers.delete('content-length');
  headers.delete('content-encoding');
  return new Response(page.body?.pipeThrough(replacing(text)), { status: page.status, statusText: page.statusText, headers });
};

/** @param {Request} request */
const answer = async (request) => {
  const [page, text] = await Promise.all([fetch(request), policy().catch(() => '')]);
  const html = /^text\/html|^application\/xhtml/i.test(page.headers.get('content-type') ?? '');
  return text && html && page.body ? withPolicy(page, text) : page;
};

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.respondWith(answer(event.request));
});
