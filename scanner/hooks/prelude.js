// Runs before any script of the document. Originals are kept here because a page may replace them later.
const send = globalThis["__BINDING__"];
delete globalThis["__BINDING__"];
if (typeof send !== "function") return;

const { apply, getOwnPropertyDescriptor, defineProperty } = Reflect;
const { stringify } = JSON;
const NativeError = Error;
const disguises = new WeakMap();

// A page that prints a patched function sees the browser's own text.
const nativeToString = Function.prototype.toString;
const disguisedToString = new Proxy(nativeToString, {
  apply: (target, self, args) => apply(target, disguises.get(self) ?? self, args),
});
disguises.set(disguisedToString, nativeToString);
defineProperty(Function.prototype, "toString", {
  ...getOwnPropertyDescriptor(Function.prototype, "toString"),
  value: disguisedToString,
});

const stack = () => {
  const limit = NativeError.stackTraceLimit;
  NativeError.stackTraceLimit = 30;
  const text = new NativeError().stack;
  NativeError.stackTraceLimit = limit;
  return `${text}`;
};

const { now } = Date;
const report = (/** @type {string} */ hook, /** @type {unknown} */ text) => {
  const { href } = location;
  send(stringify({ __proto__: null, hook, text: `${text}`, href, origin: `${globalThis.origin}`, stack: stack(), time_ms: now() }));
};

/** @typedef {(self: any, args: any[]) => void} Notice */

const watched = (/** @type {Function} */ original, /** @type {Notice} */ notice) => {
  const proxy = new Proxy(original, {
    apply(target, self, args) {
      try {
        notice(self, args);
      } catch {
        // a hook must never break the page that it watches
      }
      return apply(target, self, args);
    },
  });
  disguises.set(proxy, original);
  return proxy;
};

/** @typedef {(owner: any, name: string, notice: Notice) => void} Watch */

/** @type {Watch} */
const watchMethod = (owner, name, notice) => {
  const descriptor = owner && getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== "function") return;
  defineProperty(owner, name, { ...descriptor, value: watched(descriptor.value, notice) });
};

/** @type {Watch} */
const watchSetter = (owner, name, notice) => {
  const descriptor = owner && getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.set !== "function") return;
  defineProperty(owner, name, { ...descriptor, set: watched(descriptor.set, notice) });
};
