"""Cookies of a third-party frame.

Expected: third-party cookies `frame_by_header` (writer: the frame's response), `frame_by_script` (writer: the
frame's script) and `frame_partitioned` (CHIPS), host `widget.tracker.example`; one third-party `frame`.
With third-party cookies blocked: the first two are refused by the browser, the partitioned one stays.
"""

from tests.support.sites import HTML, Site, document

_CROSS_SITE = "Path=/; SameSite=None; Secure; Max-Age=86400"
_SCRIPT = f'<script>document.cookie = "frame_by_script=2; {_CROSS_SITE}";</script>'


def site() -> Site:
    cookies = (f"frame_by_header=1; {_CROSS_SITE}", f"frame_partitioned=3; {_CROSS_SITE}; Partitioned")
    return (
        Site("https://www.site.example/")
        .page("/", '<iframe src="https://widget.tracker.example/frame"></iframe>')
        .add("https://widget.tracker.example/frame", document(_SCRIPT), content_type=HTML, cookies=cookies)
    )
