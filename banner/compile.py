"""Settings, report, catalogue and bundles to the files of a banner. Same input, same bytes."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from typing import Any

from consentinel.banner import csp, regimes, texts
from consentinel.banner.bundles import ASK, HEAD, SIGNALS, WORKER, parts_of
from consentinel.banner.embedding import embedded
from consentinel.banner.fingerprint import purposes_hash
from consentinel.banner.hosting import KEEP_PATH, Hosting, hosting_files, keep_files
from consentinel.banner.regimes import Row
from consentinel.banner.rule_text import Rule, format_rules, kinds_of
from consentinel.banner.rules import RuleMaker
from consentinel.banner.settings import BannerSettings
from consentinel.banner.snippet import snippet, static_policy
from consentinel.banner.vendors import told
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.report import Report

SCRIPT = "consentinel.js"
_LICENSE = "/* consentinel | Apache-2.0 */"
_HASH_LENGTH = 8


@dataclass(frozen=True)
class Banner:
    """One banner, before it is written. bundles: the script's parts by file name (banner/bundles.py)."""

    settings: BannerSettings
    report: Report | None
    catalogue: Catalogue
    bundles: Mapping[str, str] = field(repr=False)

    def files(self) -> dict[str, bytes]:
        """Return what goes into the output folder, by file name."""
        script = self.script.encode()
        immutable = f"consentinel.{hashlib.sha384(script).hexdigest()}.js"
        files = {SCRIPT: script, immutable: script, **self.parts}
        files["csp.json"] = _pretty(self.policies)
        files["snippet.html"] = self._snippet(immutable).encode()
        if self.settings.mode == "strict":
            return files | hosting_files(self.policies, self._hosting)
        return files | (keep_files(self._hosting) if self.settings.keep else {})

    @cached_property
    def maker(self) -> RuleMaker:
        """What rules are made with."""
        return RuleMaker(self.settings, self.report, self.catalogue)

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that are compiled in."""
        return self.maker.rules()

    @cached_property
    def regimes(self) -> list[Row]:
        """The rows of banner/regimes.yaml that count, with the exempt services by their slugs."""
        exempt = [self.maker.slug_named(name) for name in self.settings.exempt]
        return regimes.compiled(self.settings.regime, exempt)

    @cached_property
    def sources(self) -> csp.Sources:
        """What the policies are made from."""
        addresses = [address for address in (self.settings.api, self.settings.base) if address]
        return csp.Sources(
            rules=self.maker.rules(closed=True),
            own=self.maker.own_domains,
            addresses=addresses,
            seen=self.maker.seen_addresses,
            regimes=self.regimes,
            secure=self.settings.site.startswith("https:"),
        )

    @cached_property
    def policies(self) -> dict[str, str]:
        """The policy of each state."""
        return csp.policies(self.sources)

    @cached_property
    def parts(self) -> dict[str, bytes]:
        """The files that the script loads when they are needed, by file name."""
        return {name: content for _, name, content in self._parts}

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the script knows (banner/src/types.d.ts); what is not set is left out."""
        settings, default = self.settings, self.settings.locales[0]
        names = {key: name for key, name, _ in self._parts}
        needed = {
            "version": metadata.version("consentinel"),
            "site": settings.host,
            "mode": settings.mode,
            "hash": self.purposes,
            "own": sorted(self.maker.own_domains),
            "regimes": self._rows(),
            "theme": dict(settings.theme),
            "links": dict(settings.links),
            "locale": default,
            "locales": {locale: names[locale] for locale in settings.locales[1:]},
            "texts": {key: text for key, text in self._texts(default).items() if key in texts.FIRST_LAYER},
            "parts": {key: name for key, name in names.items() if key not in settings.locales[1:]},
            "rules": format_rules(self.rules),
        }
        return self._if_set() | needed

    @cached_property
    def purposes(self) -> str:
        """The fingerprint in the consent cookie."""
        return purposes_hash(self.rules, self.settings.controller)

    @cached_property
    def script(self) -> str:
        """The one file to embed."""
        signals = self.bundles[SIGNALS] if self.config.get("signals") else ""
        bundles = self.bundles[HEAD] + signals + self.bundles[ASK]
        return f"{_LICENSE}(function(){{var __config={embedded(self.config)};{bundles}}})();"

    @cached_property
    def _parts(self) -> list[tuple[str, str, bytes]]:
        """Key, file name and content of each part."""
        parts = dict(parts_of(self.bundles))
        parts["settings"] = _handing_over(self._told()) + parts["settings"]
        locales = {locale: _handed_over(self._texts(locale)) for locale in self.settings.locales}
        first = self.settings.locales[0]
        named = [
            *((key, key, text) for key, text in parts.items()),
            *(("more" if locale == first else locale, locale, text) for locale, text in locales.items()),
        ]
        return [(key, _hashed_name(name, text.encode()), text.encode()) for key, name, text in named]

    def _told(self) -> object:
        maker, categories = self.maker, self.catalogue.categories
        return told(
            self.rules, maker.placed, maker.vendors, maker.spelled, categories, site=self.settings.host
        )

    def _texts(self, locale: str) -> dict[str, str]:
        return texts.load_texts(locale, self.settings.texts.get(locale, {}))

    def _if_set(self) -> dict[str, Any]:
        settings = self.settings
        optional = {
            "unknown": "" if settings.unknown == "allow" else settings.unknown,
            "api": settings.api.rstrip("/"),
            "cookieDomain": settings.cookie_domain,
            "signals": self._signals(),
            "controller": settings.controller,
            "integrity": {key: _short_integrity(content) for key, _, content in self._parts},
            "captchas": sorted(self.maker.captchas),
            "base": _folder(settings.base),
            "sw": settings.service_worker,
            "keep": settings.keep,
        }
        return {key: value for key, value in optional.items() if value}

    def _rows(self) -> list[Row]:
        """Return the regimes; where there is no choice between them, nobody asks for their places."""
        return [{**row, "where": ""} if len(self.regimes) == 1 else row for row in self.regimes]

    def _signals(self) -> dict[str, str | bool]:
        signals = self.settings.signals
        found: dict[str, str | bool] = {"google": signals.google, "meta": signals.meta}
        return {key: value for key, value in (found | {"dataLayer": signals.data_layer}).items() if value}

    def _snippet(self, immutable: str) -> str:
        return snippet(
            site=self.settings.site,
            mode=self.settings.mode,
            base=self.settings.base,
            names=(SCRIPT, immutable),
            integrity=_integrity(self.script.encode()),
            script=self.script,
            policy=static_policy(self.policies) if self.settings.mode == "strict" else "",
        )

    @cached_property
    def _hosting(self) -> Hosting:
        return Hosting(
            purposes=self.purposes,
            days=min(int(row["days"]) for row in self.regimes),
            cookie_domain=self.settings.cookie_domain,
            by_country=self.settings.regime == "auto",
            keep_path=self.settings.keep or KEEP_PATH,
            kinds=kinds_of(format_rules(self.rules)),
            cleared_by_signal=regimes.cleared_by_signal(self.regimes),
            worker=self.bundles[WORKER],
        )


def _handed_over(value: object) -> str:
    """Return a part that hands data to the script that loads it (banner/src/parts.js)."""
    return f"{_LICENSE}document.currentScript.consentinel({embedded(value)});"


def _handing_over(value: object) -> str:
    """Return what stands before a part and adds data to what the part hands over."""
    return (
        f"{_LICENSE}(()=>{{const s=document.currentScript,w=s.consentinel;"
        f"s.consentinel=Object.assign(p=>w({{...p,...{embedded(value)}}}),w)}})();"
    )


def _hashed_name(name: str, content: bytes) -> str:
    return f"consentinel-{name}.{hashlib.sha384(content).hexdigest()[:_HASH_LENGTH]}.js"


def _integrity(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _short_integrity(content: bytes) -> str:
    """Return one that costs every visitor a third less."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def _pretty(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _folder(address: str) -> str:
    """Return an address to which file names can be resolved."""
    return f"{address.rstrip('/')}/" if address else ""
