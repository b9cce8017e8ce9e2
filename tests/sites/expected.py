"""The shape of the EXPECTED tables: what a fixture really sets and sends, read from a real browser."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from consentinel.scanner.catalogue.taxonomy import Category, Kind, State


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One thing a scan of the fixture has to find.

    kind and name: of the finding; `*` in the name stands for its random part. For requests the name is host
    and path. host: cookie domain without its dot, host of the storage origin, or host of the request.
    category: what it is for, None where the fixture does not say. writer: URL of the script or response that
    sets it, `*` allowed, without query. page: the path it appears on. states: those in which it is there.
    """

    kind: Kind
    name: str
    host: str
    page: str
    vendor: str | None = None
    category: Category | None = None
    writer: str | None = None
    states: tuple[State, ...] = ("no-choice",)

    def matches(self, kind: str, name: str, host: str) -> bool:
        """Say whether something found under this kind, name and host is the thing expected."""
        return (kind, host) == (self.kind, self.host) and fnmatchcase(name, self.name)
