"""The review queue: decisions about what nobody has classified, and those that were made."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, parse_category
from consentinel.scanner.override_patterns import Pattern
from consentinel.scanner.report import Finding, Report
from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import admin_only, checked_form, current_user
from consentinel.server.admin.fields import text
from consentinel.server.dashboard.frames import (
    TRIES,
    SiteFrame,
    Stamp,
    back_to,
    site_frame,
    site_page,
    stamp_of,
)
from consentinel.server.dashboard.pattern_words import in_words
from consentinel.server.dashboard.queue import Queue
from consentinel.server.errors import ServerError
from consentinel.server.observed import MOST_HOSTS
from consentinel.server.overriding import decided_by
from consentinel.server.state import services
from consentinel.server.storage import tables
from consentinel.server.storage.overrides import Override, put_override, remove_override

_MOST_OBSERVED = 200
_LONGEST_VENDOR = 128


class Decision(NamedTuple):
    """What a reviewer decided of one pattern. vendor: '' for the site itself."""

    pattern: Pattern
    category: Category
    vendor: str


@admin_only
async def review(request: Request) -> Response:
    """Show what waits, what was decided, and which hosts visitors met."""
    return await _review(request)


@admin_only
async def decide(request: Request) -> Response:
    """Store the decisions of a form; what is left open stays open."""
    form = await checked_form(request)
    try:
        done = await _decide(request, list(_decisions(form)))
    except ServerError as error:
        return await _review(request, problem=str(error))
    return back_to(request, "/review", done="decided" if done else "")


@admin_only
async def remove(request: Request) -> Response:
    """Take a decision back."""
    form = await checked_form(request)
    site, kind, name = request.path_params["site"], text(form, "kind"), text(form, "name")

    def write(connection: Connection) -> bool:
        gone = remove_override(connection, site, kind, name)
        if gone:
            audit(request, connection, site, "remove-override", f"{kind} {name}")
        return gone

    gone = await services(request).database.writing(write)
    return back_to(request, "/review", done="removed" if gone else "")


async def _review(request: Request, problem: str = "") -> Response:
    status = 422 if problem else 200
    return await site_page(
        request, "dashboard/review.html", _facts, tab="review", status_code=status, problem=problem
    )


def _facts(connection: Connection, frame: SiteFrame) -> dict[str, Any]:
    observed = sa.select(tables.observed).where(tables.observed.c.site == frame.site.key)
    rows = sa.select(sa.func.count()).select_from(observed.subquery())
    newest = observed.order_by(tables.observed.c.last_day.desc(), tables.observed.c.number.desc())
    return {
        "heading": f"Review of {frame.site.key}",
        "scan": frame.scan,
        "queue": frame.queue,
        "in_words": in_words,
        "also": _also_changed(frame.report, frame.queue),
        "overrides": frame.overrides,
        "effects": _effects(frame),
        "categories": CATEGORIES,
        "observed": connection.execute(newest.limit(_MOST_OBSERVED)).all(),
        "met": connection.execute(rows).scalar_one(),
        "most_met": MOST_HOSTS,
        "scanned_hosts": {finding.host for finding in frame.report.findings} if frame.report else set(),
    }


def _also_changed(report: Report | None, queue: Queue) -> Mapping[Pattern, list[Finding]]:
    """Return by pattern the findings that have a category, and would get another by a decision about it."""
    found: dict[Pattern, list[Finding]] = defaultdict(list)
    if report is None or not queue.questions:
        return found
    patterns = [question.pattern for question in queue.questions]
    asked = {finding.id for question in queue.questions for finding in question.findings}
    for finding, number in decided_by(report.findings, patterns):
        if finding.id not in asked:
            found[patterns[number]].append(finding)
    return found


def _effects(frame: SiteFrame) -> list[int]:
    """Return for each override how many findings of the latest scan it decides."""
    findings = frame.report.findings if frame.report else ()
    patterns = [Pattern(override.kind, override.name) for override in frame.overrides]
    counts = Counter(number for _, number in decided_by(findings, patterns))
    return [counts[number] for number in range(len(patterns))]


def _decisions(form: FormData) -> Iterator[Decision]:
    """Yield what a form decides: its fields are numbered."""
    for field in form:
        start, _, number = field.rpartition("-")
        if start == "category" and (category := text(form, field)):
            pattern = Pattern(text(form, f"kind-{number}"), text(form, f"name-{number}"))
            vendor = text(form, f"vendor-{number}").strip()[:_LONGEST_VENDOR]
            yield Decision(pattern, _category(category), vendor)


def _category(text: str) -> Category:
    try:
        return parse_category(text)
    except ValueError as error:
        raise ServerError(str(error)) from error


async def _decide(request: Request, decisions: Sequence[Decision]) -> int:
    """Store decisions about what really waits: nothing else becomes a pattern. Return how many.

    What waits is worked out before the database is held, and again where somebody has changed it by then.
    """
    database = services(request).database
    for _ in range(TRIES):
        stamp, waiting = await database.reading(
            _waiting, request.path_params["site"], services(request).settings.public_url
        )
        if not all(decision.pattern in waiting for decision in decisions):
            raise ServerError("one of these no longer waits: look at the list again and decide then")
        if await database.writing(_store, request, decisions, stamp):
            return len(decisions)
    raise ServerError("others decide at the same moment: look at the list again and decide then")


def _waiting(connection: Connection, key: str, public_url: str) -> tuple[Stamp, set[Pattern]]:
    frame = site_frame(connection, key, public_url)
    waiting = {question.pattern for question in frame.queue.questions} if frame else set()
    return stamp_of(connection, key), waiting


def _store(connection: Connection, request: Request, decisions: Iterable[Decision], stamp: Stamp) -> bool:
    """Store decisions; False, and nothing is stored, where the site no longer is what `stamp` says."""
    key, user = request.path_params["site"], current_user(request)
    if stamp_of(connection, key) != stamp:
        return False
    for pattern, category, vendor in decisions:
        put_override(
            connection,
            Override(
                site=key,
                kind=pattern.key,
                name=pattern.text,
                category=category,
                vendor=vendor,
                created_ms=services(request).clock(),
                created_by=user.name if user else "",
            ),
        )
        audit(request, connection, key, "store-override", f"{pattern.key} {pattern.text}: {category}")
    return True
