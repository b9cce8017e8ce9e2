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

/** The properties that may name an image. */
const IMAGES =
  'background background-image border-image border-image-source content cursor filter list-style list-style-image ' +
  'mask mask-image mask-border mask-border-source mask-box-image mask-box-image-source shape-outside ' +
  'backdrop-filter box-reflect -moz-border-image';

/** Patch the properties of a style through which images come. Chromium has no accessors for them that could be
 *  patched; one on the prototype wins over its own. @param {any} style a style of the window in question */
export const patchStyle = (style) => {
  const owner = Object.getPrototypeOf(style);
  for (const dashed of IMAGES.replace(/\S+/g, '$& -webkit-$&').split(' ')) {
    const camel = dashed.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    for (const name of new Set([dashed, camel, camel.replace('W', 'w')])) {
      if (!(name in style)) continue;
      Reflect.defineProperty(owner, name, {
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
