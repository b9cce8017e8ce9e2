"""Everything that is wrong with catalogue files: what parsing complains about, and what reviewing finds.

The review tries each pattern with samples of what it matches. A pattern that answers none of its own is
unreachable; one whose samples fit another vendor's pattern of the same sort, in another category, overlaps.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec

from consentinel.scanner.catalogue.captchas import CaptchaTable
from consentinel.scanner.catalogue.entries import HostPattern, NamePattern, Sheet, Vendor
from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.names import misfits
from consentinel.scanner.catalogue.parsing import Document, parse_sheet
from consentinel.scanner.catalogue.samples import samples
from consentinel.scanner.catalogue.searching import slow_searches
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.tables import LayerTables
from consentinel.scanner.errors import CatalogueError

# Tails of names that a prefix is tried with.
_TAILS = ("x7", "0123456789abcdef", "-a.b", "")
_NOWHERE = "shop.example"
_VENDOR_FILE = re.compile(r".*/vendors/(0-9|[a-z])\.yaml")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong. source: `FILE:LINE`. message: what it is and what to do."""

    source: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of one layer with all that is wrong with them, in the order of files and lines."""

    sheet: Sheet
    problems: tuple[Problem, ...]


def check_core(documents: Sequence[Document]) -> Checked:
    """Return what is wrong with the files of the core."""
    return _check(documents, None, lambda sheet: _misplaced(sheet.vendors))


def check_overrides(document: Document, core: Sheet) -> Checked:
    """Return what is wrong with an operator's file; of the core it may change CAPTCHAs."""
    return _check([document], core, lambda _sheet: iter(()))


def _check(
    documents: Sequence[Document], core: Sheet | None, further: Callable[[Sheet], Iterator[Problem]]
) -> Checked:
    errors: list[CatalogueError] = []
    known = {product.id: product for product in core.captchas} if core else {}
    sheet = parse_sheet(documents, "override" if core else "core", known, errors)
    errors.extend(slow_searches(sheet))
    found = [*map(_problem, errors), *_review(sheet), *further(sheet)]
    order = {document.name: number for number, document in enumerate(documents)}
    return Checked(sheet=sheet, problems=tuple(sorted(found, key=lambda problem: _place(problem, order))))


def _problem(error: CatalogueError) -> Problem:
    return Problem(source=f"{error.file}:{error.line}", message=error.problem)


def _place(problem: Problem, order: dict[str, int]) -> tuple[int, int, str]:
    file, _, line = problem.source.rpartition(":")
    return order.get(file, 0), int(line), problem.message


def _review(sheet: Sheet) -> Iterator[Problem]:
    tables = LayerTables(sheet)
    for name in sheet.names:
        yield from _review_name(name, tables)
    for host in sheet.hosts:
        yield from _review_host(host, tables)
    yield from _review_captchas(tables.captchas)


def _review_name(pattern: NamePattern, tables: LayerTables) -> Iterator[Problem]:
    subjects = list(_subjects(pattern))
    answers = [_name_answer(tables, Facts(subject)) for subject in subjects]
    if answers and all(answer is not pattern and answer is not None for answer in answers):
        yield _unreachable(pattern.source, subjects[0].name, answers[0])
        return
    reached = (subject for subject, answer in zip(subjects, answers, strict=True) if answer is pattern)
    rival = next(filter(None, (_rival(pattern, subject, tables) for subject in reached)), None)
    if rival is not None:
        yield Problem(
            source=pattern.source,
            message=f"overlaps with {rival.vendor.name} at {rival.source}, which says "
            f"{rival.decision.category}, not {pattern.decision.category}; tell them apart by domain or value",
        )


def _rival(pattern: NamePattern, subject: Subject, tables: LayerTables) -> NamePattern | None:
    """Return a pattern of another vendor and category that has as good a claim on the subject."""
    facts = Facts(subject)
    for other in tables.names(facts).candidates(subject.name):
        if (
            other is not pattern
            and other.vendor.id != pattern.vendor.id
            and other.decision.category != pattern.decision.category
            and _as_special(other, pattern)
            and not any(misfits(other, facts))
        ):
            return other
    return None


def _as_special(other: NamePattern, pattern: NamePattern) -> bool:
    """Say whether two patterns are restricted alike: a prefix in a prefix, a regex beside a regex."""
    alike = (other.how == "exact") == (pattern.how == "exact")
    return (
        alike
        and bool(other.domains) == bool(pattern.domains)
        and (other.value is None) == (pattern.value is None)
        and len(other.requires) == len(pattern.requires)
    )


