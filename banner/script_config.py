"""What is compiled into the script: the value of `__config` (banner/src/types.d.ts)."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

from consentinel.banner.part_names import hash_of
from consentinel.banner.regimes import Row
from consentinel.banner.rule_text import Rule, format_rules
from consentinel.banner.rules import RuleMaker
from consentinel.banner.settings import BannerSettings, Signals
from consentinel.banner.texts import FIRST_LAYER
from consentinel.scanner.party import same_site


def script_config(
    maker: RuleMaker,
    rules: Sequence[Rule],
    regimes: Sequence[Row],
    *,
    purposes: str,
    texts: Mapping[str, str],
    parts: Mapping[str, bytes],
) -> dict[str, Any]:
    """Return what the script knows; what is not set is left out, as every visitor loads it.

    purposes: the fingerprint. texts: of the default language. parts: contents by their keys.
    """
    settings = maker.settings
    needed = {
        "version": metadata.version("consentinel"),
        "site": settings.host,
        "mode": settings.mode,
        "hash": purposes,
        "own": sorted(maker.own_domains),
        "regimes": _rows(regimes),
        "theme": dict(settings.theme),
        "links": dict(settings.links),
        "locales": list(settings.locales),
        "texts": {key: text for key, text in texts.items() if key in FIRST_LAYER | settings.links.keys()},
        "parts": {key: hash_of(content) for key, content in parts.items()},
        "rules": format_rules(rules),
    }
    optional = {**_optional(settings), "captchas": sorted(maker.captchas)}
    return {key: value for key, value in optional.items() if value} | needed


def _optional(settings: BannerSettings) -> dict[str, Any]:
    return {
        "unknown": "" if settings.unknown == "allow" else settings.unknown,
        "api": settings.api.rstrip("/"),
        "credentials": "include" if _shares_cookies(settings) else "",
        "cookieDomain": settings.cookie_domain,
        "signals": _signals(settings.signals),
        "controller": settings.controller,
        "base": _folder(settings.base),
        "sw": settings.service_worker,
        "keep": settings.keep,
    }


def _shares_cookies(settings: BannerSettings) -> bool:
    """Say whether the API is another origin of the same site, where its cookies count for the pages, too."""
    site, api = urlsplit(settings.site), urlsplit(settings.api)
    if site.scheme != api.scheme or (site.hostname, site.port) == (api.hostname, api.port):
        return False
    return same_site(site.hostname or "", api.hostname or "")


def _rows(regimes: Sequence[Row]) -> list[Row]:
    """Return the regimes; where there is no choice between them, nobody asks for their places."""
    return [{**row, "where": ""} if len(regimes) == 1 else row for row in regimes]


def _signals(signals: Signals) -> dict[str, str | bool]:
    found: dict[str, str | bool] = {"google": signals.google, "meta": signals.meta}
    return {key: value for key, value in (found | {"dataLayer": signals.data_layer}).items() if value}


def _folder(address: str) -> str:
    """Return an address to which file names can be resolved."""
    return f"{address.rstrip('/')}/" if address else ""
