"""Single patterns of a catalogue entry: names, hosts, paths (format: docs/catalogue.md)."""

import re
from typing import cast, get_args

import msgspec

from consentinel.scanner.catalogue.entries import (
    HostPattern,
    How,
    NameKind,
    NamePattern,
    PathPattern,
    Sign,
    Vendor,
)
from consentinel.scanner.catalogue.nodes import Fields, Item
from consentinel.scanner.catalogue.regexes import as_wildcard, has_top_level_alternative, literal_start
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import RESOURCE_TYPES, Category, ResourceType, parse_category

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_LIFETIME = re.compile(r"session|until deleted|[1-9][0-9]{0,3} (?:second|minute|hour|day|week|month|year)s?")
_OVERRIDABLE = ("category", "purpose", "contested")
_NAME_KEYS = ("name", "prefix", "regex", "domain", "value", "requires", "lifetime", *_OVERRIDABLE)
_HOST_KEYS = ("host", "path_regex", "types", *_OVERRIDABLE)
_PATH_KEYS = ("starts", "ends", "query", "types", *_OVERRIDABLE)
_HOW: dict[str, How] = {"name": "exact", "prefix": "prefix", "regex": "regex"}
# How sure a match makes us, on a scale to order answers by; not probabilities.
_CONFIDENCE: dict[How, float] = {"exact": 0.95, "prefix": 0.9, "regex": 0.85}
_HOST_CONFIDENCE, _PATH_CONFIDENCE, _CONVENTION_CONFIDENCE = 0.9, 0.95, 0.7


def category_of(item: Item) -> Category:
    """Return the category that the text of `item` names."""
    try:
        return parse_category(item.text("category"))
    except ValueError as error:
        item.fail(str(error))


def parse_name(item: Item, kind: NameKind, vendor: Vendor) -> NamePattern:
    """Return the name pattern in `item`: a name, a `name*`, or a mapping."""
    if item.is_text:
        return _short_name(item, kind, vendor)
    fields = item.fields(f"a {kind} pattern", _NAME_KEYS)
    how, text, regex = _how(fields)
    requires = _signs(fields)
    value = fields.get("value")
    if vendor.convention and not requires and value is None:
        item.fail("a convention needs a second sign; add `requires:` or `value:`")
    return NamePattern(
        kind=kind,
        how=how,
        text=text if regex is None else literal_start(text),
        regex=regex,
        domains=tuple(_checked_host(fields, domain) for domain in fields.texts("domain")),
        value=None if value is None else value.regex("'value'"),
        requires=requires,
        vendor=vendor,
        decision=_name_decision(fields, how, text, kind, vendor),
        source=item.source,
    )


def _short_name(item: Item, kind: NameKind, vendor: Vendor) -> NamePattern:
    text = item.text("a pattern")
    how: How = "prefix" if text.endswith("*") else "exact"
    text = text.removesuffix("*")
    if not text:
        item.fail("a prefix must not be empty; write its letters before `*`")
    if vendor.convention:
        item.fail("a convention needs a second sign; write `{name: …, requires: [first-party]}`")
    return NamePattern(
        kind=kind,
        how=how,
        text=text,
        regex=None,
        domains=(),
        value=None,
        requires=(),
        vendor=vendor,
        decision=_name_decision(None, how, text, kind, vendor),
        source=item.source,
    )


def _how(fields: Fields) -> tuple[How, str, re.Pattern[str] | None]:
    given = [key for key in _HOW if fields.get(key) is not None]
    if len(given) != 1:
        fields.fail("a pattern needs exactly one of name, prefix, regex; give one")
    item = fields.need(given[0])
    regex = item.regex("'regex'") if given[0] == "regex" else None
    if regex is not None and has_top_level_alternative(regex.pattern):
        item.fail("a name regex must not be a choice `a|b`; write one pattern for each")
    return _HOW[given[0]], item.text(repr(given[0])), regex


def _signs(fields: Fields) -> tuple[Sign, ...]:
    signs: list[Sign] = []
    for text in fields.texts("requires"):
        if text not in get_args(Sign):
            fields.need("requires").fail(f"unknown sign {text!r}; use one of {', '.join(get_args(Sign))}")
        signs.append(cast("Sign", text))
    return tuple(sorted(set(signs)))


