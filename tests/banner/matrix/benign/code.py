# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Constructs of scripts: order, modules, libraries from npm, pages under strict policies."""

from tests.banner.matrix.benign.construct import Construct

SCRIPTS = (
    Construct(
        "script-inline",
        "window.order = []; const s = document.createElement('script'); s.textContent ="
        " 'order.push(document.currentScript.id)'; s.id = 'in'; document.head.append(s); order.push('after'); const e ="
        " document.createElement('div'); e.innerHTML = '<script>order.push(\"never\")</scr' + 'ipt>';"
        " document.body.append(e); new Function('order.push(1)')(); (0, eval)('order.push(2)'); return order;",
    ),
    Construct(
        "script-order",
        "window.ran = []; await Promise.all(['1', '2', '3'].map((n) => new Promise((r) => { const s ="
        " document.createElement('script'); s.async = false; s.onload = s.onerror = (e) => { ran.push(e.type + n); r(); };"
        " s.src = n === '2' ? '/missing.js' : '/lib.js?' + n; document.head.append(s); }))); return ran;",
    ),
    Construct(
        "script-clone",
        "const s = document.createElement('script'); s.text = 'window.cloned = (window.cloned ?? 0) + 1';"
        " const c = s.cloneNode(true); document.head.append(s, c); return [window.cloned, s.isEqualNode(c)];",
    ),
    Construct(
        "write",
        "return [document.querySelector('#written b').textContent, window.writtenRan, window.writtenLoaded];",
        html="<div id=\"written\"><script>document.write('<b>', 'bo'); document.write('ld</b><scr' + 'ipt>window.writtenRan"
        " = 1</scr' + 'ipt>'); document.writeln('<scr' + 'ipt src=\"/lib.js?write\"></scr' + 'ipt>');</script><script>"
        "window.writtenLoaded = typeof lib;</script></div>",
    ),
    Construct(
        "events",
        "const seen = []; for (const t of ['readystatechange', 'DOMContentLoaded']) seen.push(window.early[t] ?? 0);"
        " return [seen, document.readyState !== 'loading'];",
        html="<script>window.early = {}; for (const t of ['readystatechange', 'DOMContentLoaded'])"
        " document.addEventListener(t, () => { early[t] = (early[t] ?? 0) + 1; });</script>",
    ),
    Construct(
        "globals",
        "return ['judge', 'held', 'config', 'consent', '__head', '__config', '__part', 'allows']"
        ".filter((n) => n in window);",
    ),
    Construct(
        "enumerate",
        "const f = document.body.appendChild(document.createElement('iframe')); return ['document',"
        " 'localStorage', 'fetch', 'Image'].map((n) => { const d = Object.getOwnPropertyDescriptor(window, n); return ["
        " n, d.enumerable, d.configurable, typeof d.get]; });",
    ),
    Construct(
        "promises",
        "let n = 0; const on = (e) => { n += 1; e.preventDefault(); }; addEventListener('unhandledrejection', on);"
        " Promise.reject(new Error('own')); await new Promise((r) => { setTimeout(r, 20); });"
        " removeEventListener('unhandledrejection', on); return n;",
    ),
)

MODULES = (
    Construct(
        "module-graph",
        "const m = await import('/graph/a.mjs'); return [m.sum, m.url, await import('/graph/missing.mjs')"
        ".catch((e) => e.name), (await import('/graph/a.mjs')) === m];",
        page="modules",
    ),
    Construct(
        "import-map",
        "const m = await import('mapped'); return [m.sum, (await import('mapped/c.mjs')).c];",
        page="modules",
        html='<script type="importmap">{"imports": {"mapped": "/graph/a.mjs", "mapped/": "/graph/"}}</script>'
        '<script type="module">import { sum } from "mapped"; window.fromMap = sum;</script>',
    ),
    Construct(
        "module-order",
        "await new Promise((r) => { if (document.readyState === 'complete') r(); else addEventListener("
        "'load', r); }); return [window.fromMap, window.fromDefer];",
        page="modules",
        html='<script defer src="/defer.js"></script><script nomodule src="/never.js"></script>',
    ),
    Construct(
        "css-module",
        "const c = await import('/sheet.css', { with: { type: 'css' } }); document.adoptedStyleSheets ="
        " [c.default]; const j = await import('/data.json', { with: { type: 'json' } }); return ["
        "c.default.cssRules.length, j.default];",
        page="modules",
    ),
    Construct(
        "module-inline",
        "const s = document.createElement('script'); s.type = 'module'; const done = new Promise((r) => {"
        " window.inlineDone = r; }); s.textContent = 'import { sum } from \"/graph/a.mjs\"; inlineDone(sum);';"
        " document.head.append(s); return await done;",
        page="modules",
    ),
)

