"""The report: one scan of one site, as deterministic JSON (DESIGN.md section 4)."""

from pathlib import Path
from typing import Literal

import msgspec

from consentinel.scanner.catalogue.taxonomy import Category, Kind, Layer, Party, State
from consentinel.scanner.errors import ReportError
from consentinel.scanner.observations import AttributeValue, Gap, Writer

SCHEMA: Literal["consentinel/report/1"] = "consentinel/report/1"


class StateVisit(msgspec.Struct, frozen=True, kw_only=True):
    """How one consent state was reached; `method` is that of `scanner.states.Reached`."""

    state: State
    reached: bool
    method: str | None
    detail: str


class PageVisit(msgspec.Struct, frozen=True, kw_only=True):
    """One page in one state. `watch_s` is 0 where the page only settled; `status` is null for a gap."""

    url: str
    state: State
    status: int | None
    watch_s: float
    routes: tuple[str, ...] = ()


class WithoutRule(msgspec.Struct, frozen=True, kw_only=True):
    """What catalogue and behaviour say of a finding that a rule of the site's settings decides."""

    category: Category | None
    contested: bool
    vendor: str | None
    rule: str | None
    layer: Layer


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact with category, vendor, party, evidence and the rule that decided.

    without_rule: is there where a rule of the settings decides, which may speak of a part of it only.
    """

    id: str
    kind: Kind
    name: str
    category: Category | None
    contested: bool
    vendor: str | None
    purpose: str | None
    party: Party
    host: str
    url: str
    writer: Writer | None
    states: tuple[State, ...]
    pages: tuple[str, ...]
    rule: str | None
    layer: Layer
    evidence: tuple[str, ...]
    attributes: dict[str, AttributeValue]
    without_rule: WithoutRule | None = None


class PageTiming(msgspec.Struct, frozen=True, kw_only=True):
    """How long one page was really looked at, in seconds."""

    url: str
    state: State
    watched_s: float


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """All that may differ between two scans of an unchanged site. Times are RFC 3339 in UTC.

    pages_left_out: pages of the site that were found but not visited, since `max_pages` was reached.
    """

    started: str
    finished: str
    truncated: bool
    requests: int
    bytes: int
    pages_left_out: int
    pages: tuple[PageTiming, ...]


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What the scan was done with."""

    consentinel: str
    browser: str
    catalogue: str
    lists: tuple[str, ...]
    settings: dict[str, str | int | float | bool | list[str] | None]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of one site."""

    schema: Literal["consentinel/report/1"] = SCHEMA
    site: str
    scanned: Scanned
    states: tuple[StateVisit, ...]
    pages: tuple[PageVisit, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    environment: Environment


def encode(report: Report) -> bytes:
    """Return the report as indented JSON with sorted keys and a final newline."""
    return msgspec.json.format(msgspec.json.encode(report, order="sorted"), indent=2) + b"\n"


def decode(data: bytes) -> Report:
    """Return the report in `data`; raise ReportError where it is not one."""
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReportError(f"not a consentinel report ({error})") from error


def load(path: Path) -> Report:
    """Read a report file; raise ReportError with its name where that fails."""
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}: name a report that `consentinel scan` wrote") from error
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from error
