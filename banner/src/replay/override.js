/**
 * Put another function in place of a method, for a while.
 * @param {any} target @param {string} name
 * @param {(old: (...values: any[]) => any) => (this: any, ...values: any[]) => any} make
 * @returns {() => void} takes it back, unless somebody has replaced it since
 */
export const override = (target, name, make) => {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const value = make(target[name]);
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
  return () => {
    if (target[name] !== value) return;
    if (own) Object.defineProperty(target, name, own);
    else delete target[name];
  };
};
