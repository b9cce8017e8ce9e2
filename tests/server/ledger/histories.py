"""Small ledgers for tests: consents, chains of them, and a clock that a test sets."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from consentinel.server.keys import Keys, new_keys
from consentinel.server.ledger import erasure
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.erasure import VISITOR, erase
from consentinel.server.ledger.events import Json, NewEvent, new_id
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.shards import all_heads
from consentinel.server.ledger.writer import Ledger, Recorded
from consentinel.server.states import rfc3339
from consentinel.server.storage.database import Database

SITE, OTHER = "shop.example", "blog.example"
START_MS = 1_792_000_000_000  # in 2026Q4
DAY_MS = 86_400_000
HALF_A_YEAR_MS = 180 * DAY_MS
_numbers = count(1)


@dataclass
class Times:
    """A clock. now_ms: what it says."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms


def consent(
    kind: str = "given", *, site: str = SITE, after: Recorded | None = None, expires_ms: int | None = None
) -> NewEvent:
    """Return a consent; one that goes on after another is of the same visitor, a refusal is of nobody."""
    own = new_id()
    subject = after.subject if after else None if kind == "refused" else own
    granted = kind in {"given", "changed"}
    end_ms = START_MS + HALF_A_YEAR_MS if expires_ms is None else expires_ms
    choices: dict[str, Json] = {"functional": granted, "performance": granted, "targeting": False}
    return NewEvent(
        site=site,
        kind="consent",
        type=kind,
        event_id=str(UUID(int=next(_numbers))),
        body={"choices": choices, "locale": "en", "expires_at": rfc3339(end_ms)},
        subject=subject,
        expires_ms=end_ms,
        id=own,
    )


@dataclass
class Books:
    """A ledger with all that belongs to it."""

    database: Database
    folder: Path
    clock: Times = field(default_factory=Times)
    keys: Keys = field(default_factory=new_keys)

    def __post_init__(self) -> None:
        self.anchor = Anchor(LineFile(self.folder / "anchor.ndjson"), self.clock)
        self.ledger = Ledger(self.database, name="ledger.example", clock=self.clock, anchor=self.anchor)

    def add(self, *events: NewEvent) -> list[Recorded]:
        """Record events, and remember how far the ledger is."""
        with self.database.write() as connection:
            recorded = self.ledger.append(connection, events)
            heads = all_heads(connection)
        self.ledger.remember(heads)
        return recorded

    def add_one(self, kind: str = "given", *, site: str = SITE, after: Recorded | None = None) -> Recorded:
        """Record one consent."""
        return self.add(consent(kind, site=site, after=after))[0]

    def fill(self, number: int, *, site: str = SITE) -> list[Recorded]:
        """Record refusals."""
        return self.add(*(consent("refused", site=site) for _ in range(number)))


def erase_one(books: Books, record: Recorded) -> int:
    """Erase the chain of a record as its visitor does; return how many records that were."""
    return erase(books.database, books.ledger, record.site, record.id, VISITOR)


class CrashError(Exception):
    """A process dies."""


def erase_and_crash(books: Books, monkeypatch: pytest.MonkeyPatch, record: Recorded, at_once: int) -> None:
    """Erase the first records of a chain as its visitor does, and die before the others."""

    def crash(_seconds: float) -> None:
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "ERASED_AT_ONCE", at_once)
        patched.setattr(erasure, "sleep", crash)
        with pytest.raises(CrashError):
            erase_one(books, record)
