# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors by which a script makes an element, or a style, load something."""

from functools import partial

from tests.banner.matrix.vector import Vector

_element = partial(Vector, mechanism="element")


def _make(tag: str) -> str:
    return f"const e = document.createElement('{tag}');"


_PUT = "document.body.appendChild(e);"
_KEEP = "(window.kept ||= []).push(e);"
_DIV = "const e = document.body.appendChild(document.createElement('div')); e.textContent = 'a';"
_SHEET = "const s = document.head.appendChild(document.createElement('style'));"

IMAGES = (
    _element("image-constructor", "new Image().src = '@gif';"),
    _element("img-set-attribute", f"{_make('img')} e.setAttribute('src', '@gif');"),
    _element("img-srcset-property", f"{_make('img')} e.srcset = '@gif 1x';"),
    _element("img-srcset-second", f"{_make('img')} e.srcset = '/frame.html 9x, @gif 1x';"),
    _element(
        "img-attribute-value",
        f"{_make('img')} e.setAttribute('src', 'data:,'); e.getAttributeNode('src').value = '@gif';",
    ),
    _element(
        "img-toggle-clone",
        f"{_make('img')} const a = document.createAttribute('src'); a.nodeValue = '@gif'; e.setAttributeNode(a);",
    ),
    _element("img-whitespace", f"{_make('img')} e.src = ' \\n@gif';"),
    _element("img-backslash", f"{_make('img')} e.src = '@gif'.replaceAll('/', '\\\\');"),
    _element(
        "picture-source",
        f"{_make('picture')} e.append(new Image()); const s = document.createElement('source');"
        f" s.srcset = '@gif'; e.prepend(s); {_PUT}",
    ),
    _element(
        "img-domparser",
        "const d = new DOMParser().parseFromString('<img src=\"@gif\">', 'text/html');"
        " document.body.appendChild(document.importNode(d.body, true));",
    ),
    _element("inner-html-detached", f'{_make("div")} e.innerHTML = \'<img src="@gif" alt="">\';'),
    _element("inner-html-unquoted", f"{_make('div')} e.innerHTML = '<IMG\\nSRC=@gif alt>';"),
    _element("outer-html", f'{_DIV} e.outerHTML = \'<img src="@gif" alt="">\';'),
    _element(
        "insert-adjacent-html",
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"@gif\" alt=\"\">');",
    ),
    _element("set-html-unsafe", f'{_DIV} e.setHTMLUnsafe(\'<img src="@gif" alt="">\');'),
    _element(
        "template-clone",
        f'{_make("template")} e.innerHTML = \'<img src="@gif" alt="">\';'
        " document.body.appendChild(e.content.cloneNode(true));",
    ),
    _element(
        "shadow-open", f"{_DIV} e.attachShadow({{ mode: 'open' }}).innerHTML = '<img src=\"@gif\" alt=\"\">';"
    ),
    _element(
        "shadow-closed",
        f"{_DIV} e.attachShadow({{ mode: 'closed' }}).innerHTML = '<img src=\"@gif\" alt=\"\">';",
    ),
    _element("input-image-src", f"{_make('input')} e.type = 'image'; e.src = '@gif'; {_PUT}"),
    _element(
        "svg-image-attribute",
        "const e = document.createElementNS('http://www.w3.org/2000/svg', 'image');"
        " e.setAttribute('href', '@gif'); e.setAttribute('width', '1'); e.setAttribute('height', '1');"
        " document.body.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg')).append(e);",
    ),
    _element(
        "svg-image-xlink-ns",
        "const e = document.createElementNS('http://www.w3.org/2000/svg', 'image');"
        " e.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', '@gif');"
        " document.body.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg')).append(e);",
    ),
    _element(
        "svg-image-base-value",
        "const e = document.createElementNS('http://www.w3.org/2000/svg', 'image');"
        " e.href.baseVal = '@gif';"
        " document.body.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg')).append(e);",
    ),
    _element(
        "body-background", f"{_make('table')} e.setAttribute('background', '@gif'); {_PUT} e.insertRow();"
    ),
)

FRAMES = (
    _element("iframe-src-before", f"{_make('iframe')} e.src = '@html'; {_PUT}"),
    _element("iframe-src-after", f"{_make('iframe')} {_PUT} e.src = '@html';"),
    _element("iframe-set-attribute", f"{_make('iframe')} e.setAttribute('src', '@html'); {_PUT}"),
    # Location cannot be patched
    _element(
        "iframe-location",
        f"{_make('iframe')} {_PUT} e.contentWindow.location.replace('@html');",
        mechanism="outside",
        replay=False,
    ),
    _element("iframe-inner-html", f"{_DIV} e.innerHTML = '<iframe src=\"@html\"></iframe>';"),
    _element("iframe-srcdoc-property", f"{_make('iframe')} e.srcdoc = '<img src=\"@gif\">'; {_PUT}"),
    _element("object-data", f"{_make('object')} e.type = 'text/html'; e.data = '@html'; {_PUT}"),
    _element("embed-src", f"{_make('embed')} e.type = 'text/html'; e.src = '@html'; {_PUT}"),
)

