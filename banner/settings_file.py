"""The settings file: `site:` and the section `banner:` of consentinel.yaml, read with checks."""

import re
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from consentinel.banner import setting_values as values
from consentinel.banner.errors import BannerError
from consentinel.banner.hosting.choices import SAFE_PATH
from consentinel.banner.regimes import AUTO, regimes
from consentinel.banner.settings import (
    GOOGLE,
    MODES,
    UNKNOWN,
    BannerSettings,
    Mode,
    OwnRule,
    Signals,
    Unknown,
)
from consentinel.banner.texts import LOCALES, parse_overrides
from consentinel.banner.theme import parse_theme
from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.nodes import Fields, Item, read
from consentinel.scanner.config_file import SECTIONS
from consentinel.scanner.errors import CatalogueError

_NOTHING = re.compile(rb"(?:\s|#[^\n]*|~|null)*")
LINKS = ("privacy", "imprint")
KEYS = (
    "mode",
    "rules",
    "unknown",
    "api",
    "base",
    "cookie_domain",
    "regime",
    "exempt",
    "controller",
    "links",
    "theme",
    "locales",
    "texts",
    "signals",
    "service_worker",
    "keep",
)
_RULE_KEYS = ("host", "path", "cookie", "storage", "category", "vendor")


def read_settings(file: Path) -> BannerSettings:
    """Return what a settings file says of the banner.

    A file without the key `banner:` may hold its keys beside `site:`. Raises BannerError `FILE:LINE: …`.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BannerError(f"{file}: {error.strerror}: name a settings file that can be read") from error
    return parse_settings(data, str(file))


def parse_settings(data: bytes, file: str) -> BannerSettings:
    """Return the settings in `data`; `file` is what complaints call it. Raises BannerError."""
    try:
        return _settings(data, file)
    except CatalogueError as error:
        raise BannerError(f"{error.file}:{error.line}: {error.problem}") from error


def _settings(data: bytes, file: str) -> BannerSettings:
    section = section_of(data, file, "banner", SECTIONS)
    if section is None:
        fields = _root(data, file).fields("the banner's settings", ("site", *KEYS))
        return _banner(fields, fields.get("site"), file)
    site = section_of(data, file, "site", SECTIONS)
    fields = _root(section, file).fields("`banner`", KEYS)
    return _banner(fields, read(site, file) if site and site.strip() else None, file)


def _root(data: bytes, file: str) -> Item:
    """Return the mapping in `data`; one without any entry is none."""
    return read(b"{}" if _NOTHING.fullmatch(data) else data, file)


def _banner(fields: Fields, site: Item | None, file: str) -> BannerSettings:
    if site is None:
        raise BannerError(f"{file}:1: `site` is missing; write `site: https://www.example.org/` at the top")
    settings = BannerSettings(
        site=values.web_address(site, "'site'"),
        mode=cast("Mode", _choice(fields, "mode", MODES, "standard")),
        rules=tuple(_rule(item) for item in fields.list("rules")),
        unknown=cast("Unknown", _choice(fields, "unknown", UNKNOWN, "allow")),
        api=_address(fields, "api"),
        base=_address(fields, "base"),
        cookie_domain=_cookie_domain(fields, urlsplit(site.text("'site'")).hostname or ""),
        regime=_choice(fields, "regime", (AUTO, *(regime.id for regime in regimes())), "eu"),
        exempt=fields.texts("exempt"),
        controller=fields.optional_text("controller") or "",
        links=_links(fields),
        theme=parse_theme(item) if (item := fields.get("theme")) else {},
        locales=_locales(fields),
        texts=parse_overrides(item) if (item := fields.get("texts")) else {},
        signals=_signals(fields),
        service_worker=_own_path(fields, "service_worker"),
        keep=_keep(fields),
    )
    _check_together(settings, fields)
    return settings


def _choice(fields: Fields, key: str, allowed: tuple[str, ...], default: str) -> str:
    item = fields.get(key)
    return default if item is None else values.one_of(item, repr(key), allowed)


def _address(fields: Fields, key: str) -> str:
    item = fields.get(key)
    return "" if item is None else values.base_address(item, repr(key))


def _rule(item: Item) -> OwnRule:
    fields = item.fields("a rule", _RULE_KEYS)
    category = values.category(fields.need("category"))
    vendor = fields.optional_text("vendor") or ""
    host, path = fields.get("host"), fields.get("path")
    names = [found for key in ("cookie", "storage") if (found := fields.get(key))]
    if len(names) + (host is not None or path is not None) != 1:
        item.fail("a rule needs one of host (or path), cookie and storage; write a rule for each")
    if names:
        return OwnRule(category=category, vendor=vendor, name=values.name_pattern(names[0], "the name"))
    return OwnRule(
        category=category,
        vendor=vendor,
        host=values.host_pattern(host) if host else "",
        path=values.path_pattern(path) if path else "",
    )


def _cookie_domain(fields: Fields, site_host: str) -> str:
    item = fields.get("cookie_domain")
    if item is None:
        return ""
    found = values.domain(item, "'cookie_domain'")
    if site_host != found and not site_host.endswith(f".{found}"):
        item.fail(f"a page of {site_host} cannot set a cookie for {found}; write {site_host} or a parent")
    return found


def _own_path(fields: Fields, key: str) -> str:
    item = fields.get(key)
    return "" if item is None else values.own_path(item, repr(key))


def _keep(fields: Fields) -> str:
    path, item = _own_path(fields, "keep"), fields.get("keep")
    if item is not None and not re.fullmatch(SAFE_PATH, path):
        item.fail(
            f"'keep' stands in server files, which cannot carry {path[:60]!r}; use letters, digits, - and /"
        )
    return path


def _links(fields: Fields) -> dict[str, str]:
    item = fields.get("links")
    links = item.fields("'links'", LINKS) if item else None
    return {key: _link(found) for key in LINKS if links and (found := links.get(key))}


def _link(item: Item) -> str:
    is_path = item.is_text and item.text("a link").startswith("/")
    return values.own_path(item, "a link") if is_path else values.web_address(item, "a link")


def _locales(fields: Fields) -> tuple[str, ...]:
    item = fields.get("locales")
    if item is None:
        return ("en",)
    members = [item] if item.is_text else list(item.items("'locales'"))
    found = [values.one_of(member, "a locale", LOCALES) for member in members]
    for member, locale in zip(members, found, strict=True):
        if found.count(locale) > 1:
            member.fail(f"locale {locale!r} twice; keep one")
    return tuple(found) or item.fail("'locales' is empty; write at least one, or leave it away")


def _signals(fields: Fields) -> Signals:
    item = fields.get("signals")
    if item is None:
        return Signals()
    found = item.fields("'signals'", ("google", "meta", "data_layer"))
    google = found.get("google")
    return Signals(
        google=values.one_of(google, "'google'", GOOGLE) if google else "",
        meta=found.truth("meta", default=False),
        data_layer=found.truth("data_layer", default=False),
    )


def _check_together(settings: BannerSettings, fields: Fields) -> None:
    """Refuse what only fails together."""
    if settings.mode == "strict" and settings.signals.google == "advanced":
        fields.need("signals").fail(
            "google: advanced lets Google's tags load before a choice, which mode strict forbids; "
            "write basic, or mode: standard"
        )
    for locale in settings.texts:
        if locale not in settings.locales:
            fields.need("texts").fail(f"texts for {locale!r}, which is not in `locales`; add it there")
    exempting = [AUTO, *(regime.id for regime in regimes() if regime.exempt_vendors)]
    if settings.exempt and settings.regime not in exempting:
        fields.need("exempt").fail(
            "`exempt` has a meaning under the regimes fr, uk and auto only; write one of them"
        )
