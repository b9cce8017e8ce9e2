"""Cookies and storage of a name that the rules know."""

import pytest

from tests.banner.block.guarded import Guarded

pytestmark = pytest.mark.browser

WRITES = {
    "cookie": "document.cookie = 'trk=1; path=/'",
    "cookie store": "await cookieStore.set('trk_a', '1')",
    "cookie store with options": "await cookieStore.set({ name: 'trk_a', value: '1' })",
    "setItem": "localStorage.setItem('trk_a', '1')",
    "property": "sessionStorage.trk_a = '1'",
    "definition": "Object.defineProperty(localStorage, 'trk_a',"
    " { value: '1', configurable: true, enumerable: true, writable: true })",
    "frame of text": "const f = document.createElement('iframe');"
    " f.srcdoc = '<!doctype html><script>document.cookie = \"trk=1; path=/\"</' + 'script>';"
    " await new Promise((done) => { f.onload = done; document.body.append(f); });"
    " if (f.srcdoc.length !== 65) throw Error(f.srcdoc)",
    "database": "await new Promise((done) => { indexedDB.open('trk_a').onerror = done; })",
}
KEPT = """return [document.cookie, Object.keys(localStorage).join(), Object.keys(sessionStorage).join(),
  (await indexedDB.databases()).map(({ name }) => name).join()].join(' ').includes('trk');"""


@pytest.mark.parametrize("way", WRITES)
def test_nothing_is_kept(guarded: Guarded, way: str) -> None:
    guarded.open()
    guarded.run(f"{WRITES[way]};")
    assert guarded.run(KEPT) is False


@pytest.mark.parametrize("way", WRITES)
def test_after_a_grant_all_is_kept(guarded: Guarded, way: str) -> None:
    guarded.open()
    write = WRITES[way].replace("onerror", "onsuccess")
    guarded.run(f"await consentinel.accept(); {write};")
    assert guarded.run(KEPT) is True


def test_other_names_are_the_page_s_own(guarded: Guarded) -> None:
    guarded.open()
    got = guarded.run(
        "document.cookie = 'own=1'; localStorage.own = '2'; sessionStorage.setItem('own', '3');"
        " await new Promise((done) => { indexedDB.open('own').onsuccess = done; });"
        " return [document.cookie, localStorage.getItem('own'), sessionStorage.own];"
    )
    assert got == ["own=1", "2", "3"]
