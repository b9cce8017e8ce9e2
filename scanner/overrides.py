"""The review list of a scan as an override file that is ready to be filled in (format: docs/catalogue.md)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import yaml

from consentinel.scanner.catalogue.regexes import MAX_LENGTH
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.rendering.escaping import visible
from consentinel.scanner.report import Finding, Report

_STORED = {"cookie": "cookies", "storage": "storage"}
_REQUESTS = frozenset(("request", "pixel", "beacon", "script", "frame"))
_MAX_REMARK = 160
_PLAIN = re.compile(r"[!-~]+")
_PLAIN_LETTER = re.compile(r"[\w:-]", re.ASCII)
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


def _owner(finding: Finding) -> tuple[bool, str, str]:
    """What goes into one entry: all of a third party, each single item of the site."""
    if finding.party == "third":
        return (True, registrable_domain(finding.host), "")
    return (False, finding.name, finding.kind)


def _entries(groups: Iterable[Sequence[Finding]]) -> Iterator[str]:
    ids: set[str] = set()
    said: set[str] = set()
    for group in groups:
        patterns = "".join(_patterns(group, said))
        if patterns:
            owner = registrable_domain(group[0].host) if group[0].party == "third" else ""
            yield "".join(
                (
                    f"  - id: {_id(owner or group[0].name, ids)}\n",
                    f"    vendor: {_quoted(owner or 'The site itself')}\n",
                    "    category: unclassified\n",
                    "    purpose: To be written.\n",
                    *(f"    # {_remark(finding)}\n" for finding in group),
                    patterns,
                )
            )


def _patterns(group: Sequence[Finding], said: set[str]) -> Iterator[str]:
    """Yield the lines of an entry's patterns, none that stands in the file already."""
    for key in (*_STORED.values(), "hosts"):
        found = (_pattern(finding) for finding in group if _STORED.get(finding.kind, "hosts") == key)
        lines = [text for text in dict.fromkeys(found) if text and f"{key} {text}" not in said]
        said.update(f"{key} {text}" for text in lines)
        if lines:
            yield f"    {key}:\n"
            yield from (f"      - {text}\n" for text in lines)


def _pattern(finding: Finding) -> str | None:
    if finding.kind in _STORED:
        return _name(finding)
    if finding.party == "third":
        return _quoted(finding.host)
    host, _, path = finding.name.partition("/")
    return _quoted(f"{finding.host}/{path.partition('*')[0]}" if host else finding.host)


def _name(finding: Finding) -> str | None:
    """Return a pattern for the name, None where none can say it; `*` is what differs between visits."""
    how, text = _how(finding.name)
    domain = _quoted(registrable_domain(finding.host))
    return f"{{{how}: {_quoted(text)}, domain: {domain}}}" if 0 < len(text) <= MAX_LENGTH else None


def _how(name: str) -> tuple[str, str]:
    stem, star, rest = name.partition("*")
    is_plain = _PLAIN.fullmatch(stem) is not None
    if is_plain and not star:
        return "name", name
    if is_plain and not rest:
        return "prefix", stem
    return "regex", ".+".join(map(_escaped, re.split(r"\*+", name)))


def _escaped(text: str) -> str:
    """Return an expression for a text, with nothing in it that YAML, or reading it, would change."""
    return "".join(letter if _PLAIN_LETTER.fullmatch(letter) else _code(ord(letter)) for letter in text)


def _code(point: int) -> str:
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


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
    base = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:40].strip("-") or "item"
    number = 1
    while (found := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    taken.add(found)
    return found


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar on one line."""
    return yaml.safe_dump(text, default_style='"', width=2**31, allow_unicode=False).strip()
