"""IndexedDB.

Expected: storage item (IndexedDB) of database `visitors`, first party; it has one object store `ids`.
"""

from tests.support.sites import Site

_SCRIPT = """<script>
const opening = indexedDB.open("visitors", 1);
opening.onupgradeneeded = () => opening.result.createObjectStore("ids");
opening.onsuccess = () => opening.result.transaction("ids", "readwrite").objectStore("ids").put("v", "key");
</script>"""


def site() -> Site:
    return Site().page("/", _SCRIPT)
