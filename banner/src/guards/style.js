/** Addresses in styles that scripts make. */
import { css } from '../head.js';

/** @type {import('../block/hook.js').Before} */
export const setCss = (self, args, _, native) => {
  const asked = [...args];
  // A rule comes back below the one that stands for it, a font beside.
  args.forEach((text, at) => {
    if (typeof text === 'string') {
      args[at] = css(text, () =>
        self.cssRules
          ? native.call(self, text, self.cssRules.length)
          : self.prototype
            ? document.fonts.add(Reflect.construct(native, asked))
            : native.apply(self, asked),
      );
    }
  });
};

/** Keyframes: plain data, in one of two forms. @type {import('../block/hook.js').Before} */
export const animate = (_, args) => {
  const text = JSON.stringify(args[0]);
  if (/url|image-set/i.test(text)) {
    args[0] = JSON.parse(text, (_, value) => (typeof value === 'string' ? css(value) : value));
  }
};

/** Patch the properties of a style through which images come. Chromium has no accessors for them that could be
 *  patched; one on the prototype wins over its own. @param {any} style a style of the window in question */
export const patchStyle = (style) => {
  const owner = Object.getPrototypeOf(style);
  for (const name in style) {
    if (!/image|background|content|cursor|mask|filter|list/i.test(name)) continue;
    const dashed = name.replace(/[A-Z]/g, '-$&').replace(/^webkit/, '-$&').toLowerCase();
    for (const each of [name, dashed]) {
      Reflect.defineProperty(owner, each, {
        configurable: true,
        enumerable: true,
        get() {
          return this.getPropertyValue(dashed);
        },
        set(value) {
          this.setProperty(dashed, value);
        },
      });
    }
  }
};
