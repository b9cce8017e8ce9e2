# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors by which a script makes another run."""

from functools import partial

from tests.banner.matrix.vector import Vector

_SCRIPT = "const s = document.createElement('script');"
_PUT = "document.head.appendChild(s);"
_PIXEL = "new Image().src = '@gif'"


_script = partial(Vector, mechanism="dynamic")
_import = partial(Vector, mechanism="import")

LOADED = (
    _script("script-src", f"{_SCRIPT} s.src = '@js'; {_PUT}"),
    _script("script-async-false", f"{_SCRIPT} s.async = false; s.src = '@js'; {_PUT}"),
    _script("script-set-attribute", f"{_SCRIPT} s.setAttribute('src', '@js'); {_PUT}"),
    _script("script-set-attribute-case", f"{_SCRIPT} s.setAttribute('SRC', '@js'); {_PUT}"),
    _script("script-set-attribute-ns", f"{_SCRIPT} s.setAttributeNS(null, 'src', '@js'); {_PUT}"),
    _script(
        "script-attribute-node",
        f"{_SCRIPT} const a = document.createAttribute('src'); a.value = '@js'; s.setAttributeNode(a); {_PUT}",
    ),
    _script(
        "script-named-item",
        f"{_SCRIPT} const a = document.createAttribute('src'); a.value = '@js'; s.attributes.setNamedItem(a); {_PUT}",
    ),
    _script(
        "script-attribute-value",
        f"{_SCRIPT} s.type = 'text/javascript'; const a = document.createAttribute('src'); s.setAttributeNode(a);"
        f" a.value = '@js'; {_PUT}",
    ),
    _script("script-src-after-insert", f"{_SCRIPT} {_PUT} s.src = '@js';"),
    _script("script-module-dynamic", f"{_SCRIPT} s.type = 'module'; s.src = '@js'; {_PUT}"),
    _script("script-append", f"{_SCRIPT} s.src = '@js'; document.body.append(s);"),
    _script(
        "script-insert-before",
        f"{_SCRIPT} s.src = '@js'; document.body.insertBefore(s, document.body.firstChild);",
    ),
    _script(
        "script-replace-child",
        f"{_SCRIPT} s.src = '@js'; const old = document.body.appendChild(document.createElement('i'));"
        " document.body.replaceChild(s, old);",
    ),
    _script(
        "script-replace-with",
        f"{_SCRIPT} s.src = '@js'; document.body.appendChild(document.createElement('i')).replaceWith(s);",
    ),
    _script(
        "script-adjacent-element",
        f"{_SCRIPT} s.src = '@js'; document.body.insertAdjacentElement('beforeend', s);",
    ),
    _script(
        "script-range-insert",
        f"{_SCRIPT} s.src = '@js'; const r = document.createRange(); r.selectNodeContents(document.body);"
        " r.collapse(false); r.insertNode(s);",
    ),
    _script(
        "script-fragment",
        "document.body.appendChild(document.createRange().createContextualFragment("
        "'<script src=\"@js\"></' + 'script>'));",
    ),
    _script(
        "script-svg-dynamic",
        "const s = document.createElementNS('http://www.w3.org/2000/svg', 'script'); s.setAttribute('href', '@js');"
        " document.body.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg')).appendChild(s);",
    ),
    _script(
        "script-adopted",
        "const s = document.implementation.createHTMLDocument('').createElement('script'); s.src = '@js';"
        " document.body.appendChild(s);",
    ),
)

INLINE = (
    _script("script-inline-text", f'{_SCRIPT} s.text = "{_PIXEL}"; {_PUT}'),
    _script("script-text-node", f'{_SCRIPT} s.appendChild(document.createTextNode("{_PIXEL}")); {_PUT}'),
    _script("eval", f'(0, eval)("{_PIXEL}");'),
    _script("function-constructor", f'new Function("{_PIXEL}")();'),
    _script("timeout-string", f'setTimeout("{_PIXEL}", 0);'),
    _script(
        "handler-attribute",
        f'const b = document.body.appendChild(document.createElement("button")); b.hidden = true;'
        f' b.setAttribute("onclick", "{_PIXEL}"); b.click();',
    ),
    _script(
        "handler-in-html",
        "document.body.insertAdjacentHTML('beforeend',"
        ' \'<img src="data:," alt="" onerror="new Image().src=&quot;@gif&quot;">\');',
    ),
    _script(
        "script-data-url",
        f'{_SCRIPT} s.src = "data:text/javascript," + encodeURIComponent("{_PIXEL}"); {_PUT}',
    ),
    _script(
        "script-blob-url",
        f'{_SCRIPT} s.src = URL.createObjectURL(new Blob(["{_PIXEL}"], {{ type: "text/javascript" }})); {_PUT}',
    ),
    _script(
        "speculation-rules",
        f"{_SCRIPT} s.type = 'speculationrules';"
        " s.textContent = JSON.stringify({ prefetch: [{ source: 'list', urls: ['@html'], eagerness: 'immediate' }] });"
        f" {_PUT}",
        lacks=("firefox", "webkit"),
    ),
)

IMPORTS = (
    _import("import-call", "return import('@js');"),
    _import("import-in-eval", "return (0, eval)('import(\"@js\")');"),
    _import(
        "import-inline-module",
        f"{_SCRIPT} s.type = 'module'; s.textContent = 'import \"@js\"'; {_PUT}",
    ),
    _import(
        "import-blob-module",
        "return import(URL.createObjectURL(new Blob(['import \"@js\"'], { type: 'text/javascript' })));",
    ),
)

VECTORS = (*LOADED, *INLINE, *IMPORTS)
