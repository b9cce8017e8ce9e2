# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Constructs of the document: markup, elements, styles, frames."""

from tests.banner.matrix.benign.construct import Construct

_TRICKY = (
    (
        '<!-- <img src="https://www.youtube.com/a.gif"> --><textarea><img src="https://www.youtube.com/b.gif"></textarea>'
        '<script type=\\"application/json\\">{\\"a\\": \\"<iframe src=https://www.youtube.com/c>\\"}<\\/script>'
        "<pre>\\n\\n a</pre><select><option selected>1<option>2</select><p title='a > b' data-x=\\\"y\\\">&lt;&amp;&nbsp;"
    )
    .replace('src="', "src='")
    .replace('.gif"', ".gif'")
)

MARKUP = (
    Construct(
        "table",
        "const t = document.createElement('table'); t.innerHTML = '<tr><td>1<td>2<tr><th colspan=2>3';"
        " const b = document.createElement('tbody'); b.innerHTML = '<tr><td>4'; t.append(b); return t.outerHTML;",
    ),
    Construct(
        "svg",
        "const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg');"
        ' s.innerHTML = \'<defs><linearGradient id="g"/></defs><use href="#g"/><a xlink:href="/own.html">a</a>\''
        " + '<foreignObject><p>x</p></foreignObject>'; document.body.append(s);"
        " return [s.outerHTML, s.querySelector('linearGradient') !== null, s.querySelector('a').namespaceURI];",
    ),
    Construct(
        "form-html",
        "const d = document.createElement('div'); d.innerHTML = '<form action=\"/post\"><input name=a"
        ' value=1 required><button formaction="/b">go</button><textarea>\\n<b></textarea></form>\';'
        " return [d.innerHTML, d.firstChild.action, d.querySelector('button').formAction];",
    ),
    Construct(
        "tricky-html",
        f'const d = document.createElement("div"); d.innerHTML = "{_TRICKY}"; return d.innerHTML;',
    ),
    Construct(
        "adjacent-html",
        "const d = document.createElement('div'); d.innerHTML = '<i>m</i>'; const i = d.firstChild;"
        " for (const at of ['beforebegin', 'afterbegin', 'beforeend', 'afterend'])"
        " i.insertAdjacentHTML(at, `<b>${at}</b>text`); i.outerHTML = '<u>o</u>';"
        " try { d.insertAdjacentHTML('nowhere', 'a'); } catch (e) { return [d.innerHTML, e.name, e.message]; }",
    ),
    Construct(
        "contextual-fragment",
        "const r = document.createRange(); const t = document.createElement('table');"
        " document.body.append(t); r.selectNode(t.createTBody()); const f = r.createContextualFragment('<tr><td>a');"
        " return [f.childNodes.length, f.firstChild.nodeName];",
    ),
    Construct(
        "dom-parser",
        "const p = new DOMParser(); const h = p.parseFromString('<title>t</title><img src=/own.gif>',"
        " 'text/html'); const x = p.parseFromString('<a><b/></a>', 'text/xml');"
        " return [h.title, h.images.length, h.images[0].getAttribute('src'), x.documentElement.outerHTML,"
        " p.parseFromString('<a', 'text/xml').querySelector('parsererror') !== null];",
    ),
    Construct(
        "template",
        "const t = document.createElement('template'); t.innerHTML = '<li><slot></slot>a</li><tr><td>b';"
        " const c = t.content.cloneNode(true); return [t.innerHTML, c.childNodes.length, t.childNodes.length];",
    ),
    Construct(
        "range",
        "const p = document.body.appendChild(document.createElement('p')); p.textContent = 'hello world';"
        " const r = document.createRange(); r.setStart(p.firstChild, 2); r.setEnd(p.firstChild, 7);"
        " r.surroundContents(document.createElement('em')); r.insertNode(document.createTextNode('|'));"
        " return p.innerHTML;",
    ),
    Construct(
        "insertion-methods",
        "const d = document.createElement('div'); d.append('a', document.createElement('b'), 1);"
        " d.prepend(null); d.lastChild.after('z', undefined); d.firstChild.before('y');"
        " d.querySelector('b').replaceWith('r', 's'); d.insertBefore(document.createElement('q'), null);"
        " try { d.appendChild(null); } catch (e) { d.append(e.name); } d.normalize();"
        " const html = d.innerHTML; d.replaceChildren('only'); return [html, d.innerHTML, d.append.length, d.append.name];",
    ),
    Construct(
        "adopt",
        "const o = document.implementation.createHTMLDocument('o'); o.body.innerHTML = '<p>a<img alt=x></p>';"
        " const p = document.adoptNode(o.body.firstChild); document.body.append(p);"
        " return [p.ownerDocument === document, o.body.innerHTML, document.importNode(p, true).outerHTML];",
    ),
    Construct(
        "contenteditable",
        "const d = document.body.appendChild(document.createElement('div'));"
        " d.contentEditable = 'true'; d.focus(); document.execCommand('insertHTML', false, '<b>bold</b> text');"
        " const html = d.innerHTML; d.remove(); return html;",
    ),
    Construct(
        "inert-script-types",
        "const s = document.createElement('script'); s.type = 'text/template';"
        " s.textContent = '<b>{{a}}</b>'; document.head.append(s); const j = document.createElement('script');"
        " j.type = 'application/ld+json'; j.text = '{}'; document.head.append(j); return [s.outerHTML, j.outerHTML];",
    ),
)

