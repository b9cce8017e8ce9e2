# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Vectors that write first-party cookies and storage under a name that a rule knows."""

from functools import partial

from tests.banner.matrix.vector import Vector

_write = partial(Vector, mechanism="write", replay=False)

VECTORS = (
    _write("cookie-inline", html="<script>document.cookie = '@key=1; path=/';</script>"),
    _write("cookie", "document.cookie = '@key=1; path=/';"),
    _write(
        "cookie-prototype",
        "Object.getOwnPropertyDescriptor(Document.prototype, 'cookie').set.call(document, '@key=1; path=/');",
    ),
    _write(
        "cookie-frame",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " f.contentDocument.cookie = '@key=1; path=/';",
    ),
    _write(
        "cookie-frame-setter",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " Object.getOwnPropertyDescriptor(f.contentWindow.Document.prototype, 'cookie')"
        ".set.call(document, '@key=1; path=/');",
    ),
    _write(
        "cookie-srcdoc",
        "const f = document.createElement('iframe');"
        " f.srcdoc = '<script>document.cookie = \"@key=1; path=/\"</' + 'script>'; document.body.append(f);",
    ),
    _write("cookie-store", "return cookieStore.set('@key', '1');", lacks=("webkit",)),
    _write(
        "cookie-store-options",
        "return cookieStore.set({ name: '@key', value: '1', path: '/' });",
        lacks=("webkit",),
    ),
    _write("local-set-item", "localStorage.setItem('@key', '1');"),
    _write("local-property", "localStorage['@key'] = '1';"),
    _write("local-prototype", "Storage.prototype.setItem.call(localStorage, '@key', '1');"),
    _write(
        "local-define",
        "Object.defineProperty(localStorage, '@key', { value: '1', configurable: true,"
        " writable: true, enumerable: true });",
    ),
    _write(
        "local-frame",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " f.contentWindow.localStorage.setItem('@key', '1');",
    ),
    _write("session-set-item", "sessionStorage.setItem('@key', '1');"),
    _write("session-property", "sessionStorage['@key'] = '1';"),
    _write(
        "indexed-db",
        "return new Promise((done) => { const r = indexedDB.open('@key'); r.onsuccess = () => {"
        " r.result.close(); done(); }; r.onerror = done; });",
    ),
    _write(
        "indexed-db-frame",
        "const f = document.body.appendChild(document.createElement('iframe'));"
        " return new Promise((done) => { const r = f.contentWindow.indexedDB.open('@key'); r.onsuccess = () => {"
        " r.result.close(); done(); }; r.onerror = done; });",
    ),
)
