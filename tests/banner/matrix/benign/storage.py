# ruff: noqa: E501 -- JavaScript and HTML in strings is easier to read unbroken
"""Constructs that keep something on the visitor's machine under names that no rule knows."""

from tests.banner.matrix.benign.construct import Construct

_STORAGE = (
    "s.clear(); s.a = 1; s['b c'] = 'x'; s.setItem('k', null); const out = [s.length, Object.keys(s).sort(), s.getItem('a'), s.k,"
    " s.nope, s.getItem('nope'), 'a' in s, 'getItem' in s, JSON.stringify(Object.entries(s).sort()), String(s),"
    " s instanceof Storage, Object.prototype.toString.call(s), typeof s.setItem, delete s.a, s.length, s.key(99),"
    " Object.hasOwn(s, 'k'), Object.getOwnPropertyDescriptor(s, 'k').value, [...Object.getOwnPropertyNames(s)].sort()];"
    " for (const name in s) if (Object.hasOwn(s, name)) out.push(name); out.sort(); s.removeItem('k');"
    " Storage.prototype.setItem.call(s, 'p', 'q'); out.push(s.p, Storage.prototype.getItem.call(s, 'p')); let e1;"
    " try { s.setItem('only one'); } catch (e) { e1 = e.name; } s.clear(); return [out, e1, s.length];"
)

CONSTRUCTS = (
    Construct("local-storage", f"const s = localStorage; {_STORAGE}"),
    Construct("session-storage", f"const s = window.sessionStorage; {_STORAGE}"),
    Construct(
        "storage-event",
        "const f = document.body.appendChild(document.createElement('iframe')); const got = new Promise("
        "(r) => { f.contentWindow.addEventListener('storage', (e) => e.key === 'ev' && r([ e.oldValue, e.newValue, e.storageArea ==="
        " f.contentWindow.localStorage])); }); localStorage.setItem('ev', '1'); const v = await got;"
        " localStorage.removeItem('ev'); return v;",
    ),
    Construct(
        "cookies",
        "document.cookie = 'plain=1; path=/'; document.cookie = 'dated=a=b; path=/; max-age=1000; SameSite=Lax;"
        " Secure'; document.cookie = 'gone=1; max-age=0'; document.cookie = '=nameless'; document.cookie = 'plain=2; path=/';"
        " const names = document.cookie.split('; ').filter((c) => !c.startsWith('consentinel=')).sort(); const d ="
        " Object.getOwnPropertyDescriptor(Document.prototype, 'cookie'); for (const n of ['plain', 'dated', ''])"
        " document.cookie = n + '=; path=/; max-age=0'; return [names, typeof d.get, typeof d.set, d.configurable];",
    ),
    Construct(
        "cookie-sent",
        "document.cookie = 'sent=yes; path=/'; const t = await (await fetch('/cookies')).text();"
        " document.cookie = 'sent=; path=/; max-age=0'; return t.includes('sent=yes');",
    ),
    Construct(
        "cookie-store",
        "const seen = []; cookieStore.addEventListener('change', (e) => seen.push(...e.changed.map((c) =>"
        " c.name))); await cookieStore.set('cs', '1'); await cookieStore.set({ name: 'ct', value: '2' }); const got = (await"
        " cookieStore.get('cs')).value; const n = (await cookieStore.getAll('ct')).length; await cookieStore.delete('cs');"
        " await cookieStore.delete({ name: 'ct' }); return [got, n, await cookieStore.get('cs'), await cookieStore.set('a=b',"
        " 'x').catch((e) => e.name), seen.slice(0, 2)];",
    ),
    Construct(
        "indexed-db",
        "const ask = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () =>"
        " no(r.error); r.onupgradeneeded ??= null; }); const o = indexedDB.open('own-db', 2); let old; o.onupgradeneeded ="
        " (e) => { old = e.oldVersion; o.result.createObjectStore('s', { keyPath: 'id' }); }; const db = await ask(o);"
        " const t = db.transaction('s', 'readwrite'); await ask(t.objectStore('s').put({ id: 1, v: 'x' })); const got ="
        " await ask(t.objectStore('s').get(1)); db.close(); const e1 = await ask(indexedDB.open('own-db', 1)).catch((e) =>"
        " e.name); const names = (await indexedDB.databases()).map((d) => d.name); await ask(indexedDB.deleteDatabase("
        "'own-db')); return [old, got, e1, names.includes('own-db'), o instanceof IDBOpenDBRequest];",
    ),
    Construct(
        "storage-manager",
        "return [typeof (await navigator.storage.estimate()).usage, await navigator.storage.persisted(),"
        " navigator.cookieEnabled];",
    ),
)
