/** The style of what shows before a choice. Pages set `--consentinel-…`; banner/theme.py knows the names. */

// The system's own colours are light or dark by themselves.
const DEFAULTS = {
  radius: '12px',
  font: 'system-ui,sans-serif',
  border: '#8885',
  accent: '#2a5db0',
  'on-accent': '#fff',
  background: 'Canvas',
  text: 'CanvasText',
  muted: 'CanvasText',
};

// The page's own rules reach the host and the buttons, which are in its tree: each of these is made important, and an
// important rule of a shadow tree wins over those of the page. What is unset is inherited, here from the dialog.
const HARD = `:host{all:initial;position:fixed;inset:0;z-index:2147483647;pointer-events:none;font:medium/1.5 var(--font);color:var(--text);overflow-wrap:anywhere;}
:host::backdrop,::slotted(*)::before,::slotted(*)::after{display:none;}
::slotted(*){all:unset;padding:10px 8px;border:1px solid transparent;border-radius:var(--radius);background:var(--accent);color:var(--on-accent);font-weight:600;text-align:center;cursor:pointer;}
::slotted(:hover){opacity:.9;}
a:focus-visible,::slotted(:focus-visible){outline:3px solid var(--text);outline-offset:2px;}
@media print{:host{display:none;}}`;

// All buttons in a row, or one below the other; all of one size.
const SOFT = `*{box-sizing:border-box;margin:0}
dialog[open]{position:fixed;inset:12px;margin:auto;padding:24px 24px 0;max-width:580px;max-height:calc(100% - 24px);overflow:auto;pointer-events:auto;border:1px solid var(--border);border-radius:var(--radius);background:var(--background);color:inherit;font-size:.9375em;box-shadow:0 0 48px #0004}
::backdrop{background:#0009}
dialog[open],dialog>div,ul{display:grid;gap:10px}
h2{font-size:1.3em;outline:0}
ul{padding:0;list-style:none}
small{color:var(--muted)}
a{color:inherit;margin-inline-end:1em}
.b{grid:auto-flow 1fr/repeat(auto-fit,minmax(min(100%,max(140px,(460px - 100%)*99)),1fr));padding:10px 0 24px;background:var(--background)}
.bar[open]{top:auto;max-width:1160px}
@media(min-height:520px){.b{position:sticky;bottom:0}dialog{scroll-padding-bottom:200px}}
@media(min-width:900px){.bar[open]{grid:auto/1fr 210px;align-items:center;gap:40px;padding:24px}.bar .b{padding:0}.bar ul{grid-auto-flow:column;gap:24px}.bar b{display:block}}`;

/** @param {Record<string, string>} theme */
export const style = (theme) =>
  `${HARD}:host{color-scheme:${theme.scheme || 'light dark'};${Object.entries({ ...DEFAULTS, ...theme })
    .map(([name, value]) => `--${name}:var(--consentinel-${name},${value});`)
    .join('')}}`.replace(/;/g, '!important;') + SOFT;
