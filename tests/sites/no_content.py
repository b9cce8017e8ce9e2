"""Answers without content.

Expected: `pixel` for `http://t.tracker.example/image-204` (an image request answered 204);
`…/fetch-204` is a `request`; the frame `…/frame-204` leaves no document and no gap.
"""

from tests.support.sites import Site

_PAGE = """<img src="http://t.tracker.example/image-204" alt="">
<iframe src="http://t.tracker.example/frame-204"></iframe>
<script>fetch("http://t.tracker.example/fetch-204", { mode: "no-cors" });</script>"""


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .empty("http://t.tracker.example/image-204")
        .empty("http://t.tracker.example/frame-204")
        .empty("http://t.tracker.example/fetch-204")
    )
