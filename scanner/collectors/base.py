"""What a collector is: one concern, two moments.

`look` runs while the page is still there; `report` runs after it was left, when everything it sent on leaving
is in the logs. A collector that raises leaves a gap, the others go on (scanner.visit).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.taxonomy import Kind, State
from consentinel.scanner.observations import AttributeValue, Observation, Writer
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.tab import Tab
from consentinel.scanner.urls import host_of

ItemKey = tuple[str, ...]

_MAX_NAME = 800
_MAX_URL = 4096


@dataclass
class Memory:
    """What one visitor has stored so far in a state: by whom it was written, and what was already told.

    It travels with the stored state from tab to tab, so that a cookie which a later page merely finds in the
    jar keeps its writer and is not told again for every page.
    """

    writers: dict[ItemKey, Writer | None] = field(default_factory=dict)
    told: set[ItemKey] = field(default_factory=set)

    def copy(self) -> "Memory":
        """Return an independent copy for another tab."""
        return replace(self, writers=dict(self.writers), told=set(self.told))

    def forget_told(self) -> None:
        """Start anew after a choice: what is still stored then has to be told for the new state."""
        self.told.clear()


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One page in one state, as collectors see it."""

    tab: Tab
    state: State
    page: str
    own: OwnHosts
    catalogue: Catalogue
    memory: Memory

    def observation(
        self,
        kind: Kind,
        name: str,
        *,
        host: str,
        url: str,
        writer: Writer | None = None,
        value: str | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
        evidence: tuple[str, ...] = (),
    ) -> Observation:
        """Return an observation of this page and state; its party follows from `host`."""
        return Observation(
            kind=kind,
            name=_bounded(name),
            host=host,
            url=_bounded(url, _MAX_URL),
            state=self.state,
            page=self.page,
            party=self.own.party_of(host),
            writer=writer,
            value=value,
            attributes=attributes or {},
            evidence=evidence,
        )

    def document_host(self, url: str, origin: str) -> str:
        """Return the host of a document; frames without an address have that of their origin."""
        return host_of(url) or host_of(origin) or host_of(self.page)


def _bounded(text: str, limit: int = _MAX_NAME) -> str:
    """Return text that any JSON writer can take, cut: a page may name things as it likes (threat T7)."""
    clean = text.encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[:limit]}…({len(clean)} characters)"


class Collector(Protocol):
    """One concern. `hooks` names the files of scanner/hooks that it needs in every document."""

    name: str
    hooks: tuple[str, ...]

    async def look(self, visit: Visit) -> None:
        """Read what only the living page can tell."""

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return what was seen during the visit."""


def host_and_path(url: str) -> str:
    """Return `host/path` of a URL, the name of a request."""
    parts = urlsplit(url)
    return f"{host_of(url)}{parts.path or '/'}"
