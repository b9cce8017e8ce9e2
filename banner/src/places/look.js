/** The look of what stands in a frame's place or at a button: a style sheet made by script, which `style-src 'self'`
 *  permits. The colours are the banner's where it has some, else the system's. */

const KEYS = ['accent', 'on-accent', 'background', 'text', 'border', 'radius', 'font'];
const RULES = `
*{box-sizing:border-box;margin:0;}
.box{display:grid;gap:10px;align-content:center;justify-items:center;padding:14px;background:var(--background,Canvas);color:var(--text,CanvasText);border:1px solid var(--border,GrayText);font:400 15px/1.45 var(--font,system-ui,sans-serif);text-align:center;overflow-wrap:anywhere;}
h2{font-size:1.1em;line-height:1.3;}
p{max-width:46em;text-wrap:pretty;}
.box div{display:flex;flex-wrap:wrap;gap:4px;}
.frame div{justify-content:center;}
button{min-height:44px;padding:9px 18px;border:1px solid transparent;border-radius:var(--radius,12px);background:var(--accent,#2a5db0);color:var(--on-accent,#fff);font:600 1em/1.25 var(--font,system-ui,sans-serif);cursor:pointer;}
button.more{background:none;color:inherit;text-decoration:underline;text-underline-offset:3px;}
button:focus-visible{outline:3px solid currentColor;outline-offset:2px;}
button:not(.more):focus-visible{outline-color:var(--text,CanvasText);}
.frame{min-height:100vh;border-color:transparent;}
.form{margin:10px 0;border-radius:var(--radius,12px);justify-items:start;text-align:start;}
@media(max-height:190px){.frame p{display:none;}.frame{gap:4px;padding:4px 8px;font-size:13px;}}
@media(prefers-contrast:more),(forced-colors:active){button{border-color:currentColor;}}`;

/**
 * @param {Element} near whose custom properties count
 * @param {Record<string, string>} theme
 */
export const css = (near, theme) => {
  const style = getComputedStyle(near);
  const own = KEYS.map((key) => [key, style.getPropertyValue(`--consentinel-${key}`).trim() || theme[key]]);
  const values = own.filter(([, value]) => value).map(([key, value]) => `--${key}:${value};`);
  return `:root,:host{color-scheme:${theme.scheme || 'light dark'};${values.join('')}}${RULES}`;
};

/**
 * A sheet can only be adopted by the document whose window has made it.
 * @param {Document | ShadowRoot} root @param {string} text
 */
export const adopt = (root, text) => {
  const view = /** @type {typeof globalThis} */ ((root.ownerDocument || /** @type {Document} */ (root)).defaultView);
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [sheet];
};
