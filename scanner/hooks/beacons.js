const absolute = (url) => new URL(url, document.baseURI).href;
const urlOf = (input) => (input instanceof Request ? input.url : absolute(input));

watchMethod(globalThis.Navigator?.prototype, "sendBeacon", (_self, [url]) => report("beacon:sendBeacon", absolute(url)));
watchMethod(globalThis, "fetch", (_self, [input, init]) => {
  const keepalive = init?.keepalive ?? (input instanceof Request && input.keepalive);
  if (keepalive) report("beacon:keepalive-fetch", urlOf(input));
});
watchMethod(globalThis, "fetchLater", (_self, [input]) => report("beacon:fetchLater", urlOf(input)));

// DevTools often names no initiator for an image that a script asks for.
watchSetter(globalThis.HTMLImageElement?.prototype, "src", (_self, [url]) => report("image", absolute(url)));
