"""The ways a site may be set up: what its page begins with, and which policy goes with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.banner.matrix.gated import gated
from tests.banner.matrix.kit import Kit, kit
from tests.banner.matrix.page import matrix_page
from tests.banner.matrix.server import Matrix
from tests.banner.matrix.vector import Vector
from tests.support.sites import HTML, SCRIPT, Answer, Hit

_TAG = '<script src="/consentinel.js"></script>'
_WATCH = (
    "<script>window.violations = []; document.addEventListener('securitypolicyviolation', (event) => {"
    " violations.push(`${event.effectiveDirective} ${event.blockedURI}`); });</script>"
)
_WORKER = "fetch(location.search.slice(1), { mode: 'no-cors' });"


@dataclass(frozen=True)
class Mode:
    """One row of the table.

    script: the mode it is compiled for, '' for a page without us. loads: whether the file is there.
    policy: how the policy comes with the page. gated: whether the tracker's tags are inert in the HTML.
    """

    name: str
    script: Literal["", "observe", "standard", "strict"]
    policy: Literal["", "header", "meta"] = ""
    gated: bool = False
    loads: bool = True

    @property
    def asks(self) -> bool:
        """Whether a visitor can make a choice that changes what happens."""
        return self.script in ("standard", "strict") and self.loads


CONTROL = Mode("no banner", "")
STANDARD = Mode("standard", "standard")
STRICT_HEADER = Mode("strict, header", "strict", "header")
STRICT_META = Mode("strict, static meta", "strict", "meta")
MODES = (
    CONTROL,
    Mode("observe", "observe"),
    Mode("standard, our script did not load", "standard", loads=False),
    STANDARD,
    Mode("standard, gated HTML", "standard", gated=True),
    STRICT_HEADER,
    STRICT_META,
    Mode("strict, static meta, gated HTML", "strict", "meta", gated=True),
    Mode("strict (header), our script did not load", "strict", "header", loads=False),
)


class Pages:
    """Answers the requests for the page and the script of one mode."""

    def __init__(self, mode: Mode, vectors: Sequence[Vector]) -> None:
        self._mode, self._vectors = mode, vectors
        self._kit = kit(mode.script) if mode.script else Kit({}, {})

    def install(self, matrix: Matrix) -> None:
        """Add the answers to `matrix`."""
        site = matrix.site
        site.call("/page", lambda hit: self._answer(hit, self._page(hit, matrix)))
        site.call(
            "/frame.html",
            lambda hit: self._answer(hit, f"{self._meta(hit)}<p>a page without a script of ours"),
        )
        site.call("/worker.js", lambda hit: self._answer(hit, _WORKER, SCRIPT))
        for name, body in self._kit.files.items() if self._mode.loads else ():
            site.add(f"/{name}", body, content_type=SCRIPT)

    def _page(self, hit: Hit, matrix: Matrix) -> str:
        own, tracker = matrix.target(own=True), matrix.target(own=False)
        tag = _TAG if self._mode.script else ""
        html = matrix_page(self._vectors, (own, tracker), first=self._meta(hit) + tag + _WATCH)
        return gated(html, tracker.origin) if self._mode.gated else html

    def _meta(self, hit: Hit) -> str:
        if self._mode.policy != "meta":
            return ""
        return f'<meta http-equiv="Content-Security-Policy" content="{self._policy(hit)}">'

    def _answer(self, hit: Hit, body: str, kind: str = HTML) -> Answer:
        headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
        if self._mode.policy == "header":
            headers.append(("Content-Security-Policy", self._policy(hit)))
        return Answer(body, 200, headers)

    def _policy(self, hit: Hit) -> str:
        return self._kit.policies[_state(hit.headers.get("cookie", ""))]


def _state(cookies: str) -> str:
    """Return the key of the policy; the full reading of the cookie is tested where the servers are."""
    choice = re.search(r"(?:^|; )consentinel=1\.1([01]{3})\.", cookies)
    if choice is None:
        return "no-choice"
    return {"111": "accept", "000": "reject"}[choice[1]]
