"""The review list of a scan as an override file that is ready to be filled in (format: docs/catalogue.md)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import yaml

from consentinel.scanner.party import registrable_domain
from consentinel.scanner.rendering.escaping import visible
from consentinel.scanner.report import Finding, Report

_STORED = {"cookie": "cookies", "storage": "storage"}
_REQUESTS = frozenset(("request", "pixel", "beacon", "script", "frame"))
_MAX_REMARK = 160
# Attributes that help to guess what something is for.
_TOLD = ("lifetime", "http_only", "length", "entropy")
_HEAD = """\
# What a scan of {site} could not name: {count}.
# Write a category for each entry (strictly-necessary, functional, performance or targeting), who it is of and
# what it is for; entries left as `unclassified` change nothing. Then give the file to the next scan:
#   consentinel scan {site} --catalogue FILE
"""


def draft_overrides(report: Report) -> str:
    """Return YAML with an entry for everything in a report that is unclassified and could be named.

    One entry for each third party, and one for each item of the site itself. It holds no values.
    """
    findings = [finding for finding in report.findings if _can_be_named(finding)]
    groups = [list(group) for _, group in groupby(sorted(findings, key=_owner), key=_owner)]
    head = _HEAD.format(site=visible(report.site), count=f"{len(findings)} in {len(groups)} entries")
    if not groups:
        return f"{head}vendors: []\n"
    return head + "vendors:\n" + "\n".join(_entries(groups))


def _can_be_named(finding: Finding) -> bool:
    return finding.category is None and (finding.kind in _STORED or finding.kind in _REQUESTS)


def _owner(finding: Finding) -> tuple[bool, str, str, str]:
    """What goes into one entry: all of a third party, each single item of the site."""
    if finding.party == "third":
        return (True, registrable_domain(finding.host), "", "")
    return (False, finding.host, finding.kind, finding.name)


def _entries(groups: Iterable[Sequence[Finding]]) -> Iterator[str]:
    taken: set[str] = set()
    for group in groups:
        first = group[0]
        third = first.party == "third"
        owner = registrable_domain(first.host) if third else first.name
        yield "".join(
            (
                f"  - id: {_id(owner, taken)}\n",
                f"    vendor: {_quoted(owner if third else 'The site itself')}\n",
                "    category: unclassified\n",
                "    purpose: To be written.\n",
                *(f"    # {_remark(finding)}\n" for finding in group),
                *_patterns(group),
            )
        )


def _patterns(group: Sequence[Finding]) -> Iterator[str]:
    for kind, key in _STORED.items():
        lines = [f"      - {_name(finding)}\n" for finding in group if finding.kind == kind]
        if lines:
            yield f"    {key}:\n"
            yield from dict.fromkeys(lines)
    hosts = [f"      - {_quoted(finding.host)}\n" for finding in group if finding.kind in _REQUESTS]
    if hosts:
        yield "    hosts:\n"
        yield from dict.fromkeys(hosts)


def _name(finding: Finding) -> str:
    """Return a pattern for the name; `*` stands for what differs from visit to visit."""
    domain = _quoted(registrable_domain(finding.host))
    stem, star, rest = finding.name.partition("*")
    if not star:
        return f"{{name: {_quoted(finding.name)}, domain: {domain}}}"
    if not rest and stem:
        return f"{{prefix: {_quoted(stem)}, domain: {domain}}}"
    expression = ".+".join(map(re.escape, re.split(r"\*+", finding.name)))
    return f"{{regex: {_quoted(expression)}, domain: {domain}}}"


def _remark(finding: Finding) -> str:
    facts = [
        f"{finding.kind} {finding.name}",
        f"{finding.party} party",
        f"states: {', '.join(finding.states)}",
    ]
    facts.extend(
        f"{key.replace('_', ' ')}: {finding.attributes[key]}" for key in _TOLD if key in finding.attributes
    )
    if finding.writer:
        facts.append(f"written by {finding.writer.url}")
    facts.extend(finding.evidence)
    text = visible("; ".join(facts))
    return text if len(text) <= _MAX_REMARK else f"{text[: _MAX_REMARK - 1]}…"


def _id(owner: str, taken: set[str]) -> str:
    """Return an id of the catalogue's form that no entry has yet."""
    base = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:40].strip("-") or "item"
    number = 1
    while (found := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    taken.add(found)
    return found


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar on one line."""
    return yaml.safe_dump(text, default_style='"', width=2**31, allow_unicode=False).strip()
