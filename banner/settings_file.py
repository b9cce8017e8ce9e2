"""The settings file: `site:` and the section `banner:` of consentinel.yaml, read with checks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from consentinel.banner import setting_sections as sections
from consentinel.banner import setting_values as values
from consentinel.banner.errors import BannerError
from consentinel.banner.regimes import AUTO, regimes
from consentinel.banner.settings import MODES, UNKNOWN, BannerSettings, Mode, Unknown
from consentinel.banner.texts import parse_overrides
from consentinel.banner.theme import parse_theme
from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.nodes import Fields, Item, read, read_mapping
from consentinel.scanner.catalogue.own_rules import own_rule
from consentinel.scanner.config_file import SECTIONS
from consentinel.scanner.errors import CatalogueError

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


def read_settings(file: Path) -> BannerSettings:
    """Return what a settings file says of the banner.

    A file without the key `banner:` may hold its keys beside `site:`. Raises BannerError `FILE:LINE: …`.
    """
    return parse_settings(_content(file), str(file))


def has_banner_section(file: Path) -> bool:
    """Say whether there is such a settings file with the section `banner:`; raises BannerError as above."""
    if not file.exists():
        return False
    with _named_lines():
        return section_of(_content(file), str(file), "banner", SECTIONS) is not None


def parse_settings(data: bytes, file: str) -> BannerSettings:
    """Return the settings in `data`; `file` is what complaints call it. Raises BannerError."""
    with _named_lines():
        return _settings(data, file)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BannerError(f"{file}: {error.strerror}: name a settings file that can be read") from error


@contextmanager
def _named_lines() -> Iterator[None]:
    """Say `FILE:LINE: …` of what the reader of the YAML complains about."""
    try:
        yield
    except CatalogueError as error:
        raise BannerError(f"{error.file}:{error.line}: {error.problem}") from error


def _settings(data: bytes, file: str) -> BannerSettings:
    section = section_of(data, file, "banner", SECTIONS)
    if section is None:
        fields = read_mapping(data, file).fields("the banner's settings", ("site", "banner", *KEYS))
        return _banner(fields, fields.get("site"), file)
    site = section_of(data, file, "site", SECTIONS)
    fields = read_mapping(section, file).fields("`banner`", KEYS)
    return _banner(fields, read(site, file) if site and site.strip() else None, file)


def _banner(fields: Fields, site: Item | None, file: str) -> BannerSettings:
    if site is None:
        raise BannerError(f"{file}:1: `site` is missing; write `site: https://www.example.org/` at the top")
    settings = BannerSettings(
        site=values.web_address(site, "'site'"),
        mode=cast("Mode", _choice(fields, "mode", MODES, "standard")),
        rules=tuple(own_rule(item) for item in fields.list("rules")),
        unknown=cast("Unknown", _choice(fields, "unknown", UNKNOWN, "allow")),
        api=_address(fields, "api"),
        base=sections.base(fields),
        cookie_domain=sections.cookie_domain(fields, urlsplit(site.text("'site'")).hostname or ""),
        regime=_choice(fields, "regime", (AUTO, *(regime.id for regime in regimes())), "eu"),
        exempt=fields.texts("exempt"),
        controller=fields.optional_text("controller") or "",
        links=sections.links(fields),
        theme=parse_theme(item) if (item := fields.get("theme")) else {},
        locales=sections.locales(fields),
        texts=parse_overrides(item) if (item := fields.get("texts")) else {},
        signals=sections.signals(fields),
        service_worker=sections.service_worker(fields),
        keep=sections.keep(fields),
    )
    _check_together(settings, fields)
    return settings


def _choice(fields: Fields, key: str, allowed: tuple[str, ...], default: str) -> str:
    item = fields.get(key)
    return default if item is None else values.one_of(item, repr(key), allowed)


def _address(fields: Fields, key: str) -> str:
    item = fields.get(key)
    return "" if item is None else values.base_address(item, repr(key))


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
