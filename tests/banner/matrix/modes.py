"""The ways a site may be set up: what its page begins with, and which policy goes with it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

from tests.banner.matrix.gated import gated
from tests.banner.matrix.kit import kit
from tests.banner.matrix.page import matrix_page
from tests.banner.matrix.server import Matrix
from tests.banner.matrix.vector import Vector
from tests.support.policies import ChoosePolicy, choosing_policy, static_meta
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
    policy: how the policy comes with the page: as the built module chooses it for a header, or the one of
    static hosting, which the built service worker replaces.
    gated: whether the tracker's tags are inert in the HTML.
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
        self._files = kit(mode.script, static=mode.policy == "meta") if mode.script else {}
        self._meta = static_meta(self._files) if mode.policy == "meta" else ""
        self._choose: ChoosePolicy | None = None

    @contextmanager
    def on(self, matrix: Matrix) -> Iterator[None]:
        """Answer on `matrix` until the block ends."""
        with ExitStack() as stack:
            if self._mode.policy == "header":
                self._choose = stack.enter_context(choosing_policy(self._files))
            self._install(matrix)
            yield

    def _install(self, matrix: Matrix) -> None:
        frame = f"{self._meta}<p>a page without a script of ours"
        site = matrix.site
        site.call("/page", lambda hit: self._answer(hit, self._page(matrix)))
        site.call("/frame.html", lambda hit: self._answer(hit, frame))
        site.call("/worker.js", lambda hit: self._answer(hit, _WORKER, SCRIPT))
        for name, body in self._files.items() if self._mode.loads else ():
            site.add(f"/{name}", body, content_type=SCRIPT)

    def _page(self, matrix: Matrix) -> str:
        own, tracker = matrix.target(own=True), matrix.target(own=False)
        tag = _TAG if self._mode.script else ""
        html = matrix_page(self._vectors, (own, tracker), first=self._meta + tag + _WATCH)
        return gated(html, tracker.origin) if self._mode.gated else html

    def _answer(self, hit: Hit, body: str, kind: str = HTML) -> Answer:
        headers = [("Content-Type", kind), ("Cache-Control", "no-store")]
        if self._choose:
            headers.append(("Content-Security-Policy", self._choose(hit.headers)))
        return Answer(body, 200, headers)
