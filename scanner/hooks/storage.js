// The browser's own: a banner puts another object before the page, and writes to this one.
const nativeLocal = getOwnPropertyDescriptor(globalThis, "localStorage")?.get;
const areaOf = (/** @type {Storage} */ self) => {
  try {
    return nativeLocal && self === apply(nativeLocal, globalThis, []) ? "localStorage" : "sessionStorage";
  } catch {
    return "sessionStorage";
  }
};
watchMethod(globalThis.Storage?.prototype, "setItem", (self, [key, value]) =>
  report("storage", stringify({ __proto__: null, area: areaOf(self), key: `${key}`, value: `${value}` })),
);
watchMethod(globalThis.IDBFactory?.prototype, "open", (_self, [name]) =>
  report("storage", stringify({ __proto__: null, area: "indexedDB", key: `${name}`, value: "" })),
);
watchMethod(globalThis.CacheStorage?.prototype, "open", (_self, [name]) =>
  report("storage", stringify({ __proto__: null, area: "cacheStorage", key: `${name}`, value: "" })),
);
watchMethod(globalThis.ServiceWorkerContainer?.prototype, "register", (_self, [url]) =>
  report("storage", stringify({ __proto__: null, area: "serviceWorker", key: new URL(url, document.baseURI).href, value: "" })),
);
