/** What the second layer needs beyond the style of the first. */
export const SECOND_STYLE = `
:not(h2):focus-visible{outline:3px solid var(--text);outline-offset:2px;}
.settings[open]{max-width:680px;}
.settings h2{padding-inline-end:44px;}
.settings .b{grid-template-columns:1fr 1fr;margin:0 -24px;padding:14px 24px 22px;border-top:1px solid var(--border);}
@media(max-width:379px){.settings .b{grid-template-columns:1fr;}}
.settings:not(.four) ::slotted([data-consentinel-action=save]){grid-column:1/-1!important;}
@media(min-width:560px){.settings:not(.four) .b{grid-template-columns:repeat(3,1fr);}.settings:not(.four) ::slotted([data-consentinel-action=save]){grid-column:auto!important;}}
.x{position:absolute;top:16px;inset-inline-end:16px;width:44px;height:44px;border:0;border-radius:50%;background:none;color:inherit;font:400 1.5em/1 var(--font);cursor:pointer;}
.x:hover,.copy:hover,summary:hover{opacity:.75;}
section{border-top:1px solid var(--border);padding:16px 0 14px;}
section:first-of-type{margin-top:16px;}
.row{display:flex;justify-content:space-between;align-items:center;gap:20px;}
h3{font:600 1em/1.4 var(--font);}
h3 label{cursor:pointer;}
.row p,li,.facts{font-size:.875em;color:var(--muted);}
.on{flex:none;font-size:.8125em;font-weight:600;color:var(--muted);}
input{appearance:none;flex:none;position:relative;width:48px;height:28px;margin:0;border:2px solid var(--muted);border-radius:14px;background:var(--background);cursor:pointer;}
input::before{content:'';position:absolute;inset-block:3px;inset-inline-start:3px;width:18px;border-radius:50%;background:var(--muted);}
input:checked{background:var(--accent);border-color:var(--accent);}
input:checked::before{inset-inline-start:23px;background:var(--on-accent);}
input:focus-visible{border-radius:14px;}
details{margin-top:8px;}
summary{display:inline-block;min-height:28px;padding:3px 0;font-size:.875em;font-weight:500;cursor:pointer;}
summary::before{content:'';display:inline-block;width:6px;height:6px;margin-inline:2px 10px;border:solid;border-width:0 2px 2px 0;rotate:45deg;translate:0 -3px;}
[open]>summary::before{rotate:225deg;translate:0 1px;}
.vendor{margin:10px 0 0;padding:12px 14px;border:1px solid var(--border);border-radius:var(--radius);}
.vendor ul{margin-top:10px;font-size:1em;}
.row a{font-size:.875em;}
code{font:.9375em/1.5 ui-monospace,monospace;color:var(--text);hyphens:none;}
.note{margin-top:14px;padding:12px 14px;border:1px solid var(--border);border-inline-start:4px solid var(--accent);border-radius:var(--radius);font-size:.9375em;}
.facts{border-top:1px solid var(--border);padding:14px 0 6px;display:grid;gap:6px;}
.copy{min-height:28px;margin-inline-start:8px;padding:2px 10px;border:1px solid var(--border);border-radius:var(--radius);background:none;color:var(--text);font:500 .9375em/1.4 var(--font);cursor:pointer;}
@media(prefers-reduced-motion:no-preference){input,input::before{transition:all .15s;}}
@media(forced-colors:active){input::before{forced-color-adjust:none;background:ButtonText;}input:checked{forced-color-adjust:none;background:Highlight;}input:checked::before{background:HighlightText;}}`;
