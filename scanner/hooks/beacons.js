const absolute = (/** @type {string | URL} */ url) => new URL(url, document.baseURI).href;
const urlOf = (/** @type {RequestInfo | URL} */ input) => (input instanceof Request ? input.url : absolute(input));

watchMethod(globalThis.Navigator?.prototype, "sendBeacon", (_self, [url]) => report("beacon:sendBeacon", absolute(url)));
watchMethod(globalThis, "fetch", (_self, [input, init]) => {
  const keepalive = init?.keepalive ?? (input instanceof Request && input.keepalive);
  if (keepalive) report("beacon:keepalive-fetch", urlOf(input));
});
watchMethod(globalThis, "fetchLater", (_self, [input]) => report("beacon:fetchLater", urlOf(input)));

// DevTools often names no initiator for an image that a script asks for.
watchSetter(globalThis.HTMLImageElement?.prototype, "src", (_self, [url]) => report("image", absolute(url)));

// For an image in markup that a script assigns it names the parser, or that script: as its own cache happens to be.
const IMAGE = /<img\b[^>]{0,2000}?\ssrc\s*=\s*["']?([^"'\s>]+)/gi;
/** @type {Notice} */
const reportImages = (_self, [markup]) => {
  for (const [, url] of `${markup}`.slice(0, 100_000).matchAll(IMAGE)) report("image", absolute(url.replaceAll("&amp;", "&")));
};
watchSetter(globalThis.Element?.prototype, "innerHTML", reportImages);