LIBRARIES = (
    Construct(
        "jquery",
        "const $ = jQuery; $('#jq').html('<p class=x>a</p><script>window.jqRan = 1</scr' + 'ipt>').append($("
        "'<img>', { src: '/own.gif?13', alt: 'z' })); await $.getScript('/lib.js?jq'); const t = await $.ajax('/echo?jq', {"
        " method: 'POST', data: { a: [1, 2] } }); $('#jq').find('.x').clone(true).appendTo('#jq').css('color', 'red');"
        " await new Promise((d) => { $('#jq').load('/part.html', d); });"
        " return [window.jqRan, String(t), $('#jq').html()];",
        page="libraries",
        html='<script src="/npm/jquery/dist/jquery.js"></script><div id="jq"></div>',
    ),
    Construct(
        "htmx",
        "const swapped = new Promise((r) => { const o = new MutationObserver(() => { if (document.querySelector("
        "'#hx .part')) r(); }); o.observe(document.querySelector('#hx'), { childList: true, subtree: true }); });"
        " document.querySelector('#hxb').click(); await swapped; return document.querySelector('#hx').innerHTML;",
        page="libraries",
        html='<script src="/npm/htmx.org/dist/htmx.js"></script><button id="hxb" hx-get="/part.html"'
        ' hx-target="#hx" hx-swap="innerHTML">go</button><div id="hx"></div>',
    ),
    Construct(
        "alpine",
        "await new Promise((r) => { setTimeout(r, 50); }); document.querySelector('#al button').click(); await new"
        " Promise((r) => { setTimeout(r, 50); }); return document.querySelector('#al').innerText;",
        page="libraries",
        html='<script defer src="/npm/alpinejs/dist/cdn.js"></script><div id="al" x-data="{ n: 1, l: [1, 2] }"><button'
        ' @click="n++">+</button><b x-text="n"></b><template x-for="i in l"><i x-text="i"></i></template><img'
        ' :src="`/own.gif?al${n}`" alt=""></div>',
    ),
    Construct(
        "lit",
        "const { html, render } = await import('/npm/lit-html/lit-html.js'); const d = document.body.appendChild("
        "document.createElement('div')); const go = (n) => render(html`<p class=${n}>${[1, 2].map((i) => html`<img"
        " src=${`/own.gif?lit${i}`} .alt=${'x' + n}>`)}<button @click=${() => go(9)}>b</button></p>`, d); go(1); go(2);"
        " d.querySelector('button').click(); return d.innerHTML.replace(/<!--.*?-->/g, '');",
        page="libraries",
    ),
)

POLICIES = (
    Construct(
        "trusted-types",
        "const p = trustedTypes.createPolicy('own', { createHTML: (s) => s, createScriptURL: (s) => s,"
        " createScript: (s) => s }); const d = document.createElement('div'); d.innerHTML = p.createHTML('<i>a</i>'); const"
        " said = []; for (const go of [() => { d.innerHTML = '<b>'; }, () => d.insertAdjacentHTML('beforeend', '<b>'),"
        " () => { document.createElement('script').src = '/lib.js'; }, () => document.write('a'), () => eval('1'),"
        " () => document.createElement('iframe').setAttribute('srcdoc', 'x'), () => new Worker('/own-worker.js'), () =>"
        " document.createElement('script').setAttribute('src', '/lib.js'), () => { document.createElement('script').text ="
        " 'a'; }, () => document.createRange().createContextualFragment('<b>')]) try { go(); said.push('no error'); } catch"
        " (e) { said.push(e.name); } const s = document.createElement('script'); s.src = p.createScriptURL('/lib.js?tt');"
        " const l = new Promise((r) => { s.onload = r; }); document.head.append(s); await l; const j = document.createElement("
        "'script'); j.textContent = p.createScript('window.trusted = 1'); document.head.append(j); return [d.innerHTML, said,"
        " window.trusted, trustedTypes.isHTML(p.createHTML('')), trustedTypes.defaultPolicy];",
        page="trusted",
    ),
    Construct(
        "strict-csp",
        "const s = document.createElement('script'); s.src = '/lib.js?csp'; const l = new Promise((r) => {"
        " s.onload = r; s.onerror = r; }); document.head.append(s); const e = await l; const d = document.createElement('div');"
        " document.body.append(d); d.style.color = 'red'; return [e.type, d.style.color];",
        page="csp",
    ),
    Construct(
        "clobbered",
        "const f = document.querySelector('#clob'); f.requestSubmit(); return [document.forms.length > 0, typeof fetch];",
        html='<iframe name="clobt"></iframe><form id="clob" action="/post" target="clobt"><input name="attributes"><input'
        ' name="setAttribute"><input name="getAttribute"><input name="parentNode"><input name="target"><input name="nodeName">'
        '<input name="ownerDocument"><input name="children"></form><a id="consentinel"></a>',
    ),
)

CONSTRUCTS = (*SCRIPTS, *MODULES, *LIBRARIES, *POLICIES)
