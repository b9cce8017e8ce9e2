"""What a page's banner says of itself, and where its script stands: seen by a collector of the scan."""

from collections.abc import Iterable, Sequence
from importlib import resources

import msgspec

from consentinel.banner.verify.position import Position, position_of
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.collectors.base import Visit
from consentinel.scanner.observations import Observation
from consentinel.scanner.shapes import public_url

_SCRIPT = resources.files(__package__).joinpath("inspection.js").read_text("utf-8")


class BannerState(msgspec.Struct, frozen=True):
    """`consentinel.state()` of a page, as far as it matters. late: addresses of tags above the script."""

    mode: str
    regime: str
    decided: bool
    choices: dict[str, bool]
    late: tuple[str, ...] = ()
    pending: int = 0


class PageFacts(msgspec.Struct, frozen=True):
    """What inspection.js returns. held: addresses that the banner holds back in the document."""

    banner: BannerState | None
    held: tuple[str, ...] = ()


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """One page in one state; `position` is None where the page's source could not be read."""

    page: str
    state: State
    facts: PageFacts
    position: Position | None


class BannerInspector:
    """A collector without findings: what it sees goes into the list that it is given.

    served: folders on other hosts that the banner's script may come from.
    """

    name = "banner"
    hooks: tuple[str, ...] = ()

    def __init__(self, seen: list[Inspection], served: Sequence[str] = ()) -> None:
        self._seen = seen
        self._served = served

    async def look(self, visit: Visit) -> None:
        """Ask the page for its banner; raises as `Tab.evaluate` does, and ValidationError for nonsense."""
        answer = await visit.tab.evaluate(visit.tab.page.main_frame, _SCRIPT)
        source = await visit.tab.source()
        self._seen.append(
            Inspection(
                page=public_url(visit.page),
                state=visit.state,
                facts=msgspec.convert(answer, PageFacts),
                position=None if source is None else position_of(source, visit.page, self._served),
            )
        )

    def report(self, visit: Visit) -> Iterable[Observation]:  # noqa: ARG002 the seam's argument
        """Return nothing: the findings are those of the other collectors."""
        return ()
