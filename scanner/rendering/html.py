"""The report as one self-contained HTML page: no request, strict CSP, no need of JavaScript (facts: T9)."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from consentinel.scanner.catalogue.taxonomy import CATEGORIES, KINDS, Category, State
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering import wording
from consentinel.scanner.rendering.templating import environment_of
from consentinel.scanner.rendering.twins import twin_writers
from consentinel.scanner.report import Finding, Report, StateVisit
from consentinel.scanner.verdict import (
    early_states,
    is_refused,
    judge,
    severity,
    tallies,
)

_MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
STATE_NAMES: dict[State, str] = {
    "no-choice": "before any choice",
    "reject": "after reject",
    "accept": "after accept",
    "withdrawn": "after withdrawal",
    "gpc": "with GPC",
}


class Cell(msgspec.Struct, frozen=True):
    """A number of the state matrix; `leaks` of them needed consent that nobody had given."""

    count: int
    leaks: int


class MatrixRow(msgspec.Struct, frozen=True):
    """One category across the states; None where the state was not reached."""

    category: str
    cells: tuple[Cell | None, ...]


class Screenshot(msgspec.Struct, frozen=True):
    """The first page in one state, as a data: address."""

    state: State
    address: Markup


def render(report: Report, *, screenshots: Mapping[State, bytes]) -> str:
    """Return the page; a screenshot that is no PNG, JPEG or WebP is left out."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            host=_host(report.site),
            verdict=judge(report),
            tallies=tallies(report.findings),
            findings=sorted(report.findings, key=severity),
            twin_writers=twin_writers(report.findings),
            matrix=matrix_of(report),
            shots=_shots(screenshots),
            page_urls=list(dict.fromkeys(visit.url for visit in report.pages)),
            categories=[*CATEGORIES, wording.UNCLASSIFIED],
            kinds=[kind for kind in KINDS if any(finding.kind == kind for finding in report.findings)],
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            policy=_policy(style, script),
        )
    )


@cache
def _environment() -> Environment:
    environment = environment_of("consentinel.scanner.rendering", keep_trailing_newline=True)
    environment.globals.update(
        early_states=early_states,
        category_name=wording.category_name,
        kind_of=wording.kind_of,
        page_count=wording.page_count,
        writer_of=wording.writer_of,
        plural=plural,
        state_names=STATE_NAMES,
        attributes_shown=wording.attributes_shown,
        is_refused=is_refused,
        refused=wording.REFUSED,
        host_below=host_below,
        date=_date,
        how=how_reached,
    )
    return environment


@cache
def _asset(name: str) -> str:
    return resources.files("consentinel.scanner.rendering").joinpath("templates", name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def matrix_of(report: Report) -> tuple[MatrixRow, ...]:
    """Return the categories across the states, `unclassified` last."""
    return tuple(
        MatrixRow(
            wording.category_name(category),
            tuple(_cell(report.findings, category, visit) for visit in report.states),
        )
        for category in (*CATEGORIES, None)
    )


def _cell(findings: tuple[Finding, ...], category: Category | None, visit: StateVisit) -> Cell | None:
    if not visit.reached:
        return None
    members = [
        finding for finding in findings if finding.category == category and visit.state in finding.states
    ]
    return Cell(len(members), sum(visit.state in early_states(finding) for finding in members))


def _shots(screenshots: Mapping[State, bytes]) -> list[Screenshot]:
    shots = []
    for state, data in screenshots.items():
        for start, media_type in _MAGIC:
            if data.startswith(start):
                encoded = base64.b64encode(data).decode()
                shots.append(Screenshot(state, Markup(f"data:{media_type};base64,{encoded}")))  # noqa: S704 - base64
    return shots


def _host(site: str) -> str:
    try:
        return urlsplit(site).netloc.rpartition("@")[2] or site
    except ValueError:
        return site


def host_below(finding: Finding) -> str:
    """Return the host to show below a name; none where the name begins with it."""
    return "" if f"{finding.name}/".startswith(f"{finding.host}/") else finding.host


def _date(moment: str) -> str:
    """Return an RFC 3339 time as people write it; any other text as it is."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{parsed.day} {parsed:%B %Y, %H:%M} UTC"


def how_reached(visit: StateVisit) -> str:
    """Say how a state was reached, or why it was not."""
    if not visit.reached:
        return f"not reached{': ' + visit.detail if visit.detail else ''}"
    return visit.detail or (visit.method or "").replace("-", " ")