ELEMENTS = (
    Construct(
        "attributes",
        "const e = document.createElement('img'); e.setAttribute('SRC', '/own.gif?1');"
        " e.setAttributeNS(null, 'data-a', 1); const a = document.createAttribute('alt'); a.value = 'x';"
        " e.setAttributeNode(a); e.toggleAttribute('hidden'); e.dataset.b = '2'; const old = e.removeAttributeNode(a);"
        " return [e.outerHTML, e.getAttribute('src'), e.hasAttribute('src'), [...e.attributes].map((x) => x.name),"
        " e.getAttributeNames(), old.value, e.src, e.getAttributeNode('src').value];",
    ),
    Construct(
        "mutation-records",
        "const e = document.createElement('img'); const seen = [];"
        " const o = new MutationObserver((r) => seen.push(...r.map((x) => [x.type, x.attributeName, x.oldValue])));"
        " o.observe(e, { attributes: true, attributeOldValue: true, childList: true }); e.src = '/own.gif?2';"
        " e.setAttribute('src', '/own.gif?3'); e.className = 'a'; await 0; await 0; return seen;",
    ),
    Construct(
        "image-load",
        "const i = new Image(3, 4); const done = new Promise((r) => { i.onload = () => r('load');"
        " i.onerror = () => r('error'); }); i.src = 'own.gif?4'; const b = new Image(); const bad = new Promise((r) => {"
        " b.addEventListener('error', () => r('error')); }); b.src = 'data:image/gif;base64,AAAA';"
        " return [await done, await bad, i.naturalWidth, i.width, i.currentSrc, i.complete,"
        " i instanceof HTMLImageElement, Image.prototype === HTMLImageElement.prototype, Image.name, Image.length];",
    ),
    Construct(
        "srcset",
        "const p = document.createElement('picture'); p.innerHTML = '<source media=\"(min-width: 1px)\""
        ' srcset="/own.gif?5 1x, /own.gif?6 3x"><img alt="">\'; document.body.append(p); const i = p.lastChild;'
        " await new Promise((r) => { i.onload = r; }); return [i.currentSrc, p.firstChild.srcset];",
    ),
    Construct(
        "subclass-image",
        "class Mine extends Image { kind() { return 'mine'; } } const m = new Mine(5);"
        " return [m.kind(), m.width, m instanceof Mine, m instanceof HTMLImageElement, m.outerHTML];",
    ),
    Construct(
        "custom-element",
        "const log = []; class XA extends HTMLElement { static observedAttributes = ['src', 'href'];"
        " attributeChangedCallback(n, o, v) { log.push([n, o, v]); } connectedCallback() { log.push('in'); }"
        " disconnectedCallback() { log.push('out'); } set src(v) { this.setAttribute('src', v); }"
        " get src() { return 'mine:' + this.getAttribute('src'); } } customElements.define('x-a', XA);"
        " const e = document.createElement('x-a'); e.src = '/own/1'; document.body.append(e);"
        " document.body.insertAdjacentHTML('beforeend', '<x-a href=/own/2></x-a>'); e.remove();"
        " return [log, e.src, new XA() instanceof XA];",
    ),
    Construct(
        "custom-builtin",
        "class XI extends HTMLImageElement { connectedCallback() { this.dataset.on = '1'; } }"
        " customElements.define('x-i', XI, { extends: 'img' }); const e = document.createElement('img', { is: 'x-i' });"
        " e.src = '/own.gif?7'; document.body.append(e); const n = new XI(); return [e.outerHTML, n instanceof XI];",
    ),
    Construct(
        "shadow",
        "class XS extends HTMLElement { constructor() { super(); this.attachShadow({ mode: 'open' })"
        ".innerHTML = '<style>:host { color: red }</style><slot></slot><img src=\"/own.gif?8\">'; } }"
        " customElements.define('x-s', XS); const e = new XS(); e.textContent = 't'; document.body.append(e);"
        " return [e.shadowRoot.innerHTML, e.shadowRoot.querySelector('slot').assignedNodes().length,"
        " getComputedStyle(e).color];",
    ),
    Construct(
        "links",
        "const a = document.createElement('a'); a.href = 'own.html?q=1#h'; a.hash = 'x'; a.ping = '/own/ping';"
        " const l = document.createElement('link'); l.rel = 'canonical'; l.href = 'https://www.youtube.com/watch';"
        " document.head.append(l); return [a.href, a.search, a.outerHTML, l.outerHTML, l.href,"
        " Object.assign(document.createElement('a'), { href: 'https://www.youtube.com/x' }).outerHTML];",
    ),
    Construct(
        "constructors",
        "const o = new Option('t', 'v', true, true); const a = new Audio(); let e1, e2;"
        " try { Image(); } catch (e) { e1 = e.name; } try { new HTMLImageElement(); } catch (e) { e2 = e.message; }"
        " return [o.outerHTML, a.outerHTML, a instanceof HTMLAudioElement, e1, e2];",
    ),
    Construct(
        "prototypes",
        "const d = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');"
        " const set = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src').set;"
        " let e1, e2; try { d.get.call({}); } catch (e) { e1 = e.name; }"
        " try { Element.prototype.setAttribute.call(null, 'a', 'b'); } catch (e) { e2 = e.name; }"
        " return [typeof d.get, typeof d.set, d.enumerable, d.configurable, typeof set, e1, e2,"
        " 'src' in HTMLImageElement.prototype, Object.hasOwn(document.createElement('img'), 'src')];",
    ),
    Construct(
        "native-look",
        "return [fetch, XMLHttpRequest, WebSocket, Image, Worker, Element.prototype.setAttribute,"
        " Node.prototype.appendChild, document.write, navigator.sendBeacon, Storage.prototype.setItem]"
        ".map((f) => [f.name, f.length]);",
    ),
)

