"""Requests of workers.

Expected: third-party requests `http://t.tracker.example/from-dedicated` and `…/from-blob`, initiated by a
dedicated worker and a blob worker; page hooks do not see them.
"""

from tests.support.sites import Site

_PAGE = """<script>
new Worker("/worker.js");
const code = 'fetch("http://t.tracker.example/from-blob", { mode: "no-cors" });';
new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
</script>"""
_WORKER = 'fetch("http://t.tracker.example/from-dedicated", { mode: "no-cors" });\n'


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .script("/worker.js", _WORKER)
        .empty("http://t.tracker.example/from-dedicated")
        .empty("http://t.tracker.example/from-blob")
    )
