"""Settings, report, catalogue and bundles to the files of a banner. Same input, same bytes."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from consentinel.banner import csp, regimes
from consentinel.banner.bundles import ASK, HEAD, SIGNALS, WORKER
from consentinel.banner.embedding import embedded
from consentinel.banner.fingerprint import purposes_hash
from consentinel.banner.hosting import KEEP_PATH, Hosting, hosting_files, keep_files
from consentinel.banner.part_names import name_of
from consentinel.banner.parts import LICENSE, contents_of
from consentinel.banner.regimes import Row
from consentinel.banner.rule_text import Rule, format_rules, kinds_of
from consentinel.banner.rules import RuleMaker
from consentinel.banner.script_config import script_config
from consentinel.banner.settings import BannerSettings
from consentinel.banner.snippet import snippet, static_policy
from consentinel.banner.texts import load_texts
from consentinel.banner.vendors import Told, told
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.report import Report

SCRIPT = "consentinel.js"


@dataclass(frozen=True)
class Banner:
    """One banner, before it is written.

    bundles: the script's parts by file name (banner/bundles.py). version: what records of answers call this
    banner; '' for the version of consentinel.
    """

    settings: BannerSettings
    report: Report | None
    catalogue: Catalogue
    bundles: Mapping[str, str] = field(repr=False)
    version: str = ""

    def files(self) -> dict[str, bytes]:
        """Return what goes into the output folder, by file name."""
        script = self.script.encode()
        immutable = f"consentinel.{hashlib.sha384(script).hexdigest()}.js"
        files = {SCRIPT: script, immutable: script, **self.parts}
        files["csp.json"] = _pretty(self.policies)
        files["snippet.html"] = self._snippet(immutable).encode()
        return files | self.hosting

    @cached_property
    def hosting(self) -> dict[str, bytes]:
        """The files for the site's own server, by file name: in mode strict, and where it keeps answers."""
        if self.settings.mode == "strict":
            return hosting_files(self.policies, self._hosting)
        return keep_files(self._hosting) if self.settings.keep else {}

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
        return {name_of(key, content): content for key, content in self._parts.items()}

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the script knows."""
        texts = self.texts[self.settings.locales[0]]
        config = script_config(
            self.maker, self.rules, self.regimes, purposes=self.purposes, texts=texts, parts=self._parts
        )
        return config | {"version": self.version or config["version"]}

    @cached_property
    def purposes(self) -> str:
        """The fingerprint in the consent cookie."""
        return purposes_hash(self.rules, self.settings.controller)

    @cached_property
    def script(self) -> str:
        """The one file to embed."""
        return self._script(self.config)

    def script_under(self, row: Row) -> str:
        """Return the script for visitors under one of its regimes, where whoever serves it knows which."""
        return self._script({**self.config, "regimes": [{**row, "where": ""}]})

    def _script(self, config: Mapping[str, Any]) -> str:
        signals = self.bundles[SIGNALS] if config.get("signals") else ""
        bundles = self.bundles[HEAD] + signals + self.bundles[ASK]
        return f"{LICENSE}(function(){{var __config={embedded(config)};{bundles}}})();"

    @cached_property
    def services(self) -> Told:
        """What the second layer tells of services."""
        return told(self.rules, self.maker, self.catalogue.categories)

    @cached_property
    def _parts(self) -> dict[str, bytes]:
        return contents_of(self.bundles, self.services, self.texts)

    @cached_property
    def texts(self) -> dict[str, dict[str, str]]:
        """All that the banner says, by language, the default first."""
        own = self.settings.texts
        return {locale: load_texts(locale, own.get(locale, {})) for locale in self.settings.locales}

    def _snippet(self, immutable: str) -> str:
        return snippet(
            site=self.settings.site,
            mode=self.settings.mode,
            base=self.settings.base,
            names=(SCRIPT, immutable),
            integrity=integrity_of(self.script.encode()),
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


def integrity_of(content: bytes) -> str:
    """Return what the attribute `integrity` says of a file."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _pretty(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
