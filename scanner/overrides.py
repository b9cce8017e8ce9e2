"""The review list of a scan as an override file that is ready to be filled in (format: docs/catalogue.md)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from consentinel.scanner.override_patterns import (
    REQUESTS,
    STORED,
    Pattern,
    UnnameableError,
    pattern_for,
    quoted,
)
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.rendering.escaping import visible
from consentinel.scanner.report import Finding, Report

_MAX_REMARK = 160
# Attributes that help to guess what something is for.
_TOLD = ("lifetime", "http_only", "length", "entropy")
_HEAD = """\
# What a scan of {site} could not name: {count}.
# Write a category for each entry (strictly-necessary, functional, performance or targeting), who it is of and
# what it is for; entries left as `unclassified` change nothing. Then give the file to the next scan:
#   consentinel scan {site} --catalogue FILE
"""
_LEFT_OUT = "# Left out, since no pattern can mean just this:\n"
_Owner = tuple[bool, str, str]


def draft_overrides(report: Report) -> str:
    """Return YAML with an entry for everything in a report that is unclassified and could be named.

    One entry for each third party, and one for each item of the site itself. What no pattern can name is a
    comment with the reason. It holds no values.
    """
    entries: dict[_Owner, list[tuple[Finding, Pattern]]] = defaultdict(list)
    owners: dict[Pattern, _Owner] = {}
    left_out: list[str] = []
    for finding in sorted(filter(_is_asked, report.findings), key=_owner):
        try:
            pattern = pattern_for(finding)
        except UnnameableError as error:
            left_out.append(f"#   {_remark(finding)} ({visible(str(error))})\n")
        else:
            # a pattern stands in one entry only, of whoever comes first
            entries[owners.setdefault(pattern, _owner(finding))].append((finding, pattern))
    return _head(report, entries, left_out) + _body(entries)


def _head(report: Report, named: Mapping[_Owner, Sequence[object]], left_out: Sequence[str]) -> str:
    amount = sum(map(len, named.values()))
    count = f"{amount} in {len(named)} entries" + (f", {len(left_out)} left out" if left_out else "")
    head = _HEAD.format(site=visible(report.site), count=count)
    return head + "".join([_LEFT_OUT, *left_out] if left_out else [])


def _is_asked(finding: Finding) -> bool:
    return finding.category is None and (finding.kind in STORED or finding.kind in REQUESTS)


def _owner(finding: Finding) -> _Owner:
    """What goes into one entry: all of a third party, each single item of the site."""
    if finding.party == "third":
        return (True, registrable_domain(finding.host), "")
    return (False, finding.name, finding.kind)


def _body(named: Mapping[_Owner, Sequence[tuple[Finding, Pattern]]]) -> str:
    if not named:
        return "vendors: []\n"
    ids: set[str] = set()
    return "vendors:\n" + "\n".join(_entry(owner, parts, ids) for owner, parts in named.items())


def _entry(owner: _Owner, parts: Sequence[tuple[Finding, Pattern]], ids: set[str]) -> str:
    is_third, name, _ = owner
    return "".join(
        (
            f"  - id: {_id(name, ids)}\n",
            f"    vendor: {quoted(name if is_third else 'The site itself')}\n",
            "    category: unclassified\n",
            "    purpose: To be written.\n",
            *(f"    # {_remark(finding)}\n" for finding, _ in parts),
            *_patterns(dict.fromkeys(pattern for _, pattern in parts)),
        )
    )


def _patterns(patterns: Iterable[Pattern]) -> Iterator[str]:
    """Yield the lines of an entry's patterns, list by list."""
    lists: dict[str, list[str]] = {key: [] for key in (*STORED.values(), "hosts")}
    for pattern in patterns:
        lists[pattern.key].append(f"      - {pattern.text}\n")
    for key, lines in lists.items():
        if lines:
            yield f"    {key}:\n"
            yield from lines


def _remark(finding: Finding) -> str:
    facts = [
        f"{finding.kind} {finding.name}",
        f"{finding.party} party",
        f"in {', '.join(finding.states)}",
    ]
    told = {key: finding.attributes[key] for key in _TOLD if key in finding.attributes}
    facts.extend(f"{key.replace('_', ' ')}: {str(value).lower()}" for key, value in told.items())
    if finding.writer:
        facts.append(f"written by {finding.writer.url}")
    facts.extend(finding.evidence)
    text = visible("; ".join(facts))
    return text if len(text) <= _MAX_REMARK else f"{text[: _MAX_REMARK - 1]}…"


def _id(owner: str, taken: set[str]) -> str:
    """Return an id of the catalogue's form that no entry has yet."""
    base = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:40].strip("-")
    if base in ("", "null"):  # which YAML would read as nothing
        base = "item"
    number = 1
    while (found := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    taken.add(found)
    return found
