"""Workers of every sort that ask a third party on their very first line, on a secure page.

Expected: a third-party request `https://t.tracker.example/NAME` for each of NAMES: a dedicated worker, one
made of a blob, a worker that a worker starts (by address and of a blob), a shared and a service worker.
"""

from tests.support.sites import Site

NAMES = ("dedicated", "blob", "outer", "nested", "nested-blob", "shared", "service")
_TRACKER = "https://t.tracker.example"


def _asks(name: str) -> str:
    return f'fetch("{_TRACKER}/{name}", {{ mode: "no-cors" }});'


def _of_blob(name: str) -> str:
    return f"new Worker(URL.createObjectURL(new Blob([`{_asks(name)}`], {{ type: 'text/javascript' }})));"


_PAGE = f"""<script>
new Worker("/dedicated.js");
{_of_blob("blob")}
new Worker("/outer.js");
new SharedWorker("/shared.js");
navigator.serviceWorker.register("/service.js");
</script>"""


def site() -> Site:
    site = Site("https://www.site.example/").page("/", _PAGE)
    for name in ("dedicated", "nested", "shared", "service"):
        site.script(f"/{name}.js", _asks(name))
    site.script("/outer.js", f'{_asks("outer")} new Worker("/nested.js"); {_of_blob("nested-blob")}')
    for name in NAMES:
        site.empty(f"{_TRACKER}/{name}")
    return site
