// Says when the last short one-shot timer is due, so that settling waits for what a page is about to do.
// Timers that timers set count twice over, not for ever: a page that polls must not look busy.
// On a page that is not watched (HOLDS) longer timers do not fire at all: whether they come before the page is left
// would depend on how busy the machine is.
const HOLDS = false;
const NEVER_MS = 0x7fffffff;
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
    if (HOLDS && wait > SHORT_MS) return apply(target, self, [callback, NEVER_MS, ...args]);
    if (typeof callback !== "function" || wait > SHORT_MS || depth >= MAX_DEPTH) {
      return apply(target, self, [callback, delay, ...args]);
    }
    lastDue = Math.max(lastDue, clock() + wait);
    return apply(target, self, [inTimer(callback, depth + 1), delay, ...args]);
  },
});
disguises.set(timeout, nativeSetTimeout);
defineProperty(globalThis, "setTimeout", { ...getOwnPropertyDescriptor(globalThis, "setTimeout"), value: timeout });
if (HOLDS) {
  const nativeSetInterval = globalThis.setInterval;
  const interval = new Proxy(nativeSetInterval, {
    apply: (target, self, [callback, period, ...args]) =>
      apply(target, self, [callback, Number(period) > SHORT_MS ? NEVER_MS : period, ...args]),
  });
  disguises.set(interval, nativeSetInterval);
  defineProperty(globalThis, "setInterval", {
    ...getOwnPropertyDescriptor(globalThis, "setInterval"),
    value: interval,
  });
}
addEventListener("__BINDING__", (event) => {
  event.detail.due = Math.max(event.detail.due ?? -Infinity, lastDue - clock());
  event.stopImmediatePropagation();
});
