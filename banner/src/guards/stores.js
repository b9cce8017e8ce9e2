/** Storage: a write that is held back vanishes, deleting is always allowed. */
import { holdsName, nothing } from '../head.js';

/** @typedef {import('../block/hook.js').Before} Before */

/** @type {Before} */
export const setStoredCookie = (_, [cookie]) => holdsName(cookie?.name ?? cookie) && (() => Promise.resolve());

/** Storage -> the proxy that pages get, and back. @type {WeakMap<any, any>} */
const twins = new WeakMap();

/** @type {import('../block/hook.js').After} */
export const getStorage = (storage) => {
  if (!twins.has(storage)) {
    const proxy = new Proxy(storage, {
      get: (target, key) => Reflect.get(target, key),
      // the way of an assignment, too
      defineProperty: (target, key, how) => !!holdsName(key) || Reflect.defineProperty(target, key, how),
    });
    twins.set(storage, proxy);
    twins.set(proxy, storage);
  }
  return twins.get(storage);
};

/** @type {Before} */
export const callStorage = (self, args, name, native) =>
  name === 'setItem' && holdsName(args[0]) ? nothing : () => native.apply(twins.get(self) || self, args);

/** A database that is aborted at once: the request fails, and nothing is kept. @type {Before} */
export const openDatabase = (self, args, _, native) =>
  holdsName(args[0]) &&
  (() => {
    const request = native.call(self, 'consentinel');
    request.addEventListener('upgradeneeded', (/** @type {Event} */ event) => {
      event.stopImmediatePropagation();
      request.transaction.abort();
    });
    return request;
  });