def _subjects(pattern: NamePattern) -> Iterator[Subject]:
    """Yield subjects that the pattern speaks of, as far as samples can be made."""
    values = (None,) if pattern.value is None else _whole(pattern.value)
    for name in _names(pattern):
        for value in values:
            for domain in pattern.domains or (_NOWHERE,):
                yield Subject(
                    kind=pattern.kind,
                    name=name,
                    host=domain,
                    site=f"https://{_NOWHERE}/",
                    party="first" if "first-party" in pattern.requires else "third",
                    value=value,
                    http_only="http-only" in pattern.requires or None,
                    max_age_s=0 if {"session", "short-lived"} & set(pattern.requires) else 90 * 24 * 3600,
                )


def _names(pattern: NamePattern) -> tuple[str, ...]:
    if pattern.regex is not None:
        return _whole(pattern.regex)
    return (pattern.text,) if pattern.how == "exact" else tuple(pattern.text + tail for tail in _TAILS)


def _whole(regex: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(text for text in samples(regex) if regex.fullmatch(text))


def _name_answer(tables: LayerTables, facts: Facts) -> NamePattern | None:
    return tables.captchas.by_name(facts) or tables.names(facts).find(facts.subject.name, facts)


def _review_host(pattern: HostPattern, tables: LayerTables) -> Iterator[Problem]:
    facts = Facts(_request(pattern))
    product = tables.captchas.by_url(facts, facts.path or "/")
    if product is not None and pattern.whole_host:
        yield Problem(
            source=pattern.source,
            message=f"unreachable: the CAPTCHA {product.id} at {product.source} answers for {pattern.host}; "
            "remove one",
        )
    answer = tables.hosts.find(facts)
    if answer is not None and answer is not pattern:
        yield _unreachable(pattern.source, facts.subject.url or pattern.host, answer)
    above = next((found for found in tables.hosts.candidates(facts.suffixes[1:]) if found.whole_host), None)
    if pattern.whole_host and above is not None and _says_the_same(pattern, above):
        yield Problem(
            source=pattern.source,
            message=f"says nothing that {above.host} at {above.source} does not; remove it",
        )


def _request(pattern: HostPattern) -> Subject:
    tail = "" if pattern.path_regex is None else next(iter(samples(pattern.path_regex)), "")
    path = tail if tail.startswith(pattern.path or "/") else f"{pattern.path or '/'}{tail}"
    return Subject(
        kind="request",
        host=pattern.host,
        url=f"https://{pattern.host}{path}",
        resource_type=min(pattern.types, default=None),
        site=f"https://{_NOWHERE}/",
        party="third",
    )


def _says_the_same(pattern: HostPattern, above: HostPattern) -> bool:
    ours, theirs = pattern.decision, above.decision
    return (ours.category, ours.vendor, ours.purpose, ours.contested) == (
        theirs.category,
        theirs.vendor,
        theirs.purpose,
        theirs.contested,
    )


def _unreachable(source: str, text: str, answer: NamePattern | HostPattern | None) -> Problem:
    by = f"{answer.vendor.name} at {answer.source}" if answer else "another entry"
    return Problem(
        source=source, message=f"unreachable: {by} answers for {text!r}; remove one or restrict it"
    )


def _review_captchas(table: CaptchaTable) -> Iterator[Problem]:
    for product in table.products:
        signs = (
            product.hosts, product.scripts, product.anywhere, product.cookies, product.storage,
            product.dom_selectors, product.js_globals, product.response_headers,
        )  # fmt: skip
        if not any(signs):
            yield Problem(source=product.source, message=f"{product.id} has no sign to know it by; add one")


def _misplaced(vendors: Sequence[Vendor]) -> Iterator[Problem]:
    """Find core entries that a reviewer would not find at once: each letter has its file and its order."""
    for vendor in vendors:
        placed = _VENDOR_FILE.fullmatch(_file(vendor))
        wanted = vendor.id[0] if vendor.id[0].isalpha() else "0-9"
        if placed and placed[1] != wanted:
            message = f"{vendor.id!r} belongs into {wanted}.yaml; move it"
            yield Problem(source=vendor.source, message=message)
    for former, vendor in pairwise(vendors):
        same_list = _file(former) == _file(vendor) and former.convention == vendor.convention
        if same_list and former.id > vendor.id:
            message = f"{vendor.id!r} stands behind {former.id!r}; sort by id"
            yield Problem(source=vendor.source, message=message)


def _file(vendor: Vendor) -> str:
    return vendor.source.rpartition(":")[0]
