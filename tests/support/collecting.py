"""A visit for collectors, without a browser: what the tab would have seen is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from consentinel.scanner.browser import PlaywrightError
from consentinel.scanner.collectors.base import Memory, Visit
from consentinel.scanner.hooks import HookReport
from consentinel.scanner.network import Exchange, NetworkLog
from consentinel.scanner.tab import StoredItem, Tab
from tests.support.observing import OWN, PAGE, core_catalogue

ORIGIN = PAGE.rstrip("/")


@dataclass
class FakeFrame:
    """One frame; `answer` is what evaluating gives, an exception is raised."""

    url: str = PAGE
    answer: Any = None


@dataclass
class FakeTab:
    """What collectors read of a tab."""

    network: NetworkLog
    hook_reports: list[HookReport] = field(default_factory=list)
    stored_items: list[StoredItem] = field(default_factory=list)
    frames: list[FakeFrame] = field(default_factory=list)
    jar: list[dict[str, Any]] = field(default_factory=list)

    @property
    def page(self) -> "FakeTab":
        return self

    @property
    def context(self) -> "FakeTab":
        return self

    async def cookies(self) -> list[dict[str, Any]]:
        return self.jar

    async def evaluate(self, frame: FakeFrame, _script: str) -> Any:
        if isinstance(frame.answer, PlaywrightError):
            raise frame.answer
        return frame.answer


def make_visit(exchanges: Sequence[Exchange] = (), **facts: Any) -> Visit:
    """Return a visit of the start page without a choice; `facts` are fields of FakeTab, or `memory`."""
    memory = facts.pop("memory", None) or Memory()
    tab = FakeTab(NetworkLog(), **facts)
    tab.network.exchanges = list(exchanges)
    return Visit(
        tab=cast("Tab", tab),
        state="no-choice",
        page=PAGE,
        own=OWN,
        catalogue=core_catalogue(),
        memory=memory,
    )


def make_report(hook: str, text: str, **changes: Any) -> HookReport:
    """Return what a hook saw on line 3 of a third-party script."""
    facts: dict[str, Any] = {
        "hook": hook,
        "text": text,
        "href": PAGE,
        "origin": ORIGIN,
        "stack": "Error\n    at https://cdn.tracker.example/t.js:3:7",
        "time_ms": 1_772_366_400_000.0,
    }
    return HookReport(**(facts | changes))


def make_jar_cookie(name: str, **changes: Any) -> dict[str, Any]:
    """Return a session cookie as the browser's jar lists it."""
    facts: dict[str, Any] = {
        "name": name,
        "value": "1",
        "domain": "www.shop.example",
        "path": "/",
        "expires": -1,
        "httpOnly": False,
        "secure": False,
        "sameSite": "Lax",
    }
    return facts | changes