STYLES = (
    Construct(
        "style-properties",
        "const e = document.body.appendChild(document.createElement('div'));"
        " e.style.cssText = 'color: red; background: url(own.gif?9) no-repeat'; e.style.setProperty('--x', '1px',"
        " 'important'); e.style.backgroundColor = 'blue'; e.style['font-size'] = '12px'; e.style.nope = 'x';"
        " return [e.getAttribute('style'), e.style.length, e.style.backgroundImage, e.style.getPropertyPriority('--x'),"
        " getComputedStyle(e).color, e.style.removeProperty('color'), e.style.item(0)];",
    ),
    Construct(
        "style-sheets",
        "const s = document.head.appendChild(document.createElement('style'));"
        " s.textContent = '@media all { .bz { color: rgb(1, 2, 3) } }'; const i = s.sheet.insertRule('.by { top: 1px }');"
        " s.sheet.deleteRule(i); const c = new CSSStyleSheet(); c.replaceSync('.bz { background: url(own.gif?10) }');"
        " document.adoptedStyleSheets = [...document.adoptedStyleSheets, c]; const e = document.createElement('p');"
        " e.className = 'bz'; document.body.append(e); let m; try { s.sheet.insertRule('}'); } catch (x) { m = x.name; }"
        " return [getComputedStyle(e).color, s.sheet.cssRules.length, s.textContent, m, getComputedStyle(e).backgroundImage,"
        " await c.replace('.bz { left: 0 }') === c];",
    ),
    Construct(
        "font-face",
        "const f = new FontFace('Own', 'url(/own.woff)', { weight: '700' }); document.fonts.add(f);"
        " return [await f.load().catch((e) => e.name), f.family, f.weight, document.fonts.has(f)];",
    ),
    Construct(
        "animate",
        "const e = document.body.appendChild(document.createElement('div'));"
        " const a = e.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1 }); await a.finished;"
        " const k = new KeyframeEffect(e, { left: ['0px', '1px'] }, 5); return [a.playState, k.getKeyframes().length];",
    ),
)

