// Says when the last short one-shot timer is due, so that settling waits for what a page is about to do.
// Timers that timers set count twice over, not for ever: a page that polls must not look busy.
const SHORT_MS = 1500;
const MAX_DEPTH = 2;
let lastDue = -Infinity;
let depth = 0;
const nativeSetTimeout = globalThis.setTimeout;
const clock = performance.now.bind(performance);
const inTimer = (/** @type {Function} */ callback, /** @type {number} */ level) =>
  /** @this {unknown} */ function (/** @type {unknown[]} */ ...args) {
    depth = level;
    try {
      return apply(callback, this, args);
    } finally {
      depth = 0;
    }
  };
const timeout = new Proxy(nativeSetTimeout, {
  apply(target, self, [callback, delay, ...args]) {
    const wait = Number(delay) || 0;
    if (typeof callback !== "function" || wait > SHORT_MS || depth >= MAX_DEPTH) {
      return apply(target, self, [callback, delay, ...args]);
    }
    lastDue = Math.max(lastDue, clock() + wait);
    return apply(target, self, [inTimer(callback, depth + 1), delay, ...args]);
  },
});
disguises.set(timeout, nativeSetTimeout);
defineProperty(globalThis, "setTimeout", { ...getOwnPropertyDescriptor(globalThis, "setTimeout"), value: timeout });
addEventListener("__BINDING__", (event) => {
  event.detail.due = Math.max(event.detail.due ?? -Infinity, lastDue - clock());
  event.stopImmediatePropagation();
});