def _checked_host(fields: Fields, text: str) -> str:
    host = text.lower().strip(".")
    if not _HOST.fullmatch(host):
        fields.fail(f"{text!r} is not a host name; write it like www.example.com")
    return host


def parse_host(item: Item, vendor: Vendor) -> HostPattern:
    """Return the host pattern in `item`: `host`, `host/path`, or a mapping."""
    fields = None if item.is_text else item.fields("a host pattern", _HOST_KEYS)
    text = item.text("a host") if fields is None else fields.text("host")
    host, slash, rest = text.partition("/")
    host = host.lower()
    if not _HOST.fullmatch(host):
        item.fail(f"{host!r} is not a host name; write it like www.example.com or www.example.com/path")
    regex_item = fields.get("path_regex") if fields else None
    regex = regex_item.regex("'path_regex'") if regex_item else None
    types = _types(fields)
    shown = text if regex is None else f"{text}~{regex.pattern}"
    shown = f"{shown} ({', '.join(sorted(types))})" if types else shown
    restricted = bool(slash and rest) or regex is not None or bool(types)
    confidence = _PATH_CONFIDENCE if restricted else _HOST_CONFIDENCE
    return HostPattern(
        host=host,
        path=f"/{rest}" if rest else "",
        path_regex=regex,
        types=types,
        vendor=vendor,
        decision=decision_of(fields, vendor, f"host:{shown}", f"The request goes to {shown}.", confidence),
        source=item.source,
    )


def _types(fields: Fields | None) -> frozenset[ResourceType]:
    texts = fields.texts("types") if fields else ()
    for text in texts:
        if fields and text not in RESOURCE_TYPES:
            fields.fail(f"unknown resource type {text!r}; use one of {', '.join(RESOURCE_TYPES)}")
    return frozenset(cast("tuple[ResourceType, ...]", texts))


def parse_path(item: Item, vendor: Vendor) -> PathPattern:
    """Return the pattern for paths of any host in `item`."""
    fields = item.fields("a path pattern", _PATH_KEYS)
    starts, ends = fields.optional_text("starts") or "", fields.optional_text("ends") or ""
    if not starts.startswith("/") and not ends.startswith("/"):
        item.fail("a path pattern needs `starts:` or `ends:` with a leading `/`; give one")
    query = fields.get("query")
    shown = f"{starts}…{ends}" if starts and ends else starts or ends
    return PathPattern(
        starts=starts,
        ends=ends,
        query=None if query is None else query.regex("'query'"),
        types=_types(fields),
        vendor=vendor,
        decision=decision_of(fields, vendor, f"path:{shown}", f"The path is {shown}.", _PATH_CONFIDENCE),
        source=item.source,
    )


def _name_decision(fields: Fields | None, how: How, text: str, kind: NameKind, vendor: Vendor) -> Decision:
    shown = {"exact": text, "prefix": f"{text}*"}.get(how) or as_wildcard(text)
    confidence = _CONVENTION_CONFIDENCE if vendor.convention else _CONFIDENCE[how]
    noun = "cookie" if kind == "cookie" else "storage item"
    evidence = f"The {noun} is called {shown}, a name that {vendor.name} uses."
    decision = decision_of(fields, vendor, f"{kind}:{shown}", evidence, confidence)
    return msgspec.structs.replace(decision, lifetime=_lifetime(fields), pattern=shown)


def _lifetime(fields: Fields | None) -> str | None:
    text = fields.optional_text("lifetime") if fields else None
    if fields and text is not None and not _LIFETIME.fullmatch(text):
        fields.fail(f"{text!r} is not a lifetime; write `session`, `until deleted` or such as `13 months`")
    return text


def decision_of(
    fields: Fields | None, vendor: Vendor, rule: str, evidence: str, confidence: float
) -> Decision:
    """Return the answer that a pattern gives: the vendor's, with what the pattern itself says otherwise."""
    category_item = fields.get("category") if fields else None
    return Decision(
        category=category_of(category_item) if category_item else vendor.category,
        vendor=vendor.name,
        purpose=(fields.optional_text("purpose") if fields else None) or vendor.purpose,
        rule=f"{vendor.layer}:{vendor.id}/{rule}",
        layer=vendor.layer,
        contested=fields.truth("contested", vendor.contested) if fields else vendor.contested,
        confidence=1.0 if vendor.layer == "override" else confidence,
        evidence=(evidence,),
    )
