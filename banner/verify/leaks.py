"""Leaks: what was there in a state in which nobody had agreed to it, how it got there, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from consentinel.banner.verify.evidence import Evidence
from consentinel.scanner.catalogue.taxonomy import Category, Kind, State
from consentinel.scanner.observations import Writer
from consentinel.scanner.own_script import is_own_script
from consentinel.scanner.report import Finding
from consentinel.scanner.verdict import is_refused

How = Literal[
    "above-script",
    "requested-not-run",
    "in-html",
    "by-script",
    "by-own-server",
    "by-third-party",
    "left-behind",
]
_STORED = frozenset(("cookie", "storage"))
# What its requests and items already say: markup alone, which is all that a held one leaves, leaks nothing.
_SAID_BY_OTHERS = frozenset(("captcha",))
_WORST: tuple[How, ...] = (
    "above-script",
    "in-html",
    "by-script",
    "by-own-server",
    "left-behind",
    "by-third-party",
    "requested-not-run",
)


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in states without the consent that it needs.

    how: the way it got past the banner. comes_with: the name of another leak, of the script that does this.
    """

    id: str
    kind: Kind
    name: str
    category: Category | None
    contested: bool
    vendor: str | None
    party: str
    host: str
    url: str
    writer: Writer | None
    http_only: bool
    how: How
    states: tuple[State, ...]
    pages: tuple[str, ...]
    comes_with: str | None = None


def find_leaks(evidence: Evidence) -> tuple[Leak, ...]:
    """Return the leaks, the worst way first; a finding that leaks in two ways stands there twice."""
    found: dict[tuple[str, How], Leak] = {}
    for state in evidence.states:
        for leak in _of_state(evidence, state):
            key = (leak.id, leak.how)
            found[key] = _joined(found[key], leak) if key in found else leak
    leaks = sorted(found.values(), key=_order)
    return tuple(msgspec.structs.replace(leak, comes_with=_cause(leak, leaks)) for leak in leaks)


def left_at_third_parties(evidence: Evidence) -> list[str]:
    """Return cookies of others that outlived the withdrawal: no page can delete them."""
    if "withdrawn" not in evidence.states:
        return []
    findings = evidence.findings("withdrawn").values()
    return sorted({f"{finding.name} ({finding.host})" for finding in findings if _is_leftover(finding)})


def _of_state(evidence: Evidence, state: State) -> Iterator[Leak]:
    granted, held = evidence.granted(state), evidence.held(state)
    for finding in evidence.findings(state).values():
        if (
            finding.kind in _SAID_BY_OTHERS
            or is_refused(finding)
            or (state == "withdrawn" and _is_leftover(finding))
        ):
            continue
        if not _may_be_there(finding, granted, evidence):
            yield _leak(finding, state, _how(finding, state, held, evidence.late))


def _may_be_there(finding: Finding, granted: frozenset[Category], evidence: Evidence) -> bool:
    if finding.category is None:
        return finding.party == "first" or not evidence.holds_unknown or _is_ours(finding, evidence)
    if finding.category == "strictly-necessary":
        return not finding.contested or "functional" in granted
    return finding.category in granted


def _is_ours(finding: Finding, evidence: Evidence) -> bool:
    """Say whether this is the banner's script, a part of it, or what it tells its server."""
    urls = (finding.url, finding.writer.url if finding.writer else "")
    served = evidence.operator.served
    return any(is_own_script(url, page, served) for url in urls for page in finding.pages)


def _is_leftover(finding: Finding) -> bool:
    """Say whether this is a third party's cookie that was only found in the jar."""
    return finding.kind == "cookie" and finding.party == "third" and finding.attributes.get("via") == "jar"


def _how(finding: Finding, state: State, held: frozenset[str], late: frozenset[str]) -> How:
    if finding.kind in _STORED:
        return _how_stored(finding, state)
    if finding.url in late:
        return "above-script"
    if finding.writer is not None:
        return "by-script"
    return "requested-not-run" if finding.url in held else "in-html"


def _how_stored(finding: Finding, state: State) -> How:
    via: Mapping[str, object] = finding.attributes
    if finding.party == "third":
        return "by-third-party"
    if "header" in str(via.get("via", "")):
        return "by-own-server"
    if state == "withdrawn" and via.get("via", "jar") == "jar":
        return "left-behind"
    return "by-script"


def _leak(finding: Finding, state: State, how: How) -> Leak:
    return Leak(
        id=finding.id,
        kind=finding.kind,
        name=finding.name,
        category=finding.category,
        contested=finding.contested,
        vendor=finding.vendor,
        party=finding.party,
        host=finding.host,
        url=finding.url,
        writer=finding.writer,
        http_only=finding.attributes.get("http_only") is True,
        how=how,
        states=(state,),
        pages=finding.pages,
    )


def _cause(leak: Leak, leaks: Sequence[Leak]) -> str | None:
    """Return the name of the leak that is the script behind this one, in all of its states."""
    if leak.how != "by-script" or leak.writer is None:
        return None
    scripts = (other for other in leaks if other.url == leak.writer.url and other.kind == "script")
    ran = (other for other in scripts if other.how != "requested-not-run" and other.id != leak.id)
    return next((other.name for other in ran if set(leak.states) <= set(other.states)), None)


def _joined(one: Leak, other: Leak) -> Leak:
    pages = tuple(sorted({*one.pages, *other.pages}))
    return msgspec.structs.replace(one, states=(*one.states, *other.states), pages=pages)


def _order(leak: Leak) -> tuple[int, str, str, str]:
    return _WORST.index(leak.how), leak.kind, leak.name, leak.id