FRAMES = (
    Construct(
        "frame-blank",
        "const f = document.body.appendChild(document.createElement('iframe')); const w = f.contentWindow;"
        " w.document.body.innerHTML = '<p>a</p>'; w.x = 1; return [w.document.body.innerHTML, w.x, w.parent === window,"
        " w.location.href, w.Array !== Array, new w.Image() instanceof w.HTMLImageElement, w.frameElement === f,"
        " w.document.URL, w === f.contentWindow];",
    ),
    Construct(
        "frame-written",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " const d = f.contentDocument; const said = new Promise((r) => addEventListener('message', (e) => {"
        " if (e.data.written) r(e.data.written); })); d.open(); d.write('<!doctype html><scr' + 'ipt>parent.postMessage({');"
        " d.write('written: document.compatMode + document.readyState }, \"*\")</scr' + 'ipt>');"
        " d.writeln('<img src=\"/own.gif?11\">'); d.close(); return [await said, d.images.length];",
    ),
    Construct(
        "frame-srcdoc",
        "const f = document.createElement('iframe'); const said = new Promise((r) =>"
        " addEventListener('message', (e) => { if (e.data.srcdoc) r(e.data.srcdoc); }));"
        " f.srcdoc = '<script>parent.postMessage({ srcdoc: location.href + document.body }, \"*\")</scr' + 'ipt>';"
        " document.body.append(f); return [await said, f.srcdoc.length];",
    ),
    Construct(
        "frame-own",
        "const f = document.createElement('iframe'); let loads = 0; f.onload = () => { loads += 1; };"
        " const said = new Promise((r) => addEventListener('message', (e) => { if (e.data === 'own frame') r(e.origin); }));"
        " f.src = '/own-frame.html'; document.body.append(f); const o = await said; f.contentWindow.postMessage('hi', '*');"
        " await new Promise((r) => { setTimeout(r, 50); }); return [o, loads, f.contentDocument.title, f.src];",
    ),
    Construct(
        "frame-sandbox",
        "const f = document.createElement('iframe'); f.sandbox = 'allow-scripts'; const said ="
        " new Promise((r) => addEventListener('message', (e) => { if (e.data === 'boxed') r(e.origin); }));"
        " f.srcdoc = '<script>parent.postMessage(\"boxed\", \"*\")</scr' + 'ipt>'; document.body.append(f);"
        " return [await said, f.contentDocument];",
    ),
    Construct(
        "frame-by-name",
        "document.body.insertAdjacentHTML('beforeend', '<iframe name=\"byname\"></iframe>');"
        " const w = open('', 'byname'); w.document.body.textContent = 'x';"
        " return [w === window.byname, frames.byname.document.body.textContent];",
    ),
)

CONSTRUCTS = (*MARKUP, *ELEMENTS, *STYLES, *FRAMES)
