"""The CAPTCHA table of a catalogue file (format: docs/catalogue.md)."""

import re
from collections.abc import Mapping

import msgspec

from consentinel.scanner.catalogue.entries import CaptchaProduct, NameKind, NamePattern, Vendor
from consentinel.scanner.catalogue.nodes import Fields, Item
from consentinel.scanner.catalogue.pattern_parsing import category_of, parse_host, parse_name
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import Layer

_KEYS = (
    "id",
    "vendor",
    "product",
    "category",
    "contested",
    "purpose",
    "collects",
    "runs_before_interaction",
    "check",
    "hosts",
    "scripts",
    "anywhere",
    "cookies",
    "storage",
    "dom_selectors",
    "js_globals",
    "response_headers",
)
_VERDICT_KEYS = {"id", "category", "contested"}
_CONFIDENCE = 0.95


def parse_captcha(item: Item, layer: Layer, known: Mapping[str, CaptchaProduct]) -> CaptchaProduct:
    """Return the product in `item`.

    An operator's file may give only id, category and contested for a product in `known`: its signs stay.
    """
    fields = item.fields("a CAPTCHA", _KEYS)
    former = known.get(fields.text("id"))
    if former is not None and all(fields.get(key) is None for key in _KEYS if key not in _VERDICT_KEYS):
        return _changed(fields, former, layer)
    return _product(fields, layer)


def _changed(fields: Fields, former: CaptchaProduct, layer: Layer) -> CaptchaProduct:
    category = category_of(fields.need("category"))
    contested = fields.truth("contested", default=False)
    decision = msgspec.structs.replace(
        former.decision,
        category=category,
        contested=contested,
        layer=layer,
        rule=f"{layer}:captcha/{former.id}",
        confidence=1.0,
    )
    return msgspec.structs.replace(
        former,
        category=category,
        contested=contested,
        decision=decision,
        source=fields.source,
        cookies=_redecided(former.cookies, decision),
        storage=_redecided(former.storage, decision),
    )


def _redecided(patterns: tuple[NamePattern, ...], decision: Decision) -> tuple[NamePattern, ...]:
    return tuple(_named(pattern, decision) for pattern in patterns)


def _product(fields: Fields, layer: Layer) -> CaptchaProduct:
    vendor = _as_vendor(fields, layer)
    decision = Decision(
        category=vendor.category,
        vendor=vendor.name,
        purpose=vendor.purpose,
        rule=f"{layer}:captcha/{vendor.id}",
        layer=layer,
        contested=vendor.contested,
        confidence=1.0 if layer == "override" else _CONFIDENCE,
        evidence=(f"It belongs to {vendor.name}.",),
    )
    return CaptchaProduct(
        id=vendor.id,
        vendor=fields.text("vendor"),
        product=vendor.name,
        category=vendor.category,
        contested=vendor.contested,
        collects=fields.text("collects"),
        runs_before_interaction=fields.need("runs_before_interaction").truth("'runs_before_interaction'"),
        check=vendor.check,
        decision=decision,
        source=vendor.source,
        hosts=_hosts(fields, vendor),
        scripts=_regexes(fields, "scripts"),
        anywhere=tuple(_joinable(item) for item in fields.list("anywhere")),
        cookies=_names(fields, "cookies", "cookie", vendor, decision),
        storage=_names(fields, "storage", "storage", vendor, decision),
        dom_selectors=fields.texts("dom_selectors"),
        js_globals=fields.texts("js_globals"),
        response_headers=tuple(_header(member) for member in fields.list("response_headers")),
    )


def _as_vendor(fields: Fields, layer: Layer) -> Vendor:
    return Vendor(
        id=fields.text("id"),
        name=fields.text("product"),
        category=category_of(fields.need("category")),
        purpose=fields.text("purpose"),
        check=fields.text("check"),
        source=fields.source,
        layer=layer,
        contested=fields.truth("contested", default=False),
    )


def _hosts(fields: Fields, vendor: Vendor) -> tuple[str, ...]:
    return tuple(_host(item, vendor) for item in fields.list("hosts"))


def _host(item: Item, vendor: Vendor) -> str:
    if not item.is_text:
        item.fail(
            "a CAPTCHA's host is a text; write `host` or `host/path-prefix`, and use `scripts` for more"
        )
    pattern = parse_host(item, vendor)
    return pattern.host + pattern.path


def _regexes(fields: Fields, key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(item.regex(f"a member of {key!r}") for item in fields.list(key))


def _joinable(item: Item) -> re.Pattern[str]:
    """Return the regex in `item`, which becomes part of a larger one."""
    regex = item.regex("a member of 'anywhere'")
    if regex.groups or regex.flags != re.UNICODE:
        item.fail(
            "a regex in 'anywhere' takes no capturing group and no flag for all of it; "
            "write `(?:…)` or `(?i:…)`"
        )
    return regex


def _names(
    fields: Fields, key: str, kind: NameKind, vendor: Vendor, decision: Decision
) -> tuple[NamePattern, ...]:
    return tuple(_named(parse_name(item, kind, vendor), decision) for item in fields.list(key))


def _named(pattern: NamePattern, decision: Decision) -> NamePattern:
    own = pattern.decision
    answer = msgspec.structs.replace(
        decision, pattern=own.pattern, lifetime=own.lifetime, evidence=own.evidence
    )
    return msgspec.structs.replace(pattern, decision=answer)


def _header(item: Item) -> tuple[str, re.Pattern[str] | None]:
    if item.is_text:
        return item.text("a header").lower(), None
    fields = item.fields("a header", ("name", "value"))
    value = fields.get("value")
    return fields.text("name").lower(), None if value is None else value.regex("'value'")
