async () => {
  const attempt = async (/** @type {() => unknown} */ read) => {
    try {
      return await read();
    } catch {
      return []; // no storage here: a sandboxed frame, or an insecure context
    }
  };
  return {
    origin: `${globalThis.origin}`,
    localStorage: await attempt(() => Object.entries(localStorage)),
    sessionStorage: await attempt(() => Object.entries(sessionStorage)),
    indexedDB: await attempt(async () => (await indexedDB.databases()).map(({ name }) => [name, ""])),
    cacheStorage: await attempt(async () => (await caches.keys()).map((name) => [name, ""])),
    serviceWorker: await attempt(async () =>
      (await navigator.serviceWorker.getRegistrations()).map((registration) => [
        (registration.active ?? registration.waiting ?? registration.installing)?.scriptURL ?? registration.scope,
        "",
      ]),
    ),
  };
}