LINKS = (
    _element(
        "link-prefetch-dynamic",
        f"{_make('link')} e.rel = 'prefetch'; e.href = '@txt'; document.head.append(e);",
        lacks=("webkit",),
        lazy=("firefox",),
    ),
    _element(
        "link-preconnect-dynamic",
        f"{_make('link')} e.rel = 'preconnect'; e.href = '@tcp'; document.head.append(e);",
        twin=False,
        lacks=("chromium",),
    ),
    _element(
        "link-preload-dynamic",
        f"{_make('link')} e.rel = 'preload'; e.as = 'image'; e.href = '@gif'; document.head.append(e);",
    ),
    _element(
        "link-stylesheet-dynamic",
        f"{_make('link')} e.rel = 'stylesheet'; e.href = '@css'; document.head.append(e);",
    ),
    _element(
        "link-rel-last", f"{_make('link')} e.href = '@css'; document.head.append(e); e.rel = 'stylesheet';"
    ),
    _element(
        "link-rel-list",
        f"{_make('link')} e.href = '@css'; e.relList.add('stylesheet'); document.head.append(e);",
    ),
)

STYLES = (
    _element("style-property", f"{_DIV} e.style.background = 'url(\"@gif\")';"),
    _element("style-property-image", f"{_DIV} e.style.backgroundImage = 'url(@gif)';"),
    _element(
        "style-property-dashed",
        f"{_DIV} e.style['list-style-image'] = 'url(@gif)'; e.style.display = 'list-item';",
    ),
    _element("style-css-text", f"{_DIV} e.style.cssText = 'background: url(@gif)';"),
    _element("style-assign", f"{_DIV} e.style = 'background: url(@gif)';"),
    _element("style-set-property", f"{_DIV} e.style.setProperty('background-image', 'url(@gif)');"),
    _element(
        "style-variable", f"{_DIV} e.style.setProperty('--a', 'url(@gif)'); e.style.background = 'var(--a)';"
    ),
    _element("style-set-attribute", f"{_DIV} e.setAttribute('style', 'background: url(@gif)');"),
    _element("style-image-set", f"{_DIV} e.style.backgroundImage = 'image-set(\"@gif\" 1x)';"),
    _element(
        "style-attribute-map",
        f"{_DIV} e.attributeStyleMap.set('background-image', 'url(@gif)');",
        lacks=("firefox",),
    ),
    # an animation without its picture has run, and is not run again
    _element(
        "style-animate",
        f"{_DIV} e.animate({{ backgroundImage: ['url(@gif)', 'url(@gif)'] }}, 1000);",
        replay=False,
    ),
    _element(
        "style-element",
        f"{_make('style')} e.textContent = '@import url(\"@css\");'; document.head.append(e);",
    ),
    _element(
        "style-element-text-node",
        f"{_make('style')} e.append('@import url(\"@css\");'); document.head.append(e);",
    ),
    _element(
        "style-insert-rule",
        f"{_DIV} e.id = '@id'; {_SHEET} s.sheet.insertRule('#@id {{ background: url(\"@gif\") }}');",
    ),
    _element(
        "style-rule-property",
        f"{_DIV} e.id = '@id'; {_SHEET} s.sheet.insertRule('#@id {{ color: red }}');"
        " s.sheet.cssRules[0].style.backgroundImage = 'url(\"@gif\")';",
    ),
    _element(
        "style-constructed",
        "const s = new CSSStyleSheet(); s.replaceSync('#@id { background: url(\"@gif\") }');"
        f" document.adoptedStyleSheets.push(s); {_DIV} e.id = '@id';",
    ),
    _element(
        "font-face",
        "const f = new FontFace('@id', 'url(\"@woff\")'); document.fonts.add(f); f.load().catch(() => {});"
        f" {_DIV} e.style.fontFamily = '@id';",
    ),
)

MEDIA = (
    # kept, as a player would be: WebKit may collect one that nobody has before it loads
    _element("audio-constructor", f"const e = new Audio('@mp4'); e.preload = 'auto'; e.load(); {_KEEP}"),
    _element("video-src", f"{_make('video')} e.preload = 'auto'; e.src = '@mp4'; {_KEEP}"),
    _element("video-poster-property", f"{_make('video')} e.preload = 'none'; e.poster = '@gif'; {_PUT}"),
    _element(
        "video-source-append",
        f"{_make('video')} e.preload = 'auto'; const s = document.createElement('source');"
        f" s.src = '@mp4'; e.append(s); {_PUT}",
    ),
)

VECTORS = (*IMAGES, *FRAMES, *LINKS, *STYLES, *MEDIA)
