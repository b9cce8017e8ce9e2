/** What comes first: it may change the arguments; a function that it returns is called instead of
 *  the native one.
 *  @typedef {(self: any, args: any[], name: string, native: Function) => any} Before */
/** What comes last: it may return another answer.
 *  @typedef {(answer: any, self: any, args: any[], name: string) => any} After */

/**
 * Put ourselves around a method, constructor or setter, and `after` around a getter. A proxy keeps everything
 * that a page can see of the native one: name, length, text, instanceof, subclasses, exceptions. An error of
 * ours leaves the native one to itself. The function needs nothing around it, because its text also runs in
 * workers (block/workers.js).
 * @param {any} owner what has the property, or inherits it
 * @param {string} name
 * @param {Before | 0} [before]
 * @param {After} [after]
 */
export function hook(owner, name, before, after) {
  while (owner && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  if (!owner) return;
  const found = /** @type {any} */ (Object.getOwnPropertyDescriptor(owner, name));
  /** @param {'value' | 'set' | 'get'} kind @param {Before | 0} [first] @param {After} [then] */
  const wrap = (kind, first, then) => {
    const native = found[kind];
    /** @param {any} self @param {any[]} args @param {() => any} go */
    const around = (self, args, go) => {
      try {
        go = (first && first(self, args, name, native)) || go;
      } catch {}
      const answer = go();
      try {
        return then?.(answer, self, args, name) ?? answer;
      } catch {
        return answer;
      }
    };
    if (native && (first || then)) {
      found[kind] = new Proxy(native, {
        apply: (_, self, args) => around(self, args, () => native.apply(self, args)),
        construct: (_, args, made) => around(made, args, () => Reflect.construct(native, args, made)),
      });
    }
  };
  wrap('value', before, after);
  wrap('set', before, after);
  wrap('get', 0, after);
  Reflect.defineProperty(owner, name, found);
}
